"""`poolsight sweep`: an experiment file to one row a trial, and a table with intervals."""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from simulator.cli.errors import print_problems, reported
from simulator.cli.experiments import shown_interval, shown_value
from simulator.cli.output import echo, print_json
from simulator.cli.stopping import Asked, stop_asked
from simulator.cli.study_options import AsJson, Cluster, Confine, Seed, Strict, Workers
from simulator.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from simulator.errors import Problem
    from simulator.experiment import Experiment, Outcome

REDRAWN_S: Final = 0.1
"""So often a bar of progress is drawn."""
ROWS_SHOWN: Final = 60
"""Cells on the terminal; all are in the data set and in the JSON."""
ALL_FAILED: Final = 1


@reported
def sweep(
    file: Annotated[str, typer.Argument(help="An experiment file, YAML or JSON.")],
    seed: Seed = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Directory for one row a trial; taken up again if it is there.")
    ] = None,
    workers: Workers = 0,
    cluster: Cluster = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run failed trials again.")] = False,
    confine: Confine = False,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Run a scenario under many conditions: every cell of the experiment file, each with all its replications."""
    from simulator.cli.page import assumed, console
    from simulator.experiment import load_experiment
    from simulator.experiment import sweep as run_sweep
    from simulator.experiment.sweep import ASSUMPTIONS

    experiment = load_experiment(file, strict=strict, seed=seed, confine=confine)
    print_problems(_warnings(experiment))
    # With a stopping rule nobody knows beforehand how many there will be.
    total = len(experiment.trials) if experiment.stopping is None else None
    done = 0
    with stop_asked() as asked, progress(total) as show:

        def on_outcome(count: int, outcome: Outcome | None) -> None:
            nonlocal done
            done = count
            show(count, outcome is not None)

        with _kept_at_the_end(asked, lambda: _kept(done, total, out)):
            frame = run_sweep(
                experiment,
                out,
                workers=workers,
                cluster=cluster,
                retry_failed=retry_failed,
                on_outcome=on_outcome,
                stop=asked,
            )
    rests_on = frame.attrs[ASSUMPTIONS]
    if as_json:
        print_json({**_as_json(experiment, frame, out), "assumptions": rests_on})
    else:
        _show(experiment, frame, out)
        assumed(console(), rests_on)
    _report_failures(frame)


def _warnings(experiment: Experiment) -> dict[Problem, None]:
    """Return what is odd in the scenario or in any cell, each once."""
    known = dict.fromkeys(experiment.base.warnings)
    return known | dict.fromkeys(warning for cell in experiment.cells for warning in cell.scenario.warnings)


@contextmanager
def _kept_at_the_end(asked: Asked, kept: Callable[[], str]) -> Iterator[None]:
    """State what is kept of a sweep that a signal or the loss of its cluster ends."""
    from simulator.experiment.cluster import LostClusterError

    try:
        yield
    except KeyboardInterrupt:
        echo(f"poolsight: interrupted: {kept()}", err=True)
        raise typer.Exit(asked.exit_code) from None
    except LostClusterError as lost:
        raise InputError(f"{lost}; {kept()}") from None


def _kept(done: int, total: int | None, out: Path | None) -> str:
    """Return how many trials are finished, and what is kept of them."""
    kept = f"kept in {out}: the same command goes on from there" if out else "nothing is kept: give --out"
    of_all = "" if total is None else f" of {total:,}"
    return f"{done:,}{of_all} trials are finished; {kept}"


def _report_failures(frame: pd.DataFrame) -> None:
    """Name the trials that failed; end with an exit code of its own if all have."""
    failures = _failures(frame)
    for text, count in failures.items():
        echo(f"poolsight: {count:,} of {len(frame):,} trials failed: {text}", err=True)
    if sum(failures.values()) == len(frame):
        raise typer.Exit(ALL_FAILED)


@contextmanager
def progress(total: int | None) -> Iterator[Callable[[int, bool], None]]:
    """Return a function that shows how many trials are done and how long the rest takes, on a terminal only.

    Its second argument says whether the trials were run just now: those found on disk say nothing about speed.
    """
    if not sys.stderr.isatty():
        yield lambda _count, _ran: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from simulator.cli.console import PlainConsole

    columns = (TextColumn("trials"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(elapsed_when_finished=True))
    # A bar with a thread of its own would keep this process from being forked (`experiment/crew.py`).
    with Progress(*columns, console=PlainConsole(stderr=True), transient=True, auto_refresh=False) as bar:
        item, drawn = bar.add_task("", total=total), time.monotonic()

        def show(count: int, ran: bool) -> None:
            nonlocal drawn
            bar.update(item, completed=count)
            if not ran:
                bar.reset(item, total=total, completed=count)
            if time.monotonic() - drawn >= REDRAWN_S:
                drawn = time.monotonic()
                bar.refresh()

        yield show


def _failures(frame: pd.DataFrame) -> dict[str, int]:
    failed = frame[frame["error_type"].notna()]
    pairs = zip(failed["error_type"], failed["error_message"], strict=True)
    return dict(Counter(f"{kind}: {str(message).splitlines()[0] if message else ''}" for kind, message in pairs))


def _show(experiment: Experiment, frame: pd.DataFrame, out: Path | None) -> None:
    from rich.table import Table

    from simulator.cli.page import console, print_table
    from simulator.experiment import find_measure, summary
    from simulator.experiment.design import label
    from simulator.experiment.measures import ALWAYS_SHOWN
    from simulator.experiment.short_names import short_names

    found = summary(frame, experiment.wanted.measures)
    axes = list(experiment.cells[0].shown)
    asked = [name for name in experiment.asked if found[name].notna().any()]
    measures = [name for name in asked if found[name].any() or name in ALWAYS_SHOWN]
    table = Table(box=None, pad_edge=False, header_style="cyan")
    table.add_column("cell", justify="right")
    names = short_names(axes)
    for name in axes:
        table.add_column(names[name], justify="left" if found[name].dtype == object else "right", overflow="fold")
    for name in measures:
        table.add_column(find_measure(name).title, justify="right", overflow="fold")
    for row in found.head(ROWS_SHOWN).to_dict("records"):
        shown = [label(row[name]) for name in axes]
        table.add_row(str(row["cell"]), *shown, *(_with_interval(row, str(name)) for name in measures))
    printer = console()
    cells = f"{len(experiment.cells):,} cell{'' if len(experiment.cells) == 1 else 's'}"
    many = _replications(experiment, found)
    printer.print(f"[bold]{cells}, {many}: means with 95 % intervals[/bold]", soft_wrap=True)
    printer.print()
    print_table(printer, table)
    printer.print()
    for text in _imprecise(experiment, frame):
        printer.print(f"warning: {text}", style="yellow", soft_wrap=True, markup=False)
    if len(found) > ROWS_SHOWN:
        printer.print(f"{len(found) - ROWS_SHOWN:,} more cells are not shown", style="dim")
    if out is not None:
        text = f"one row a trial in {out}; DuckDB reads '{out}/trials/*.parquet'"
        printer.print(text, style="dim", soft_wrap=True, markup=False)


def _replications(experiment: Experiment, found: pd.DataFrame) -> str:
    """Report how many replications there were."""
    from simulator.experiment import find_measure

    rule = experiment.stopping
    if rule is None:
        return f"{experiment.replications:,} replication{'' if experiment.replications == 1 else 's'} each"
    few, most = int(found["replications"].min()), int(found["replications"].max())
    many = f"{few:,}" if few == most else f"{few:,} to {most:,}"
    named = " and ".join(find_measure(name).title for name in rule.measures)
    return f"{many} replications each for {100 * rule.precision:g} % precision of {named}"


def _imprecise(experiment: Experiment, frame: pd.DataFrame) -> list[str]:
    """Report in which cells the cap came before the precision, and what was reached."""
    from simulator.experiment import find_measure

    rule = experiment.stopping
    if rule is None:
        return []
    notes = []
    for cell, trials in frame.groupby("cell", sort=True):
        columns = {name: trials[name].to_numpy("float64", na_value=math.nan) for name in experiment.wanted.measures}
        if not rule.is_reached(columns):
            reached = [
                f"{find_measure(name).title} ± {f'{100 * one:.2g} %' if math.isfinite(one) else 'unknown'}"
                for name, one in rule.relative(columns).items()
            ]
            notes.append(f"cell {cell}: {len(trials):,} replications did not reach the precision: {', '.join(reached)}")
    return notes


def _with_interval(row: dict[Any, Any], name: str) -> str:
    from simulator.experiment import find_measure

    unit = find_measure(name).unit
    value, low, high = (row[key] for key in (name, f"{name}_low", f"{name}_high"))
    if value is None or math.isnan(value):
        return "–"
    if not (math.isfinite(low) and math.isfinite(high)) or low == high:
        return shown_value(value, unit)
    return f"{shown_value(value, unit)}\n[dim]{shown_interval(low, high, unit)}[/dim]"


def _as_json(experiment: Experiment, frame: pd.DataFrame, out: Path | None) -> dict[str, Any]:
    """Return the cells with their intervals as plain data; NaN and infinity as null."""
    from simulator.experiment import summary

    rows = summary(frame, experiment.wanted.measures).to_dict("records")
    cells = [{str(name): _plain(value) for name, value in row.items()} for row in rows]
    return {
        "experiment": experiment.name,
        "replications": experiment.replications if experiment.stopping is None else "auto",
        "not_reached": _imprecise(experiment, frame),
        "trials": len(frame),
        "failed": int(frame["error_type"].notna().sum()),
        "out": None if out is None else str(out),
        "cells": cells,
    }


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
