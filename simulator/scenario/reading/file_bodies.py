"""What files hold where a body is asked for: one body, a list as the command line prints it, or a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.errors import Problem
from simulator.scenario.checks.ids import near
from simulator.scenario.format.complete import lookup
from simulator.scenario.format.section import fold
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.templates import Found, Template, is_command_line, is_deployment

MADE_OF: Final = {"pool": "pools", "job": "jobs", "jobSchedule": "job schedules"}
"""What a file has several of, by the kind of body."""


def bodies_in(
    document: Document, kind: str, given: Mapping[str, Any], *, is_subscription: bool = False
) -> tuple[list[Found], list[Problem]]:
    """Return the bodies of a kind that a file holds, with their places, and what is wrong with the file."""
    data = document.data
    template = Template(document, given, is_command_line(data, kind), is_subscription)
    if is_deployment(data):
        found = template.pools() if kind == "pool" else []
        if not found and not template.problems:
            text = "this template has no Microsoft.Batch/batchAccounts/pools"
            text = text if kind == "pool" else f"this template deploys resources, and {MADE_OF[kind]} are none"
            return [], [document.problem(text, ())]
        return found, template.problems
    if template.is_command_line:
        return template.body(kind), template.problems
    found = _plain(data)
    if not all(isinstance(one.body, Mapping) for one in found) or not found:
        return [], [document.problem("expected one JSON object, the body, or a list of them", ())]
    return found, []


def stray_values(data: object, kind: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with values that are given where no parameter takes them."""
    if given and not (is_deployment(data) or is_command_line(data, kind)):
        yield "parameters are for templates, and this file is none"
        return
    declared = lookup(data, "parameters")
    names = [str(name) for name in declared] if isinstance(declared, Mapping) else []
    for name in given:
        if name.lower() not in {one.lower() for one in names}:
            yield f"the template has no parameter '{name}'{near(name, names)}"


def _plain(data: Any) -> list[Found]:
    """Return bodies that need no evaluation."""
    if isinstance(data, list):
        return [Found((index,), body) for index, body in enumerate(data)]
    if isinstance(data, Mapping) and isinstance(data.get("value"), list):
        return [Found(("value", index), body) for index, body in enumerate(data["value"])]
    return [Found((), data)]


def holds_bodies(data: object) -> bool:
    """Return whether a document holds bodies of the service, and describes no scenario by itself."""
    if isinstance(data, list):
        return bool(data) and all(holds_bodies(one) for one in data)
    if not isinstance(data, Mapping) or {"pools", "jobs", "scenario"} & {fold(str(key)) for key in data}:
        return False
    if isinstance(data.get("value"), list):
        return holds_bodies(data["value"])
    kinds = any(is_command_line(data, kind) for kind in ("pool", "job"))
    properties = data.get("properties")
    own = bool({"vmSize", "poolInfo", "jobSpecification"} & set(data))
    return kinds or own or is_deployment(data) or (isinstance(properties, Mapping) and "vmSize" in properties)
