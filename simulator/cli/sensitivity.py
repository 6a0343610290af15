"""`poolsight sensitivity`: on which assumption the answer hangs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from simulator.cli.errors import MOST_REPLICATIONS, print_problems, reported
from simulator.cli.output import print_json
from simulator.cli.study_options import AsJson, Cluster, Confine, Seed, Workers

if TYPE_CHECKING:
    from simulator.experiment.estimates import Estimate
    from simulator.planning.sensitivity import Bar, Tornado

NOTHING_ASSUMED: Final = " Nothing that is assumed moves it beyond chance in so many runs."
LONGEST: Final = 10
"""Characters of the longest bar."""


@reported
def sensitivity(
    file: Annotated[str, typer.Argument(help="A scenario file.")],
    seed: Seed = None,
    replications: Annotated[
        int, typer.Option(min=2, max=MOST_REPLICATIONS, help="How many replications each case faces.")
    ] = 20,
    workers: Workers = 0,
    cluster: Cluster = None,
    confine: Confine = False,
    as_json: AsJson = False,
) -> None:
    """Rank the assumptions by what cost and finish would be if they were wrong."""
    from simulator.experiment.axes import Base
    from simulator.files import bound
    from simulator.planning.sensitivity import sensitivity as run_sensitivity

    base = Base.read(file, within=bound(file, confine=confine)).with_seed(seed)
    print_problems(base.scenario.warnings)
    found = run_sensitivity(base, replications=replications, workers=workers, cluster=cluster)
    if as_json:
        print_json({"sentence": sentence(found), **found.to_dict()})
    else:
        _show(found)


def sentence(found: Tornado) -> str:
    """Report which assumption matters most and whether it is known."""
    from simulator.cli.page import value

    answer = f"{value(found.cost.value if found.cost else None, 'USD')} and " + value(
        found.makespan.value if found.makespan else None, "s"
    )
    clear = [bar for bar in found.bars if bar.is_clear]
    if not clear:
        return f"The answer, {answer}, moves beyond chance with none of {len(found.bars)} assumptions."
    first = clear[0]
    unsure = next((bar for bar in clear if bar.origin == "assumed"), None)
    other = f" Of what is assumed, most on {_moved(unsure)}." if unsure is not None else NOTHING_ASSUMED
    return f"The answer, {answer}, hangs most on {_moved(first)}.{'' if unsure is first else other}"


def _moved(bar: Bar) -> str:
    return (
        f"{bar.title} ({bar.origin}): {bar.low} to {bar.high} moves the cost by "
        f"{_ends(bar.cost.lower, bar.cost.higher)} and the finish by {_ends(bar.makespan.lower, bar.makespan.higher)}"
    )


def _ends(lower: Estimate | None, higher: Estimate | None) -> str:
    return f"{_percent(lower)} to {_percent(higher)}"


def _percent(estimate: Estimate | None) -> str:
    from simulator.planning.sensitivity import LEAST

    if estimate is None:
        return "–"
    is_chance = not estimate.leaves_out_zero and estimate.half_width >= LEAST
    return f"{100 * estimate.value:+z.1f} %{' (not beyond chance)' if is_chance else ''}"


def _show(found: Tornado) -> None:
    from rich.text import Text

    from simulator.cli.page import assumed, console, dim, print_table, table

    page = console()
    page.print(f"[bold]{sentence(found)}[/bold]", soft_wrap=True)
    page.print()
    made = table("assumption", "from – to", "cost, %", "finish, %", "", "origin")
    made.columns[4].justify = made.columns[5].justify = "left"
    most = max((bar.swing for bar in found.bars), default=0.0)
    for bar in found.bars:
        made.add_row(
            Text(bar.title, style="" if bar.is_clear else "dim"),
            f"{bar.low} – {bar.high}",
            _range(bar.cost.lower, bar.cost.higher),
            _range(bar.makespan.lower, bar.makespan.higher),
            _drawn(bar, most),
            str(bar.origin),
        )
    print_table(page, made)
    page.print()
    sources = [f"{bar.title}: {bar.origin}, {bar.source}" for bar in found.bars if bar.is_clear]
    dim(page, *sources)
    dim(
        page,
        f"{found.replications} replications of the same draws; moves are of the mean, with ± half of the interval that "
        "holds for all rows together at 95 %. Rows in which nothing moves beyond chance are dim.",
    )
    assumed(page, found.rests_on)


def _range(lower: Estimate | None, higher: Estimate | None) -> str:
    low, high = ("–" if one is None else f"{100 * one.value:+z.1f}" for one in (lower, higher))
    below, above = ("" if one is None else f" ± {100 * one.half_width:.1f}" for one in (lower, higher))
    return f"{low}{below if below != above else ''} to {high}{above}"


def _drawn(bar: Bar, most: float) -> str:
    """Draw the swing as a bar; the block characters are plain text everywhere."""
    length = round(LONGEST * bar.swing / most) if most else 0
    sign = "█" if sys.stdout.encoding.lower().startswith("utf") else "#"
    return sign * length
