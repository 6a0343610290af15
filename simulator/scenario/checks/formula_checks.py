"""What the linter says about the formulas of a scenario: once for all pools that share one."""

from collections.abc import Iterator

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.checks.job_places import PlacedJob
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.schema import Scenario

SHOWN = 3
"""Pools named in a warning; of more, the number is told."""


def check_formulas(scenario: Scenario, jobs: list[PlacedJob]) -> Iterator[Finding]:
    """Yield the linter's warnings, each once, at the first of the pools that share the formula."""
    pools = list(_pools(scenario, jobs))
    if not pools:
        return
    from simulator.formula.lint import Level, lint_text  # noqa: PLC0415 - most scenarios have no formula

    told: dict[tuple[str, str], tuple[Loc, list[str]]] = {}
    for pool, loc in pools:
        formula = pool.auto_scale_formula or ""
        minutes = pool.auto_scale_evaluation_interval / 60
        for found in lint_text(formula, slots=pool.task_slots_per_node, interval_minutes=minutes):
            if found.level is not Level.INFO and found.rule not in ("syntax", "too-long", "interval"):
                text = f"formula, {found.place}: {found.rule}: {found.message} Fix: {found.fix}"
                told.setdefault((formula, text), (loc, []))[1].append(pool.id)
    for (_, text), (loc, names) in told.items():
        yield Finding(f"{text}{_shared(names)}", (*loc, "autoScaleFormula"), is_warning=True)


def _pools(scenario: Scenario, jobs: list[PlacedJob]) -> Iterator[tuple[Pool, Loc]]:
    for index, pool in enumerate(scenario.pools):
        if pool.enable_auto_scale and pool.auto_scale_formula is not None:
            yield pool, ("pools", index)
    for placed in jobs:
        auto = placed.job.auto_pool
        if auto is not None and auto.pool.enable_auto_scale and auto.pool.auto_scale_formula is not None:
            yield auto.pool, (*placed.loc, "poolInfo", "autoPoolSpecification", "pool")


def _shared(names: list[str]) -> str:
    if len(names) < 2:
        return ""
    shown = ", ".join(f"'{name}'" for name in names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f" (pools {shown}{more})"
