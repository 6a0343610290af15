"""Reading a scenario file: every problem at once, each with its line, column and path."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from simulator.errors import InputError, Problem
from simulator.scenario.schema import Scenario


def load(path: str | Path) -> Scenario:
    """Read a scenario from a YAML or JSON file; `InputError` carries everything that is wrong with it."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text file in UTF-8"
        raise InputError([Problem(f"cannot be read: {reason}", file=str(path))]) from None
    return _Document(str(path), text).scenario()


class _Document:
    """A YAML text with its tree of nodes, to find the place of a problem."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.splitlines()
        yaml = YAML(typ="safe", pure=True)
        try:
            self.tree: Node | None = yaml.compose(text)
            self.data: Any = yaml.load(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line, mark.column) if mark else None
            raise InputError([self._problem(f"not valid YAML: {error.problem}", place, ())]) from None

    def scenario(self) -> Scenario:
        if not isinstance(self.data, dict):
            raise InputError([self._problem("expected a mapping with pools and jobs", (0, 0), ())])
        try:
            scenario = Scenario.model_validate(self.data)
        except ValidationError as error:
            raise InputError([self._explain(dict(found)) for found in error.errors()]) from None
        problems = [self._problem(text, self._place(loc), loc) for text, loc in cross_check(scenario)]
        if problems:
            raise InputError(problems)
        return scenario

    def _explain(self, found: dict[str, Any]) -> Problem:
        loc = tuple(part for part in found["loc"] if self._has(found["loc"], part))
        message = found["msg"].removeprefix("Value error, ")
        if found["type"] == "extra_forbidden":
            known = _known_keys(Scenario)
            near = get_close_matches(str(loc[-1]), known, n=1)
            message = "unknown key" + (f", did you mean '{near[0]}'?" if near else "")
        elif found["type"] == "missing":
            message = f"'{found['loc'][-1]}' is missing"
        elif isinstance(found["input"], str | int | float):
            message = f"{message}, not {found['input']!r}"
        return self._problem(message, self._place(loc), loc)

    def _has(self, loc: tuple[Any, ...], part: Any) -> bool:
        """Say whether `part` stands in the document, or is the tag of a union that pydantic put in."""
        if isinstance(part, int):
            return True
        return any(part in keys for keys in _mappings(self.data)) or part == loc[0]

    def _place(self, loc: tuple[Any, ...]) -> tuple[int, int] | None:
        node = self.tree
        if node is None:
            return None
        mark = node.start_mark
        for part in loc:
            if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                mark = node.start_mark
            elif isinstance(node, MappingNode):
                pair = next(((key, value) for key, value in node.value if key.value == str(part)), None)
                if pair is None:
                    break
                mark, node = pair[0].start_mark, pair[1]
        return mark.line, mark.column

    def _problem(self, message: str, place: tuple[int, int] | None, loc: tuple[Any, ...]) -> Problem:
        line, column = place or (0, 0)
        source = self.lines[line] if line < len(self.lines) else None
        dotted = ".".join(str(part) for part in loc) or None
        return Problem(message, self.name, line + 1, column + 1, dotted, source)


def cross_check(scenario: Scenario) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Give what no single field shows: references that lead nowhere, names used twice."""
    seen: set[str] = set()
    for index, pool in enumerate(scenario.pools):
        if pool.id.lower() in seen:
            yield f"a second pool with the id '{pool.id}'", ("pools", index, "id")
        seen.add(pool.id.lower())
        if pool.vm_size not in scenario.sizes:
            near = get_close_matches(pool.vm_size, scenario.sizes, n=1)
            hint = f", did you mean '{near[0]}'?" if near else ": define it under sizes"
            yield f"unknown VM size '{pool.vm_size}'{hint}", ("pools", index, "vmSize")
    ids = {pool.id for pool in scenario.pools}
    for index, job in enumerate(scenario.jobs):
        if job.auto_pool is None and job.pool_id not in ids:
            near = get_close_matches(job.pool_id, ids, n=1)
            hint = f", did you mean '{near[0]}'?" if near else ""
            yield f"no pool '{job.pool_id}'{hint}", ("jobs", index, "poolInfo", "poolId")
    for index, operation in enumerate(scenario.timeline):
        if operation.pool not in ids:
            yield f"no pool '{operation.pool}'", ("timeline", index, "pool")


def _mappings(value: Any) -> Iterator[dict[Any, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _mappings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _mappings(inner)


def _known_keys(model: type[BaseModel]) -> list[str]:
    """Give every key the schema knows; a misspelt one is near to the right one wherever that stands."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # defaults that JSON cannot show do not matter here
        schema = model.model_json_schema()
    definitions = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for definition in definitions for name in definition.get("properties", {})})
