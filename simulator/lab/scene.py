"""A scene: the text of a scenario with what was moved in it, read, or with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from simulator.errors import InputError, Problem
from simulator.lab.events import happening
from simulator.lab.knobs import turned
from simulator.lab.limits import check_size
from simulator.lab.scene_data import Document, number
from simulator.lab.yaml_edits import Put, Remove, YamlEdit, edited
from simulator.scenario.reading.load import load_text
from simulator.scenario.reading.plain_yaml import YamlTextError
from simulator.scenario.reading.yaml_data import read_yaml
from simulator.scenario.scenario import Scenario

NAME: Final = "scene.yaml"
NOWHERE: Final = Path("/nonexistent/lab")
"""The folder of scenes that have none: no name leads to a file there, and none leads out of it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A text that can be read as YAML, and the folder that names in it are confined to."""

    text: str
    folder: Path

    @property
    def data(self) -> Document:
        """The document as it is written; raise InputError where it is none."""
        return _data(self.text)

    def scenario(self) -> Scenario:
        """Return the scenario; raise InputError with all that is wrong, each at its line, or that it is too large."""
        scenario = load_text(self.text, self.folder / NAME)
        check_size(scenario)
        return scenario

    def with_changes(self, changes: Sequence[Mapping[str, Any]]) -> Scene:
        """Return the scene with changes made one after the other; raise InputError about one that cannot be made."""
        text = self.text
        for change in changes:
            text = edited(text, _edits(_data(text), change))
        return Scene(text, self.folder)


def _edits(data: Document, change: Mapping[str, Any]) -> list[YamlEdit]:
    """Return what a change of the page means for the text."""
    match change:
        case {"knob": str(name), "value": value}:
            return turned(data, name, value)
        case {"event": str(name), "at": instant, **about} if (at := number(instant)) is not None:
            return happening(data, name, at, about)
        case {"put": [*path], "value": value} if _is_path(path):
            return [Put(tuple(path), value)]
        case {"remove": [*path]} if _is_path(path):
            return [Remove(tuple(path))]
    raise InputError("no such change of a scene; expected a knob, an event, or a place with a value")


def _is_path(path: Sequence[Any]) -> bool:
    return bool(path) and all(isinstance(part, str) or (type(part) is int and part >= 0) for part in path)


@lru_cache(maxsize=16)
def _data(text: str) -> Document:
    try:
        data = read_yaml(text)
    except YamlTextError as error:
        lines = text.splitlines()
        line = lines[error.line] if error.line < len(lines) else None
        raise InputError([Problem(error.message, NAME, error.line + 1, error.column + 1, None, line)]) from None
    if not isinstance(data, Mapping):
        raise InputError([Problem("expected a mapping with name, pools and jobs", NAME, 1, 1)])
    return data
