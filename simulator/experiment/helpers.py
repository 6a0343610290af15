"""Axes that no single value of a scenario is: shares, constants of a formula, the size of the load."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from simulator.errors import InputError
from simulator.experiment.paths import find, read, write
from simulator.formula import Formula, FormulaSyntaxError
from simulator.formula.tree import Statement
from simulator.scenario.checks.findings import Loc
from simulator.scenario.checks.ids import near
from simulator.scenario.format.complete import lookup, put
from simulator.scenario.format.section import fold

TARGETS: Final = ("targetDedicatedNodes", "targetLowPriorityNodes")
FORMULA: Final = "autoScaleFormula"


class Helper(Protocol):
    """A way to change a document that is more than one value at one place."""

    def takes(self, path: str) -> bool:
        """Whether a path is one of this helper's."""
        ...

    def places(self, data: Any, path: str) -> Iterator[tuple[Loc, Any]]:
        """Return every place that is changed with what is there; `InputError` where the path leads nowhere."""
        ...

    def apply(self, data: Any, path: str, value: object) -> Any:
        """Return the changed document."""
        ...


class SpotShare:
    """`spotShare` of a pool: the nodes of its fixed targets, split anew; the low-priority part is rounded."""

    def takes(self, path: str) -> bool:
        return fold(path).endswith(".spotshare")

    def places(self, data: Any, path: str) -> Iterator[tuple[Loc, Any]]:
        for loc in find(data, path.rpartition(".")[0]):
            pool = read(data, loc)
            if lookup(pool, "vmSize") is None:
                raise InputError(f"'{path}': spotShare stands under a pool, as in pools.night.spotShare")
            if lookup(pool, "enableAutoScale"):
                raise InputError(f"'{path}': the pool scales itself, so its formula splits the nodes, not spotShare")
            yield loc, pool

    def apply(self, data: Any, path: str, value: object) -> Any:
        share = number(path, value, most=1)
        for loc, pool in self.places(data, path):
            total = sum(_nodes(path, lookup(pool, name)) for name in TARGETS)
            low_priority = math.floor(total * share + 0.5)
            split = dict(zip(TARGETS, (total - low_priority, low_priority), strict=True))
            changed: Mapping[Any, Any] = pool
            for name, count in split.items():
                changed = put(changed, name, count)
            data = write(data, loc, changed)
        return data


def _nodes(path: str, value: object) -> int:
    """Return a target of a pool as the file has it; InputError where it is no number of nodes."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"'{path}': the pool's target is {value!r}; expected a whole number")
    return value


class FormulaVariable:
    """`autoScaleFormula.name` of a pool: another right side for the first assignment to that variable."""

    def takes(self, path: str) -> bool:
        return fold(path.rpartition(".")[0]).endswith(f".{fold(FORMULA)}")

    def places(self, data: Any, path: str) -> Iterator[tuple[Loc, Any]]:
        above, _, name = path.rpartition(".")
        for loc in find(data, above):
            text = read(data, loc)
            if not isinstance(text, str):
                raise InputError(f"'{path}': the pool has no autoScaleFormula")
            self._assignment(path, text, name)
            yield loc, text

    def apply(self, data: Any, path: str, value: object) -> Any:
        name = path.rpartition(".")[2]
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise InputError(f"'{path}': expected a number or the text of an expression, not {value!r}")
        for loc, text in self.places(data, path):
            found = self._assignment(path, text, name)
            end = text.index(";", found.end - 1) if ";" in text[found.end - 1 :] else len(text)
            data = write(data, loc, f"{text[: found.start]}{found.target} = {value}{text[end:]}")
        return data

    def _assignment(self, path: str, text: str, name: str) -> Statement:
        try:
            statements = Formula.parse(text).tree.statements
        except FormulaSyntaxError as error:
            raise InputError(f"'{path}': the formula has a mistake: {error}") from None
        targets = {statement.target for statement in statements if statement.target}
        for statement in statements:
            if statement.target and statement.target.lstrip("$").lower() == name.lstrip("$").lower():
                return statement
        raise InputError(f"'{path}': the formula assigns nothing to '{name}'{near(name, targets)}")


class WorkloadScale:
    """`workloadScale` of a job: so many times the tasks, by count where there is one, else by rate."""

    def takes(self, path: str) -> bool:
        return fold(path).endswith(".workloadscale")

    def places(self, data: Any, path: str) -> Iterator[tuple[Loc, Any]]:
        for loc in find(data, path.rpartition(".")[0]):
            sources = lookup(lookup(read(data, loc), "simulation"), "workload")
            if not isinstance(sources, list | tuple):
                raise InputError(f"'{path}': workloadScale stands under a job with simulation.workload")
            yield (*loc, "simulation", "workload"), sources

    def apply(self, data: Any, path: str, value: object) -> Any:
        factor = number(path, value)
        if factor == 0:
            raise InputError(f"'{path}': expected a number above 0, not {value!r}: without work there is no run")
        for loc, sources in self.places(data, path):
            data = write(data, loc, [self._scaled(path, source, factor) for source in sources])
        return data

    def _scaled(self, path: str, source: Any, factor: float) -> Any:
        if not isinstance(source, Mapping) or "trace" in source:
            raise InputError(f"'{path}': a trace has the tasks it has; scale needs a count or a rate")
        arrivals = lookup(source, "arrivals")
        changed: Mapping[Any, Any] = source
        rate = False
        if isinstance(arrivals, Mapping):
            arrivals, rate = _faster(path, arrivals, factor)
            changed = put(changed, "arrivals", arrivals)
        count = lookup(source, "count")
        if isinstance(count, int):
            changed = put(changed, "count", max(1, round(count * factor)))
        elif not rate:
            raise InputError(f"'{path}': this workload has neither a count nor a rate per hour")
        return changed


def _faster(path: str, arrivals: Mapping[Any, Any], factor: float) -> tuple[dict[Any, Any], bool]:
    """Multiply the rates of an arrival process; return whether it has any."""
    found = False
    changed: dict[Any, Any] = {}
    for kind, body in arrivals.items():
        inner = body
        for name in ("ratePerHour", "ratesPerHour", "size"):
            rate = lookup(body, name)
            if rate is None:
                continue
            found = True
            if isinstance(rate, list | tuple):
                rate = [number(path, one) * factor for one in rate]
            else:
                rate = number(path, rate) * factor
                rate = max(1, round(rate)) if name == "size" else rate
            inner = put(inner, name, rate)
        changed[kind] = inner
    return changed, found


def number(path: str, value: object, most: float = math.inf) -> float:
    """Read a number from 0 to `most`; percentages may be written as `30%`."""
    wanted = "a number from 0" + ("" if math.isinf(most) else f" to {most:g}")
    wrong = InputError(f"'{path}': expected {wanted}, not {value!r}")
    given = value
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            given = float(value.strip()[:-1]) / 100
        except ValueError:
            raise wrong from None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= most or math.isinf(given):
        raise wrong
    return float(given)


HELPERS: Final[tuple[Helper, ...]] = (SpotShare(), FormulaVariable(), WorkloadScale())
