"""`poolsight compare`: several scenarios under the same draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.errors import print_problems, reported
from simulator.cli.experiments import interval_ends, is_shown, kept, shown_difference, shown_value
from simulator.cli.output import print_json
from simulator.cli.page import assumed, console, dim, print_table
from simulator.cli.study_options import (
    AsJson,
    Cap,
    Cluster,
    Confine,
    Deadline,
    Points,
    Precision,
    Seed,
    Workers,
    read_count,
)
from simulator.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.experiment import Comparison
    from simulator.experiment.compare import Difference
    from simulator.scenario.scenario import Scenario


@reported
def compare(
    files: Annotated[list[str], typer.Argument(help="Scenario files; all are compared with the first.")],
    seed: Seed = None,
    replications: Annotated[str, typer.Option(help="How many replications each faces, or auto.")] = "30",
    precision: Precision = 0.05,
    cap: Cap = 1000,
    deadline: Deadline = None,
    points: Points = 0.05,
    workers: Workers = 0,
    cluster: Cluster = None,
    measure: Annotated[list[str] | None, typer.Option(help="A further measure, e.g. jobs.NAME.makespan_s.")] = None,
    confine: Confine = False,
    as_json: AsJson = False,
) -> None:
    """Compare scenarios that face the same arrivals, durations, boot times and evictions."""
    from simulator.cli.deadlines import read_deadline
    from simulator.experiment import compare as run_comparison
    from simulator.experiment.stopping import Stopping
    from simulator.results.answer.assumed import lines_by_name

    count = read_count(replications, least=2)
    scenarios = _read(files, confine=confine)
    if seed is not None:
        scenarios = {name: scenario.model_copy(update={"seed": seed}) for name, scenario in scenarios.items()}
    limits = {name: limit for name, one in scenarios.items() if (limit := read_deadline(deadline, one)) is not None}
    found = run_comparison(
        scenarios,
        count,
        measures=measure or (),
        workers=workers,
        cluster=cluster,
        stopping=Stopping(precision, cap, points=points),
        deadlines={name: limit.seconds for name, limit in limits.items()},
    )
    notes = {name: limit.note for name, limit in limits.items() if limit.note is not None}
    rests_on = lines_by_name({name: made.assumptions for name, made in found.replications.items()})
    if as_json:
        answer = {**_comparison_json(found), **({"deadline_read_as": notes} if notes else {}), "assumptions": rests_on}
        print_json(answer)
    else:
        _show_comparison(found)
        for name, note in notes.items():
            dim(console(), f"{name}: {note}")
        assumed(console(), rests_on)


def _read(files: Sequence[str], *, confine: bool) -> dict[str, Scenario]:
    """Return the scenarios of some files by name; raise InputError with every problem of any of them."""
    from simulator.scenario import load

    if len(files) < 2:
        raise InputError("expected at least two scenario files to compare")
    names = [Path(file).stem if len({Path(other).stem for other in files}) == len(files) else file for file in files]
    if len(set(names)) < len(names):
        raise InputError("the same file stands twice")
    scenarios: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name, file in zip(names, files, strict=True):
        try:
            scenarios[name] = load(file, confine=confine)
            print_problems(scenarios[name].warnings)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return scenarios


def _show_comparison(found: Comparison) -> None:
    from rich.table import Table

    from simulator.experiment import find_measure

    printer = console()
    for name in found.names[1:]:
        printer.print(f"[bold]{found.sentence(name)}[/bold]", soft_wrap=True)
        printer.print()
        table = Table(box=None, pad_edge=False, header_style="cyan")
        for title in (
            "measure",
            found.names[0],
            name,
            "difference",
            f"{100 * found.level:.3g} % interval",
            "draws shared",
        ):
            table.add_column(title, justify="left" if title == "measure" else "right", overflow="fold")
        for measure, difference in found.differences[name].items():
            both = [found.replications[scenario].values[measure].any() for scenario in (found.names[0], name)]
            if not is_shown(measure, any(both)):
                continue
            unit = find_measure(measure).unit
            means = [found.replications[scenario].estimate(measure) for scenario in (found.names[0], name)]
            shown = [shown_value(estimate.value, unit) if estimate else "–" for estimate in means]
            absolute = difference.absolute
            ends = f"{shown_difference(absolute.low, unit)} to {shown_difference(absolute.high, unit)}"
            left = "–" if difference.narrowing is None else f"× {difference.narrowing:.2f}"
            table.add_row(find_measure(measure).title, *shown, shown_difference(absolute.value, unit), ends, left)
        print_table(printer, table)
        printer.print()
        if (text := found.pairing(name)) is not None:
            printer.print(text, soft_wrap=True)
            printer.print()
    if any(made.deadline is not None for made in found.replications.values()):
        _show_deadline(printer, found)
    if (text := found.correction()) is not None:
        printer.print(text, style="dim", soft_wrap=True)
    for text in found.warnings:
        printer.print(f"warning: {text}", style="yellow", soft_wrap=True)
    count = found.replications[found.names[0]].count
    printer.print(
        f"{_number(found, count)}; 'draws shared' is the interval's width beside that of independent runs.",
        style="dim",
        soft_wrap=True,
    )


def _number(found: Comparison, count: int) -> str:
    """Report how many replications there were, and whether they were as many as it took."""
    if found.precision is None:
        return f"{count:,} replications each"
    asked = f"± {100 * found.precision:g} % of cost and finish in every difference"
    if found.points is not None:
        asked += f" and ± {100 * found.points:g} points of every deadline"
    if found.reached:
        return f"{count:,} replications each were enough for {asked}"
    return f"{count:,} replications each, the cap, did not reach {asked}"


def _show_deadline(printer: Any, found: Comparison) -> None:
    """Print how probable it is that each scenario keeps its deadline, and how often one alone did."""
    for name, made in found.replications.items():
        chance = made.on_time()
        if chance is not None:
            ends = f"{100 * chance.low:.0f} to {100 * chance.high:.0f} %"
            printer.print(f"{name}: {kept(made)} = {100 * chance.value:.0f} %, 95 % interval {ends}", soft_wrap=True)
    for name in found.names[1:]:
        alone = found.on_time_alone(name)
        if alone is not None:
            count = found.replications[name].count
            printer.print(
                f"of {count:,} pairs of runs {name} alone was in time in {alone[0]:,}, {found.names[0]} alone in "
                f"{alone[1]:,}",
                soft_wrap=True,
            )
    printer.print()


def _comparison_json(found: Comparison) -> dict[str, Any]:
    means = {
        name: {measure: estimate.value for measure in made.values if (estimate := made.estimate(measure)) is not None}
        for name, made in found.replications.items()
    }
    differences = {
        name: {measure: _difference_json(difference) for measure, difference in measures.items()}
        for name, measures in found.differences.items()
    }
    estimates = {
        name: {
            measure: {"mean": estimate.value, **interval_ends(estimate)}
            for measure in made.values
            if (estimate := made.estimate(measure)) is not None
        }
        for name, made in found.replications.items()
    }
    chances = {name: chance for name, made in found.replications.items() if (chance := made.on_time()) is not None}
    deadline = {
        "deadline": {
            name: {
                "limit_s": found.replications[name].deadline,
                "probability": chance.value,
                **interval_ends(chance),
                "half_width": chance.half_width,
                "half_width_wanted": found.points,
            }
            for name, chance in chances.items()
        },
        "in_time_alone": {name: found.on_time_alone(name) for name in found.names[1:]},
    }
    return {
        "baseline": found.names[0],
        "replications": found.replications[found.names[0]].count,
        "precision": found.precision,
        "reached": found.reached,
        "means": means,
        "estimates": estimates,
        "differences": differences,
        "level_of_each": found.level,
        "sentences": [found.sentence(name) for name in found.names[1:]],
        "pairing": [found.pairing(name) for name in found.names[1:]],
        "warnings": list(found.warnings),
        **(deadline if chances else {}),
    }


def _difference_json(difference: Difference) -> dict[str, Any]:
    relative = difference.relative
    return {
        "absolute": {"mean": difference.absolute.value, **interval_ends(difference.absolute)},
        "relative": None if relative is None else {"mean": relative.value, **interval_ends(relative)},
        "clear": difference.is_clear,
        "narrowing": difference.narrowing,
    }
