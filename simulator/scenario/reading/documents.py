"""A scenario file or a body it refers to: its data, and the place of every value for messages.

Data are read fast; places are looked up only when there is something to say, so a task list of a million rows
costs nothing more while it is right.
"""

import json
import re
from bisect import bisect_right
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from simulator.errors import InputError, Problem
from simulator.files import read_text
from simulator.json_text import JsonError, read_json
from simulator.scenario.checks.findings import Loc
from simulator.scenario.format.section import fold
from simulator.scenario.reading.yaml_text import YamlTextError, compose, read_yaml

_SPACE: Final = re.compile(r"[\s,:]*")
_DECODE: Final = json.JSONDecoder().raw_decode


class Document:
    """One YAML or JSON file."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.path = path
        self.name = name or str(path)
        self.is_json = path.suffix.lower() == ".json"
        self.text = read_text(path, self.name)
        self._paired: dict[int, dict[str, tuple[Node, Node]]] = {}
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

    @cached_property
    def _tree(self) -> Node | None:
        return compose(self.text)

    def _yaml_place(self, loc: Loc) -> tuple[int, int]:
        node = self._tree
        if node is None:
            return 0, 0
        mark = node.start_mark
        for part in loc:
            if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                mark = node.start_mark
            elif isinstance(node, MappingNode):
                pairs = self._yaml_pairs(node)
                pair = pairs.get(str(part)) or pairs.get(fold(str(part)))
                if pair is not None:
                    mark, node = pair[0].start_mark, pair[1]
        return mark.line, mark.column

    def _yaml_pairs(self, node: MappingNode) -> dict[str, tuple[Node, Node]]:
        """Return the keys and values of a mapping by key, as it is written and folded; each is walked once."""
        known = self._paired.get(id(node))
        if known is None:
            known = {str(key.value): (key, value) for key, value in reversed(node.value)}
            for key, value in node.value:
                known.setdefault(fold(str(key.value)), (key, value))
            self._paired[id(node)] = known
        return known

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
