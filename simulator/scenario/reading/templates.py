"""Pools in deployment templates, pools and jobs in those of the command line: found, their expressions evaluated.

What only the service that deploys a template knows (`reference`, `listKeys`, …) stays as it is written, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from simulator.errors import Problem
from simulator.scenario.checks.findings import Loc
from simulator.scenario.format.complete import lookup
from simulator.scenario.reading.documents import Document
from simulator.scenario.reading.task_factories import with_tasks
from simulator.scenario.reading.template_expressions import (
    MOST_COPIES,
    Scope,
    embedded,
    evaluated,
    functions_in,
    loops_in,
)
from simulator.scenario.reading.template_functions import EvaluationError, MissingValueError

ACCOUNT: Final = "microsoft.batch/batchaccounts"
POOL: Final = "microsoft.batch/batchaccounts/pools"
DEPLOYMENT: Final = "microsoft.resources/deployments"


@dataclass(frozen=True, slots=True)
class Found:
    """A body in a file, and where it stands there."""

    base: Loc
    body: Any


def is_deployment(data: object) -> bool:
    """Return whether a document is a deployment template."""
    return isinstance(data, Mapping) and isinstance(lookup(data, "resources"), list | Mapping) and "vmSize" not in data


def is_command_line(data: object, kind: str) -> bool:
    """Return whether a document is a template of the command line for a pool or a job."""
    return isinstance(data, Mapping) and isinstance(lookup(data, kind), Mapping) and lookup(data, "id") is None


@dataclass(slots=True)
class Template:
    """One template file on its way to bodies."""

    document: Document
    given: Mapping[str, Any]
    """Values of parameters by name."""
    is_command_line: bool = False
    is_subscription: bool = False
    """Whether the scenario's account is one of a user's subscription."""
    problems: list[Problem] = field(default_factory=list)

    def pools(self) -> list[Found]:
        """Return the pools of a deployment template."""
        return list(self._of_template(self.document.data, (), self._scope(self.document.data)))

    def body(self, kind: str) -> list[Found]:
        """Return the pool or the job of a template of the command line."""
        data = self.document.data
        base: Loc = (kind,)
        held = lookup(data, kind)
        inner = lookup(held, "properties")
        if isinstance(inner, Mapping):
            held, base = inner, (kind, "properties")
        made = self._evaluated(held, base, self._scope(data))
        tasks, why = with_tasks(made)
        if why:
            self._report(why, (*base, "taskFactory"), is_warning=True)
        return [Found(base, tasks)]

    def _scope(self, data: Any) -> Scope:
        """Return what expressions of the template can name."""
        return Scope(
            _folded(self.given),
            _folded(lookup(data, "parameters")),
            _folded(lookup(data, "variables")),
            functions=functions_in(lookup(data, "functions")),
        )

    def _of_template(self, data: Any, base: Loc, scope: Scope) -> Iterator[Found]:
        yield from self._of_resources(lookup(data, "resources"), (*base, "resources"), scope, "")

    def _of_resources(self, resources: Any, base: Loc, scope: Scope, within: str) -> Iterator[Found]:
        """Yield the pools among resources, those inside accounts and deployments included."""
        pairs = resources.items() if isinstance(resources, Mapping) else enumerate(resources or ())
        for key, resource in pairs:
            if not isinstance(resource, Mapping):
                continue
            kind = str(lookup(resource, "type") or "").lower()
            kind = f"{within}/{kind}" if within and "/" not in kind else kind
            for copy in self._copies(resource, (*base, key), scope) if kind in (ACCOUNT, POOL, DEPLOYMENT) else ():
                yield from self._of_resource(resource, kind, (*base, key), copy)

    def _of_resource(self, resource: Mapping[Any, Any], kind: str, base: Loc, scope: Scope) -> Iterator[Found]:
        if kind == POOL:
            body = {key: held for key, held in resource.items() if str(key).lower() not in ("condition", "copy")}
            yield Found(base, self._evaluated(body, base, scope))
        elif kind == ACCOUNT:
            mode = self._evaluated(lookup(lookup(resource, "properties"), "poolAllocationMode"), base, scope)
            if str(mode).lower() == "usersubscription" and not self.is_subscription:
                text = "the account is one of a user's subscription: write account: {mode: UserSubscription}"
                self._report(text, (*base, "properties", "poolAllocationMode"), is_warning=True)
            yield from self._of_resources(lookup(resource, "resources"), (*base, "resources"), scope, ACCOUNT)
        else:
            properties = lookup(resource, "properties")
            inner = lookup(properties, "template")
            if isinstance(inner, Mapping):
                place = (*base, "properties", "template")
                yield from self._of_template(inner, place, self._inner_scope(properties, inner, base, scope))

    def _inner_scope(self, properties: Any, inner: Any, base: Loc, scope: Scope) -> Scope:
        """Return the scope of a template inside this one: its own, unless it evaluates in the outer one."""
        options = lookup(lookup(properties, "expressionEvaluationOptions"), "scope")
        if str(options).lower() != "inner":
            return scope
        place = (*base, "properties", "parameters")
        values = self._evaluated(lookup(properties, "parameters") or {}, place, scope)
        return Scope(
            {name: lookup(value, "value") for name, value in _folded(values).items()},
            _folded(lookup(inner, "parameters")),
            _folded(lookup(inner, "variables")),
            functions=functions_in(lookup(inner, "functions")),
        )

    def _copies(self, resource: Mapping[Any, Any], base: Loc, scope: Scope) -> Iterator[Scope]:
        """Yield the scope of each copy of a resource; none where its condition does not hold."""
        if not self._holds(lookup(resource, "condition"), base, scope):
            return
        copy = lookup(resource, "copy")
        if not isinstance(copy, Mapping):
            yield scope
            return
        count = self._evaluated(lookup(copy, "count"), (*base, "copy", "count"), scope)
        if not isinstance(count, int) or not 0 <= count <= MOST_COPIES:
            self._report(f"expected a number of copies up to {MOST_COPIES}, not {count!r}", (*base, "copy", "count"))
            return
        yield from (replace(scope, copy_index=number) for number in range(count))

    def _holds(self, condition: Any, base: Loc, scope: Scope) -> bool:
        return condition is None or bool(self._evaluated(condition, (*base, "condition"), scope))

    def _evaluated(self, value: Any, loc: Loc, scope: Scope) -> Any:
        """Return a value with its expressions evaluated; report those that cannot be, and keep them."""
        if isinstance(value, Mapping):
            loops = loops_in(value)
            kept = {key: inner for key, inner in value.items() if not (loops and key == "copy")}
            made = {key: self._evaluated(inner, (*loc, key), scope) for key, inner in kept.items()}
            return made | {
                str(loop.get("name")): self._entries(loop, (*loc, "copy", number), scope)
                for number, loop in enumerate(loops)
            }
        if isinstance(value, list):
            return [self._evaluated(inner, (*loc, index), scope) for index, inner in enumerate(value)]
        try:
            return self._value(value, scope)
        except MissingValueError as error:
            self._report(str(error), loc)
        except EvaluationError as error:
            self._report(f"{error}; kept as it is written", loc, is_warning=True)
        return value

    def _entries(self, loop: Mapping[str, Any], loc: Loc, scope: Scope) -> list[Any]:
        """Return the list that a `copy` among the keys of an object makes."""
        try:
            scopes = list(scope.entries(loop))
        except EvaluationError as error:
            self._report(str(error), (*loc, "count"))
            return []
        return [self._evaluated(loop.get("input"), (*loc, "input"), one) for one in scopes]

    def _value(self, value: Any, scope: Scope) -> Any:
        """Return a value; templates of the command line have expressions in the midst of texts too."""
        is_inside = self.is_command_line and isinstance(value, str)
        return embedded(value, scope) if is_inside else evaluated(value, scope)

    def _report(self, text: str, loc: Loc, *, is_warning: bool = False) -> None:
        self.problems.append(self.document.problem(text, loc, is_warning=is_warning))


def values_in(data: object) -> dict[str, Any] | None:
    """Return the values that a parameters file or a mapping gives, by name; None where it is neither."""
    inner = lookup(data, "parameters")
    held = inner if isinstance(inner, Mapping) else data
    if not isinstance(held, Mapping):
        return None
    own = {str(name): value for name, value in held.items() if not str(name).startswith("$")}
    return {name: value["value"] if _is_wrapped(value) else value for name, value in own.items()}


def _is_wrapped(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"value"}


def _folded(held: object) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in held.items()} if isinstance(held, Mapping) else {}
