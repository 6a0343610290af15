"""`poolsight compare`, and what `poolsight run --replications` prints."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.errors import reported, tell
from simulator.errors import InputError, Problem
from simulator.units import spoken

if TYPE_CHECKING:
    from simulator.experiment import Comparison, Replications
    from simulator.experiment.compare import Difference
    from simulator.experiment.estimates import Estimate
    from simulator.scenario.schema import Scenario

WIDTH = 120
"""Columns where the output is no terminal."""


def show_replications(found: Replications, deadline: float | None) -> None:
    """Print every measure with its interval, and the spread of single runs."""
    from rich.table import Table  # noqa: PLC0415 - slow to import

    from simulator.experiment import MEASURES  # noqa: PLC0415

    printer = console()
    table = Table(box=None, pad_edge=False, header_style="cyan")
    for title in ("measure", "mean", "95 % interval", "single runs: p5", "p50", "p95"):
        table.add_column(title, justify="left" if title == "measure" else "right", no_wrap=True)
    for name, measure in MEASURES.items():
        estimate, spread = found.estimate(name), found.spread(name)
        if estimate is None or spread is None or not found.values[name].any():
            continue  # nothing of the kind happened
        ends = f"{shown_value(estimate.low, measure.unit)} to {shown_value(estimate.high, measure.unit)}"
        runs = [shown_value(spread[key], measure.unit) for key in ("p5", "p50", "p95")]
        table.add_row(measure.title, shown_value(estimate.value, measure.unit), ends if found.count > 1 else "–", *runs)
    printer.print(f"[bold]{_heading(found)}[/bold]")
    printer.print()
    printer.print(table)
    if deadline is not None:
        chance = found.within("makespan", deadline)
        printer.print()
        printer.print(
            f"P(makespan ≤ {shown_value(deadline, 's')}) = {100 * chance.value:.0f} %, "
            f"95 % interval {100 * chance.low:.0f} to {100 * chance.high:.0f} %"
        )


def _heading(found: Replications) -> str:
    noun = "replication" if found.count == 1 else "replications"
    if found.precision is None:
        return f"{found.count:,} {noun}"
    wanted = f"{100 * found.precision:g} % precision of makespan and cost"
    if found.reached:
        return f"{found.count:,} {noun} were enough for {wanted}"
    return f"{found.count:,} {noun}, the cap, did not reach {wanted}"


def replications_json(found: Replications, deadline: float | None, manifest: dict[str, Any]) -> dict[str, Any]:
    """Give the same as plain data."""
    estimates = {}
    for name in found.values:
        estimate, spread = found.estimate(name), found.spread(name)
        if estimate is not None and spread is not None:
            estimates[name] = {"mean": estimate.value, **_ends(estimate), **spread}
    answer: dict[str, Any] = {
        "replications": found.count,
        "precision": found.precision,
        "reached": found.reached,
        "estimates": estimates,
        "manifest": manifest,
    }
    if deadline is not None:
        chance = found.within("makespan", deadline)
        answer["deadline"] = {"limit_s": deadline, "probability": chance.value, **_ends(chance)}
    return answer


@reported
def compare(
    files: Annotated[list[str], typer.Argument(help="Scenario files; all are compared with the first.")],
    replications: Annotated[int, typer.Option(min=2, help="How many rolls of the dice each faces.")] = 30,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 = one for each processor.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare scenarios that face the same arrivals, durations, boot times and evictions."""
    from simulator.experiment import compare as run_comparison  # noqa: PLC0415 - keeps the command's start fast
    from simulator.scenario import load  # noqa: PLC0415

    if len(files) < 2:
        raise InputError("expected at least two scenario files to compare")
    names = [Path(file).stem if len({Path(other).stem for other in files}) == len(files) else file for file in files]
    if len(set(names)) < len(names):
        raise InputError("the same file stands twice")
    scenarios: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name, file in zip(names, files, strict=True):
        try:
            scenarios[name] = load(file)
            tell(scenarios[name].warnings)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    found = run_comparison(scenarios, replications, workers=workers)
    if as_json:
        typer.echo(json.dumps(_comparison_json(found), indent=2, allow_nan=False))
    else:
        _show_comparison(found)


def _show_comparison(found: Comparison) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    from simulator.experiment import MEASURES  # noqa: PLC0415

    printer = console()
    for name in found.names[1:]:
        printer.print(f"[bold]{found.sentence(name)}[/bold]", soft_wrap=True)
        printer.print()
        table = Table(box=None, pad_edge=False, header_style="cyan")
        for title in ("measure", found.names[0], name, "difference", "95 % interval", "luck shared"):
            table.add_column(title, justify="left" if title == "measure" else "right", no_wrap=True)
        for measure, difference in found.differences[name].items():
            if not any(found.replications[scenario].values[measure].any() for scenario in (found.names[0], name)):
                continue  # nothing of the kind happened
            unit = MEASURES[measure].unit
            means = [found.replications[scenario].estimate(measure) for scenario in (found.names[0], name)]
            shown = [shown_value(estimate.value, unit) if estimate else "–" for estimate in means]
            absolute = difference.absolute
            ends = f"{shown_value(absolute.low, unit)} to {shown_value(absolute.high, unit)}"
            left = "–" if difference.narrowing is None else f"× {difference.narrowing:.2f}"
            table.add_row(MEASURES[measure].title, *shown, shown_value(absolute.value, unit), ends, left)
        printer.print(table)
        printer.print()
    count = found.replications[found.names[0]].count
    printer.print(
        f"{count} replications each; 'luck shared' is the interval's width beside that of independent runs.",
        style="dim",
        soft_wrap=True,
    )


def _comparison_json(found: Comparison) -> dict[str, Any]:
    means = {
        name: {measure: estimate.value for measure in made.values if (estimate := made.estimate(measure)) is not None}
        for name, made in found.replications.items()
    }
    differences = {
        name: {measure: _difference_json(difference) for measure, difference in measures.items()}
        for name, measures in found.differences.items()
    }
    return {
        "baseline": found.names[0],
        "replications": found.replications[found.names[0]].count,
        "means": means,
        "differences": differences,
        "sentences": [found.sentence(name) for name in found.names[1:]],
    }


def _difference_json(difference: Difference) -> dict[str, Any]:
    relative = difference.relative
    return {
        "absolute": {"mean": difference.absolute.value, **_ends(difference.absolute)},
        "relative": None if relative is None else {"mean": relative.value, **_ends(relative)},
        "clear": difference.is_clear,
        "narrowing": difference.narrowing,
    }


def _ends(estimate: Estimate) -> dict[str, float | None]:
    return {
        "low": estimate.low if math.isfinite(estimate.low) else None,
        "high": estimate.high if math.isfinite(estimate.high) else None,
    }


def shown_value(value: float, unit: str) -> str:
    """Write a measure with its unit, as people read it."""
    if not math.isfinite(value):
        return "–"
    if unit == "s":
        return ("-" if value < 0 else "") + spoken(abs(value))
    if unit == "USD":
        return f"{'-' if value < 0 else ''}${abs(value):,.2f}"
    return f"{100 * value:.1f} %" if unit == "share" else f"{value:,.1f}"


def shown_interval(low: float, high: float, unit: str) -> str:
    """Write both ends in one unit."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    if unit == "USD":
        return f"${low:,.2f}–{high:,.2f}"
    if unit == "share":
        return f"{100 * low:.1f}–{100 * high:.1f} %"
    name, size = "", 1.0
    if unit == "s":
        most = max(abs(low), abs(high))
        steps = (("d", 2 * 86400.0, 86400.0), ("h", 3600.0, 3600.0), ("min", 60.0, 60.0))
        name, size = next(((name, size) for name, start, size in steps if most >= start), ("s", 1.0))
    digits = max(0, min(3, 1 - math.floor(math.log10(max(abs(high - low) / size, 1e-3)))))
    return f"{low / size:,.{digits}f}–{high / size:,.{digits}f} {name}".rstrip()


def console() -> Any:
    """Give a printer to stdout, wide where that is no terminal."""
    from rich.console import Console  # noqa: PLC0415 - slow to import

    printer = Console(highlight=False)
    return printer if printer.is_terminal else Console(highlight=False, width=WIDTH)
