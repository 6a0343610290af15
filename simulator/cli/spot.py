"""`poolsight spot`: how much of a pool should be spot."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.errors import MOST_REPLICATIONS, print_problems, reported
from simulator.cli.experiments import shown_value
from simulator.cli.output import print_json
from simulator.cli.study_options import AsJson, Cluster, Confine, Seed, Workers
from simulator.units import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from simulator.experiment.estimates import Estimate
    from simulator.planning.break_even import RatePoint
    from simulator.planning.spot import SpotReport


@reported
def spot(
    file: Annotated[str, typer.Argument(help="A scenario file.")],
    seed: Seed = None,
    pool: Annotated[str | None, typer.Option(help="Which pool, where there are several.")] = None,
    steps: Annotated[int, typer.Option(min=2, max=101, help="Shares from 0 to 100 %, both included.")] = 5,
    deadline: Annotated[str | None, typer.Option(help="By when all work should be done: 8h, 06:00 or a date.")] = None,
    eviction_rate: Annotated[
        float | None, typer.Option(min=0, max=3600, help="Per hour, instead of the pool's model.")
    ] = None,
    replications: Annotated[
        int, typer.Option(min=2, max=MOST_REPLICATIONS, help="How many replications each share faces.")
    ] = 30,
    checkpoint_cost: Annotated[str, typer.Option(help="How long one checkpoint takes.")] = "1m",
    workers: Workers = 0,
    cluster: Cluster = None,
    confine: Confine = False,
    as_json: AsJson = False,
) -> None:
    """Report what each share of spot nodes costs, how late it gets, and when spot stops paying."""
    from simulator.cli.deadlines import read_deadline
    from simulator.cli.page import console, dim, span
    from simulator.cli.sweep import progress
    from simulator.experiment.axes import Base
    from simulator.files import bound
    from simulator.planning.spot import most_trials, spot_report

    cost = span("--checkpoint-cost", checkpoint_cost)
    base = Base.read(file, within=bound(file, confine=confine)).with_seed(seed)
    print_problems(base.scenario.warnings)
    limit, done = read_deadline(deadline, base.scenario), count(1)
    with progress(most_trials(steps, replications)) as show:
        found = spot_report(
            base,
            pool,
            steps=steps,
            deadline=None if limit is None else limit.seconds,
            rate=eviction_rate,
            replications=replications,
            checkpoint_cost=cost or 0.0,
            workers=workers,
            cluster=cluster,
            on_outcome=lambda _: show(next(done), True),
        )
    if as_json:
        read_as = None if limit is None else limit.note
        answer = {"sentence": sentence(found), **found.to_dict(), "deadline_read_as": read_as}
        print_json(answer)
    else:
        _show(found)
        if limit is not None and limit.note is not None:
            dim(console(), limit.note)


def sentence(found: SpotReport) -> str:
    """Report in one breath what to do."""
    from simulator.cli.page import interval, value

    best = found.best
    if best is None:
        return _none(found)
    within = (
        ""
        if found.deadline is None
        else f" among those that missed {value(found.deadline, 's')} in at most 5 % of the runs"
    )
    if best.spot_share == 0:
        start = f"All dedicated is the cheapest{within}, {value(best.cost.value, 'USD')}"
    else:
        start = (
            f"{100 * best.spot_share:.0f} % spot is the cheapest{within}: {value(best.cost.value, 'USD')}, "
            f"{value(best.saved.value, 'share')} less than all dedicated "
            f"(95 % interval {interval(best.saved, 'share')})"
        )
    return f"{start}; {_limit(found)}.{_doubt(found)}"


def _none(found: SpotReport) -> str:
    """Report that no share was in time often enough, and whether the runs show that none is."""
    from simulator.cli.page import value
    from simulator.planning.spot import RISK

    late = [(one.misses_deadline, one) for one in found.shares if one.misses_deadline is not None]
    chance, nearest = min(late, key=lambda pair: pair[0].value)
    missed = value(chance.value, "share")
    text = f"{100 * nearest.spot_share:.0f} % spot misses it in {missed} of {found.replications} runs"
    limit = value(found.deadline, "s")
    if all(one.low > RISK for one, _ in late):
        return f"No share of spot nodes meets {limit} with 95 %: even {text}."
    open_ = [f"{100 * share.spot_share:.0f} %" for one, share in late if one.low <= RISK]
    return (
        f"No share of spot nodes was within {limit} in 95 % of the runs, but these are too few to refute it of "
        f"{' and '.join(open_)} spot: {text}, which may mean as little as {100 * chance.low:.0f} %."
    )


def _doubt(found: SpotReport) -> str:
    """Report how far the runs are from showing that the share named is late as seldom as that."""
    from simulator.planning.spot import RISK

    chance = None if found.best is None else found.best.misses_deadline
    if chance is None or chance.high <= RISK:
        return ""
    more = "" if chance.value else f"; {found.enough} runs without a miss would show it"
    return (
        f" That it misses the deadline so seldom is not shown yet: {100 * chance.value:.0f} % of {found.replications} "
        f"runs were late, which may mean up to {100 * chance.high:.0f} %{more}."
    )


def _limit(found: SpotReport) -> str:
    even = found.break_even
    if even.closed_form is None:
        return "spot is no cheaper by the hour, so it never pays"
    if even.simulated is None:
        return _tried(even.curve)
    known = ""
    if even.low is not None:
        span = f"from {even.low:.2g} on" if even.high is None else f"{even.low:.2g} to {even.high:.2g}"
        known = f"{span} by the intervals, "
    stops = f"all spot stops paying at {even.simulated:.2g} evictions an hour"
    return f"{stops} ({known}closed form {even.closed_form:.2g})"


def _tried(curve: Sequence[RatePoint]) -> str:
    """Report what was seen at the rates that were tried, which bound nothing: beyond the last one nobody looked."""
    from simulator.cli.page import value

    first, last = curve[0], curve[-1]
    if last.ratio.value >= 1:
        return f"all spot was dearer at every rate tried, from {first.rate_per_hour:.2g} evictions an hour on"
    then = None if last.makespan is None else value(last.makespan.value, "s")
    done = "" if then is None else f", where it took {then}"
    return f"all spot was still cheaper at {last.rate_per_hour:.2g} evictions an hour, the highest rate tried{done}"


def _show(found: SpotReport) -> None:
    from simulator.cli.page import assumed, console, dim, interval, print_table, table, value

    page = console()
    page.print(f"[bold]{sentence(found)}[/bold]", soft_wrap=True)
    page.print()
    titles = ["spot", "nodes", "cost", "95 %", "p95", "done after", "p95", "lost node-h", "preempted"]
    shares = table(*titles, *(["late"] if found.deadline is not None else []))
    for one in found.shares:
        runs, times = one.cost_of_runs, one.makespan_of_runs or {}
        late = [] if one.misses_deadline is None else [_late(one.misses_deadline)]
        shares.add_row(
            f"{one.spot_share:.0%}",
            f"{one.dedicated_nodes} + {one.low_priority_nodes}",
            value(one.cost.value, "USD"),
            interval(one.cost, "USD"),
            value(runs["p95"], "USD"),
            value(one.makespan.value if one.makespan else None, "s"),
            value(times.get("p95"), "s"),
            shown_value(one.lost_node_hours.value, Unit.NODE_HOURS),
            shown_value(one.preemptions.value, Unit.TIMES),
            *late,
        )
    print_table(page, shares)
    _show_break_even(found, page)
    _show_lengths(found, page)
    page.print()
    dim(page, *found.notes, _foot(found))
    assumed(page, found.assumptions)


def _late(chance: Estimate) -> str:
    return f"{100 * chance.value:.0f} % ({100 * chance.low:.0f}–{100 * chance.high:.0f})"


def _show_break_even(found: SpotReport, page: Console) -> None:
    from simulator.cli.page import interval, print_table, table, value

    page.print()
    page.print("[bold]All spot over all dedicated, by evictions an hour[/bold]")
    curve = table("evictions/h", "cost ratio", "95 %", "closed form", "done after")
    for point in found.break_even.curve:
        finish = value(point.makespan.value if point.makespan else None, "s")
        row = (value(point.ratio.value), interval(point.ratio), value(point.closed_form), finish)
        curve.add_row(f"{point.rate_per_hour:.3g}", *row)
    print_table(page, curve)


def _show_lengths(found: SpotReport, page: Console) -> None:
    from simulator.cli.page import interval, print_table, table, value

    if found.lengths:
        page.print()
        page.print("[bold]The same work in tasks of another length[/bold]")
        lengths = table("mean task", "cost ratio", "95 %", "closed form", "lost node-h")
        for one in found.lengths:
            ratio = "too long" if one.ratio is None else value(one.ratio.value)
            lost = "–" if one.lost_node_hours is None else shown_value(one.lost_node_hours.value, Unit.NODE_HOURS)
            lengths.add_row(value(3600 * one.mean_hours, "s"), ratio, interval(one.ratio), value(one.closed_form), lost)
        print_table(page, lengths)
    if found.savings:
        page.print()
        page.print(
            "[bold]All spot with checkpoints over all dedicated without[/bold]; closed form: a task of the mean length "
            "(Young, Daly)"
        )
        saved = table("checkpoint", "every", "cost ratio", "95 %", "closed form", "paid for", "lost node-h")
        for saving in found.savings:
            every = None if saving.every_hours is None else 3600 * saving.every_hours
            ratio = value(saving.ratio.value if saving.ratio else None)
            ends, paid = interval(saving.ratio), value(3600 * saving.hours, "s")
            lost = "–" if saving.lost_node_hours is None else shown_value(saving.lost_node_hours.value, Unit.NODE_HOURS)
            saved.add_row(saving.label, value(every, "s"), ratio, ends, value(saving.closed_form), paid, lost)
        print_table(page, saved)


def _foot(found: SpotReport) -> str:
    from simulator.results.money.prices import WORDS

    rate = "own model" if found.rate_per_hour is None else f"{found.rate_per_hour:.3g} an hour"
    return (
        f"Pool {found.pool}: {WORDS[found.paid_as]} at {found.price_ratio:.2g} of the dedicated price, "
        f"evictions {rate}; {found.replications} replications of the same draws. Closed form: Σ (e^γw − 1)/γ over Σ w "
        "times the price ratio, without boot and idle time. "
        "Below the first table every run goes on until all work is done, whatever the timeline says."
    )
