"""`poolsight plan`: the cheapest design that meets the constraints."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.errors import print_problems, reported
from simulator.cli.output import print_json, show_progress
from simulator.cli.study_options import AsJson, Cluster, Confine, Seed, Workers
from simulator.errors import BrokenInvariantError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from simulator.planning.constraints import Check
    from simulator.planning.designs import Design
    from simulator.planning.plan import Plan

INFEASIBLE = 1
"""Exit code where every design that was run breaks a constraint: an answer, but not the one hoped for."""
NAMED = 6
"""So many designs are named in a line."""


@reported
def plan(
    file: Annotated[str, typer.Argument(help="A plan file: scenario, axes, minimize, subject_to.")],
    seed: Seed = None,
    workers: Workers = 0,
    cluster: Cluster = None,
    confine: Confine = False,
    as_json: AsJson = False,
) -> None:
    """Find the cheapest design that meets deadlines and other limits, and report what the runs leave open."""
    from simulator.cli.page import assumed, console
    from simulator.planning.plan import Status, make_plan
    from simulator.planning.plan_file import load_plan

    question = load_plan(file, seed=seed, confine=confine)
    print_problems(question.base.scenario.warnings)
    found = make_plan(question, workers=workers, cluster=cluster, on_progress=show_progress)
    show_progress()
    if as_json:
        print_json({"sentence": sentence(found), **found.to_dict()})
    else:
        _show(found)
        assumed(console(), found.assumptions)
    if found.status is Status.NONE:
        raise typer.Exit(INFEASIBLE)


def sentence(found: Plan) -> str:
    """Return the answer in one breath."""
    from simulator.planning.plan import Status

    if found.status is Status.FOUND:
        return _found(found)
    return _open(found) if found.status is Status.OPEN else _none(found)


def _found(found: Plan) -> str:
    from simulator.cli.page import value, whole
    from simulator.experiment.measures import find_measure
    from simulator.planning.constraints import UNSAID, Verdict

    winner, fresh = found.winner, found.fresh
    if winner is None or fresh is None:
        raise BrokenInvariantError("a plan that found a winner has no figures of it")
    checks = [check for check in winner.checks if check.constraint not in UNSAID or check.verdict is Verdict.WITHIN]
    reached = "; ".join(f"{check.constraint.text}: {_reached(check)}" for check in checks)
    within = "" if winner.standing is Verdict.KEPT else " or misses it by no more than the tolerance"
    unit = find_measure(found.objective).unit
    return (
        f"{winner.name} is the cheapest design that keeps every constraint{within}: {found.objective} "
        f"{whole(fresh.objective, unit)} on {fresh.runs.count:,} fresh runs, which had no part in the choice "
        f"({value(winner.price, unit)} on the {winner.runs.count:,} that had)"
        f"{f'; known from these: {reached}' if reached else ''}."
    )


def _open(found: Plan) -> str:
    first = found.open[0]
    others = len(found.open) - 1
    more = f" {others} more {'design is' if others == 1 else 'designs are'} open." if others else ""
    return f"It is open whether a design keeps every constraint. {_what_is_open(first, found)}{more}"


def _none(found: Plan) -> str:
    from simulator.cli.page import value, whole

    nearest = found.broken[0]
    worst = nearest.worst
    if worst is None or worst.estimate is None:
        left = f"{nearest.left_work} of its {nearest.runs.count} runs left work undone"
        why = f": {left}, so {worst.constraint.text} cannot be kept" if worst and nearest.left_work else ""
        way_out = "; a probability, P(…) >= 0.95, can be" if why else ""
        return f"No design keeps every constraint; nearest is {nearest.name}{why}{way_out}."
    constraint = worst.constraint
    reach = "–" if worst.reach is None else value(worst.reach, constraint.reach_unit)
    inside = f"{100 * constraint.level:g} % of runs" if constraint.level is not None else "the mean"
    far = f", {_far(worst.distance)}" if 0 < worst.distance < math.inf else ""
    return (
        f"No design keeps every constraint. Nearest is {nearest.name}: {constraint.text} comes to "
        f"{whole(worst.estimate, constraint.unit)}; {inside} would need the limit at {reach}{far}."
    )


def _what_is_open(design: Design, found: Plan) -> str:
    """Return what is open about a design, and about how many runs would settle it."""
    from simulator.cli.page import value
    from simulator.experiment.measures import find_measure
    from simulator.planning.constraints import Verdict

    price = value(design.price, find_measure(found.objective).unit)
    checks = [check for check in design.checks if check.verdict is Verdict.OPEN]
    reached = "; ".join(f"{check.constraint.text} comes to {_reached(check)}" for check in checks)
    needed = design.further_runs
    settle = "more runs would settle it" if needed is None else f"about {_rounded(needed):,} more runs would settle it"
    return f"{design.name} would cost {price}: {reached}; {settle} (search.cap)."


def _reached(check: Check) -> str:
    """Write a probability with a digit more than others, as limits lie close to 1."""
    from simulator.cli.page import whole

    if check.constraint.level is None or check.estimate is None:
        return whole(check.estimate, check.constraint.unit)
    share, low, high = (100 * one for one in (check.estimate.value, check.estimate.low, check.estimate.high))
    return f"{share:.1f} % ({low:.1f} to {high:.1f} %)"


def _short(check: Check) -> str:
    """Write an estimate without its interval."""
    return _reached(check).partition(" (")[0]


def _rounded(count: int) -> int:
    """Round up to one digit: it is a guess."""
    unit = int(10 ** (len(str(count)) - 1))
    return -(-count // unit) * unit


def _far(distance: float) -> str:
    """Report how far beyond a limit, as a share of it; from a thousand per cent on as times."""
    return f"{1 + distance:,.0f} times what it is" if distance >= 9.995 else f"{100 * distance:.3g} % beyond it"


def _show(found: Plan) -> None:
    from simulator.cli.page import console, dim

    page = console()
    page.print(f"[bold]{sentence(found)}[/bold]", soft_wrap=True)
    _show_binding(found, page)
    page.print()
    nearest = "" if found.kept or found.open else " (none keeps every constraint; nearest first)"
    page.print(f"[bold]Shortlist[/bold]{nearest}")
    _show_designs(found.shortlist, found, page)
    page.print()
    page.print(f"[bold]Pareto front of {found.objective} against makespan[/bold]")
    _show_designs(found.front, found, page)
    if len({one.runs.count for one in found.front}) > 1:
        dim(page, "Designs with different numbers of runs are held against each other by the runs that both have.")
    page.print()
    dim(
        page,
        f"{found.method}: {found.runs:,} runs of {len(found.designs)} designs; all verdicts hold with "
        f"{100 * found.confidence:g} % confidence.",
        f"Known to keep every constraint, or to miss none by more than the tolerance: {_names(found.kept)}; to break "
        f"one: {_names(found.broken, with_worst=True)}; open: {_names(found.open)}; dearer and not followed up: "
        f"{_names(found.dearer)}.",
        *(f"Not explored: {text}." for text in found.unexplored),
    )


def _names(designs: Sequence[Design], *, with_worst: bool = False) -> str:
    """Name a few designs, with what the constraint that each breaks most comes to."""
    shown = "; ".join(f"{one.name}{_worst(one) if with_worst else ''}" for one in designs[:NAMED])
    left = len(designs) - NAMED
    return f"{shown} and {left} more" if left > 0 else shown or "none"


def _worst(design: Design) -> str:
    worst = design.worst
    return "" if worst is None else f" ({worst.constraint.text} comes to {_reached(worst)})"


def _show_binding(found: Plan, page: Console) -> None:
    from simulator.cli.page import value
    from simulator.experiment.measures import find_measure
    from simulator.planning.constraints import Verdict

    if found.winner is None:
        return
    for check in found.fresh.checks if found.fresh is not None else ():
        if check.verdict is Verdict.BROKEN:
            page.print(
                f"On the fresh runs alone {check.constraint.text} came to {_reached(check)}.",
                soft_wrap=True,
                markup=False,
            )
    for design in found.open:
        page.print(f"Open: {_what_is_open(design, found)}", soft_wrap=True, markup=False)
    if found.binding is not None:
        design, check = found.binding
        price = value(design.price, find_measure(found.objective).unit)
        page.print(
            f"Binding: {check.constraint.text}. {design.name} would cost {price} and comes to {_reached(check)}.",
            soft_wrap=True,
            markup=False,
        )


def _show_designs(designs: Iterable[Design], found: Plan, page: Console) -> None:
    from simulator.cli.page import dim, interval, print_table, table, value
    from simulator.experiment.measures import find_measure
    from simulator.planning.constraints import UNSAID

    rows = list(designs)
    unit = find_measure(found.objective).unit
    checks = rows[0].checks if rows else ()
    # That everything is done goes without saying, unless it is not.
    missed = {check.constraint for one in rows for check in one.checks if not check.is_met}
    shown = [one.constraint for one in checks if one.constraint not in UNSAID or one.constraint in missed]
    left = ("left work",) if any(one.left_work for one in rows) else ()
    names = [f"({number})" for number in range(1, len(shown) + 1)]
    made = table("design", found.objective, "95 %", "makespan", *names, *left, "runs", "verdict")
    for one in rows:
        reached = [_short(check) for check in one.checks if check.constraint in shown]
        made.add_row(
            one.name,
            value(one.price, unit),
            interval(one.objective, unit),
            value(one.makespan.value if one.makespan else None, "s"),
            *reached,
            *(f"{one.left_work} runs" for _ in left),
            f"{one.runs.count:,}",
            _verdict(one),
        )
    print_table(page, made)
    dim(page, *(f"{name}: {constraint.text}" for name, constraint in zip(names, shown, strict=True)))


def _verdict(design: Design) -> str:
    """Name what became of a design; what is dearer than the winner was not followed up."""
    from simulator.planning.constraints import Verdict

    if design.is_winner:
        return "cheapest" if design.standing is Verdict.KEPT else "cheapest, within tolerance"
    return f"{design.standing}, dearer" if design.is_dearer else str(design.standing)
