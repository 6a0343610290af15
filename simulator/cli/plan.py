"""`poolsight plan`: the cheapest design that meets the constraints."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.errors import print_problems, reported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from simulator.planning.designs import Design
    from simulator.planning.plan import Plan

INFEASIBLE = 1
"""Exit code where no design keeps every constraint: an answer, but not the one hoped for."""


@reported
def plan(
    file: Annotated[str, typer.Argument(help="A plan file: scenario, axes, minimize, subject_to.")],
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 = one for each processor.")] = 0,
    cluster: Annotated[str | None, typer.Option(help="A dask scheduler, e.g. tcp://host:8786.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find the cheapest design that meets deadlines and other limits, and confirm it on fresh draws."""
    from simulator.planning.plan import make_plan
    from simulator.planning.plan_file import load_plan

    question = load_plan(file)
    print_problems(question.base.scenario.warnings)
    found = make_plan(
        question, workers=workers, cluster=cluster, on_progress=_progress if sys.stderr.isatty() else lambda _: None
    )
    if sys.stderr.isatty():
        typer.echo("\r\x1b[K", err=True, nl=False)
    if as_json:
        typer.echo(json.dumps({"sentence": sentence(found), **found.to_dict()}, indent=2, allow_nan=False))
    else:
        _show(found)
    if found.winner is None:
        raise typer.Exit(INFEASIBLE)


def _progress(text: str) -> None:
    typer.echo(f"\r\x1b[K{text}", err=True, nl=False)


def sentence(found: Plan) -> str:
    """Report the answer in one breath."""
    from simulator.cli.page import value, whole
    from simulator.experiment.measures import find_measure
    from simulator.planning.constraints import UNSAID

    unit = find_measure(found.objective).unit
    if found.winner is not None and found.confirmation is not None:
        again = found.confirmation
        kept = "; ".join(
            f"{check.constraint.text}: {whole(check.estimate, check.constraint.unit)}"
            for check in again.checks
            if check.constraint not in UNSAID
        )
        return (
            f"{found.winner.name} is the cheapest design found: {found.objective} {whole(again.objective, unit)} on "
            f"{again.runs.count} fresh runs{f' ({kept})' if kept else ''}."
        )
    if found.refuted:
        again = found.refuted[0]
        broken = [check for check in again.checks if not check.is_met]
        reached = ", ".join(
            f"{one.constraint.text} came to {whole(one.estimate, one.constraint.unit)}" for one in broken
        )
        return (
            f"No design stood the confirmation: {again.name} kept every constraint in the search, but on "
            f"{again.runs.count} fresh runs {reached}."
        )
    nearest = found.shortlist[0]
    worst = nearest.worst
    if worst is None or worst.estimate is None:
        left = f"{nearest.left_work} of its {nearest.runs.count} runs left work undone"
        why = f": {left}, so {worst.constraint.text} cannot be kept" if worst and nearest.left_work else ""
        return f"No design keeps every constraint; nearest is {nearest.name}{why}."
    constraint = worst.constraint
    reach = "–" if worst.reach is None else value(worst.reach, constraint.reach_unit)
    inside = f"{100 * constraint.level:g} % of runs" if constraint.level is not None else "the mean"
    far = f", {_far(worst.distance)}" if 0 < worst.distance < math.inf else ""
    return (
        f"No design keeps every constraint. Nearest is {nearest.name}: {constraint.text} comes to "
        f"{whole(worst.estimate, constraint.unit)}; {inside} would need the limit at {reach}{far}."
    )


def _far(distance: float) -> str:
    """Report how far beyond a limit, as a share of it; from a thousand per cent on as times."""
    return f"{1 + distance:,.0f} times what it is" if distance >= 9.995 else f"{100 * distance:.3g} % beyond it"


def _show(found: Plan) -> None:
    from simulator.cli.page import console, dim

    page = console()
    page.print(f"[bold]{sentence(found)}[/bold]", soft_wrap=True)
    _show_binding(found, page)
    page.print()
    nearest = (
        "" if found.shortlist and found.shortlist[0].is_feasible else " (none keeps every constraint; nearest first)"
    )
    page.print(f"[bold]Shortlist[/bold]{nearest}")
    _show_designs(found.shortlist, found, page)
    page.print()
    page.print(f"[bold]Pareto front of {found.objective} against makespan[/bold]")
    _show_designs(found.front, found, page)
    page.print()
    dropped = sum(one.fate.value != "kept" for one in found.designs)
    dim(
        page,
        f"{found.method}: {found.runs:,} runs of {len(found.designs)} designs, {dropped} of them settled early.",
        *(f"Not explored: {text}." for text in found.unexplored),
        *_reached(found),
    )


def _show_binding(found: Plan, page: Console) -> None:
    from simulator.cli.page import value, whole
    from simulator.experiment.measures import find_measure

    for again in found.refuted if found.winner is not None else ():
        page.print(f"Cheaper in the search, but not on fresh runs: {again.name}.", soft_wrap=True)
    if found.binding is None:
        return
    design, check = found.binding
    unit = find_measure(found.objective).unit
    page.print(
        f"Binding: {check.constraint.text}. {design.name} would cost {value(design.price, unit)} and comes to "
        f"{whole(check.estimate, check.constraint.unit)}.",
        soft_wrap=True,
        markup=False,
    )


def _show_designs(designs: Iterable[Design], found: Plan, page: Console) -> None:
    from simulator.cli.page import interval, table, value
    from simulator.experiment.measures import find_measure
    from simulator.planning.constraints import UNSAID

    rows = list(designs)
    unit = find_measure(found.objective).unit
    checks = rows[0].checks if rows else ()
    # That everything is done goes without saying, unless it is not.
    broken = {check.constraint for one in rows for check in one.checks if not check.is_met}
    shown = [one.constraint for one in checks if one.constraint not in UNSAID or one.constraint in broken]
    left = ("left work",) if any(one.left_work for one in rows) else ()
    made = table("design", found.objective, "95 %", "makespan", *(one.text for one in shown), *left, "runs")
    for one in rows:
        shown_checks = [check for check in one.checks if check.constraint in shown]
        made.add_row(
            one.name,
            value(one.price, unit),
            interval(one.objective, unit),
            value(one.makespan.value if one.makespan else None, "s"),
            *(_check_text(check.estimate, check.constraint.unit, is_met=check.is_met) for check in shown_checks),
            *(f"{one.left_work} runs" for _ in left),
            f"{one.runs.count}",
        )
    page.print(made)


def _check_text(estimate: object, unit: str, *, is_met: bool) -> str:
    from simulator.cli.page import value
    from simulator.experiment.estimates import Estimate

    text = value(estimate.value, unit) if isinstance(estimate, Estimate) else "–"
    return text if is_met else f"[red]{text}, no[/red]"


def _reached(found: Plan) -> list[str]:
    """Report where the runs allowed did not settle a constraint."""
    from simulator.cli.page import whole
    from simulator.planning.plan import open_checks

    if found.confirmation is None:
        return []
    return [
        f"Not settled by {found.confirmation.runs.count} fresh runs: {check.constraint.text}, "
        f"{whole(check.estimate, check.constraint.unit)} reached; search.confirm more would show it."
        for check in open_checks(found.confirmation)
    ]
