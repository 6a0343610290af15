"""A scenario file or a body it refers to: its data, and the place of every value for messages.

Data are read fast; places are looked up only when there is something to say, so a task list of a million rows
costs nothing more while it is right.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError, Problem
from simulator.files import read_text
from simulator.json_text import JsonError, read_json
from simulator.scenario.checks.findings import Loc
from simulator.scenario.format.section import fold
from simulator.scenario.reading.plain_yaml import YamlTextError
from simulator.scenario.reading.yaml_data import read_yaml

if TYPE_CHECKING:
    from simulator.scenario.reading.yaml_places import YamlPlaces

_SPACE: Final = re.compile(r"[\s,:]*")
_DECODE: Final = json.JSONDecoder().raw_decode


class Document:
    """One YAML or JSON file."""

    def __init__(self, path: Path, name: str | None = None, text: str | None = None) -> None:
        self.path = path
        self.name = name or str(path)
        self.is_json = path.suffix.lower() == ".json"
        self.text = read_text(path, self.name) if text is None else text
        """What was given as a text is not opened; then `path` only shows where the names in it start."""
        self._yaml_places: YamlPlaces | None = None
        self._walked: dict[int, dict[str | int, tuple[int, int]]] = {}
        self.data: Any = self._json() if self.is_json else self._yaml()

    def problem(self, message: str, loc: Loc, *, is_warning: bool = False, path: Loc | None = None) -> Problem:
        """Return a problem with the place of `loc`, or of its nearest ancestor that stands in the file."""
        line, column = self.place(loc)
        dotted = ".".join(map(str, loc if path is None else path)) or None
        return Problem(message, self.name, line + 1, column + 1, dotted, self._line(line), is_warning)

    def place(self, loc: Loc) -> tuple[int, int]:
        """Return line and column, from 0, of the key or item at the end of `loc`."""
        return self._json_place(loc) if self.is_json else self._yaml_place(loc)

    def _line(self, number: int) -> str | None:
        lines = self._lines
        return lines[number] if number < len(lines) else None

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.splitlines()

    def _json(self) -> Any:
        try:
            return read_json(self.text)
        except JsonError as error:
            line = self.text.count("\n", 0, error.offset)
            column = error.offset - self.text.rfind("\n", 0, error.offset) - 1
            raise self._refused(error.message, line, column) from None

    def _yaml(self) -> Any:
        try:
            return read_yaml(self.text)
        except YamlTextError as error:
            raise self._refused(error.message, error.line, error.column) from None

    def _refused(self, message: str, line: int, column: int) -> InputError:
        return InputError([Problem(message, self.name, line + 1, column + 1, None, self._line(line))])

    def _yaml_place(self, loc: Loc) -> tuple[int, int]:
        if self._yaml_places is None:
            from simulator.scenario.reading.yaml_places import YamlPlaces

            self._yaml_places = YamlPlaces(self.text)
        return self._yaml_places.of(loc)

    def _json_place(self, loc: Loc) -> tuple[int, int]:
        """Walk to `loc`, passing by what is not on the way at the speed of the JSON decoder."""
        position = found = self._skip(0)
        for part in loc:
            children = self._json_children(position)
            key = part if isinstance(part, int) or part in children else fold(part)
            if key in children:
                found, position = children[key]
        line = bisect_right(self._line_starts, found) - 1
        return line, found - self._line_starts[line]

    def _json_children(self, position: int) -> dict[str | int, tuple[int, int]]:
        """Return where each child of the container at `position` stands, and its value, by key or index.

        Keys stand there as they are written and folded. Each container is walked once, however many problems it has.
        """
        known = self._walked.get(position)
        if known is not None:
            return known
        children: dict[str | int, tuple[int, int]] = {}
        opening = self.text[position]
        at = self._skip(position + 1)
        while opening in "{[" and self.text[at] not in "}]":
            start = at
            if opening == "[":
                children[len(children)] = (start, at)
            else:
                name, at = _DECODE(self.text, at)
                at = self._skip(at)
                children[name] = (start, at)
                children.setdefault(fold(name), (start, at))
            at = self._skip(_DECODE(self.text, at)[1])
        self._walked[position] = children
        return children

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def _skip(self, position: int) -> int:
        match = _SPACE.match(self.text, position)
        return match.end() if match else position
