"""What is wrong or odd in the formulas of a scenario: each text is looked at once, however many pools share it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.job_places import PlacedJob, named_pools, placed_pools
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.pool_operations import EnableAutoScale
from simulator.scenario.format.schema import Description

SHOWN: Final = 3
"""Pools named in a warning; of more, the number is stated."""
LONGEST_LINE: Final = 100
"""Characters of a formula's line that are shown with what is wrong in it."""
MOST_TEXTS: Final = 512
"""Formulas whose findings are remembered."""
OTHERS: Final = ("syntax", "too-long", "interval")
"""Rules of the linter that other checks cover."""


def check_formula(formula: str, loc: Loc) -> Iterator[Finding]:
    """Yield the syntax errors of a formula; `loc` is the place of what has it."""
    for text in _errors(formula):
        yield Finding(text, (*loc, "autoScaleFormula"))


def check_formulas(scenario: Description, jobs: list[PlacedJob]) -> Iterator[Finding]:
    """Yield the linter's warnings, each once, at the first of the pools that share the formula."""
    warnings: dict[tuple[str, str], tuple[Loc, list[str]]] = {}
    for pool, loc in placed_pools(scenario, jobs):
        for finding in until_absent(_lint(pool, loc)):
            key = (str(pool.auto_scale_formula), finding.message)
            warnings.setdefault(key, (loc, []))[1].append(str(readable(pool, "id")))
    for loc, operation, pool in _enabled(scenario, jobs):
        for finding in until_absent(_lint_enabled(operation, pool, loc)):
            key = (str(operation.auto_scale_formula), finding.message)
            warnings.setdefault(key, (loc, []))[1].append(operation.pool)
    for (_, text), (loc, names) in warnings.items():
        yield Finding(f"{text}{_shared(names)}", (*loc, "autoScaleFormula"), is_warning=True)


def _enabled(scenario: Description, jobs: list[PlacedJob]) -> Iterator[tuple[Loc, EnableAutoScale, Pool]]:
    """Yield the requests that switch autoscale on, with the pool of each where it could be read."""
    pools = named_pools(scenario, jobs)
    for index, operation in enumerate(scenario.timeline):
        if isinstance(operation, EnableAutoScale):
            at = readable(operation, "at")
            pool = None if at is None else pools.at(str(readable(operation, "pool")), (at, index))
            if pool is not None:
                yield ("timeline", index), operation, pool


def _lint(pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Yield what the linter warns of, with what it says about the pool itself."""
    if pool.enable_auto_scale and pool.auto_scale_formula is not None:
        minutes = pool.auto_scale_evaluation_interval / 60
        for text in _warnings(pool.auto_scale_formula, pool.task_slots_per_node, minutes):
            yield Finding(text, loc, is_warning=True)


def _lint_enabled(operation: EnableAutoScale, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Yield what the linter warns of in the formula of a request, on the pool that will run it."""
    if operation.auto_scale_formula is not None:
        own = operation.auto_scale_evaluation_interval
        minutes = (pool.auto_scale_evaluation_interval if own is None else own) / 60
        for text in _warnings(operation.auto_scale_formula, pool.task_slots_per_node, minutes):
            yield Finding(text, loc, is_warning=True)


@lru_cache(maxsize=MOST_TEXTS)
def _errors(formula: str) -> tuple[str, ...]:
    from simulator.formula import Formula, FormulaSyntaxError

    try:
        Formula.parse(formula)
    except FormulaSyntaxError as error:
        return tuple(
            f"{error.code}: {problem.place}: {problem.message}, in: {_shown(problem.source.strip())}"
            for problem in error.problems
        )
    return ()


@lru_cache(maxsize=MOST_TEXTS)
def _warnings(formula: str, slots: int, minutes: float) -> tuple[str, ...]:
    from simulator.formula.lint import Level, lint_text

    return tuple(
        f"formula, {found.place}: {found.rule}: {found.message} Fix: {found.fix}"
        for found in lint_text(formula, slots=slots, interval_minutes=minutes)
        if found.level is not Level.INFO and found.rule not in OTHERS
    )


def _shown(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} ..."


def _shared(names: list[str]) -> str:
    if len(names) < 2:
        return ""
    shown = ", ".join(f"'{name}'" for name in names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f" (pools {shown}{more})"
