"""`poolsight run`: one replication of a scenario, its answer, and its tables if asked for."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.errors import print_problems, reported
from simulator.cli.output import echo, print_json
from simulator.cli.stopping import Asked, stop_asked
from simulator.cli.study_options import (
    AsJson,
    Cap,
    Cluster,
    Confine,
    Deadline,
    Points,
    Precision,
    Seed,
    Strict,
    Workers,
)

if TYPE_CHECKING:
    from simulator.engine.simulation import Simulation
    from simulator.results.answer.answer import Answer
    from simulator.results.record.recording import Recording
    from simulator.scenario import Scenario

SLICE_S = 0.2
"""Wall time between two looks at the terminal and at a signal to stop."""
FIRST_SLICE = 60.0
"""Simulated seconds of the first slice; the next ones are longer or shorter by how long it took."""


@reported
def run(
    file: Annotated[str, typer.Argument(help="A scenario file, YAML or JSON.")],
    seed: Seed = None,
    replication: Annotated[int, typer.Option(min=0, help="Number of the replication, from 0.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Directory for tables, summary and manifest.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the directory if it exists.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Write the service's diagnostic events too.")] = False,
    lists: Annotated[
        bool, typer.Option("--lists", help="Write what `az batch … list` prints at the end, too.")
    ] = False,
    confine: Confine = False,
    as_json: AsJson = False,
    strict: Strict = False,
    replications: Annotated[str | None, typer.Option(help="How many replications, or auto.")] = None,
    precision: Precision = 0.05,
    cap: Cap = 1000,
    deadline: Deadline = None,
    points: Points = 0.05,
    workers: Workers = 0,
    cluster: Cluster = None,
    measure: Annotated[list[str] | None, typer.Option(help="For auto: what must be precise, e.g. cost.")] = None,
    quantile: Annotated[list[float] | None, typer.Option(help="A quantile of single runs too, e.g. 0.95.")] = None,
    steady: Annotated[bool, typer.Option("--steady", help="Leave the warm-up out (MSER-5).")] = False,
) -> None:
    """Run a scenario and print what the pool did and what it cost; with --replications, how sure that is."""
    from simulator.scenario import load

    scenario = load(file, strict=strict, confine=confine)
    print_problems(scenario.warnings)
    if seed is not None:
        scenario = scenario.model_copy(update={"seed": seed})
    if replications is not None:
        from simulator.cli.experiments import Study, run_study

        named, shares = tuple(measure or ()), tuple(quantile or ())
        asked = Study(replications, precision, cap, deadline, workers, cluster, named, shares, steady, points)
        run_study(scenario, asked, as_json=as_json)
        return
    _run_once(scenario, replication, out, Writing(force, events, lists), as_json=as_json)


@dataclass(frozen=True, slots=True)
class Writing:
    """Whether a run's directory may replace another, and what it holds beside tables, summary and manifest."""

    force: bool
    events: bool
    lists: bool


def _run_once(scenario: Scenario, replication: int, out: Path | None, how: Writing, *, as_json: bool) -> None:
    """Run one replication and print its answer; what a signal cuts short is reported too."""
    from simulator.engine.simulation import Simulation

    if out is not None:
        from simulator.results.write import prepare

        prepare(out, force=how.force)
        gc.freeze()  # what stands now stays until the process ends: the one look for garbage below passes it by
    simulation = Simulation(scenario, replication)
    stopped = advance(simulation)
    recording = simulation.finish()
    del simulation  # its queues and calendars are not needed any more
    if out is not None:
        gc.collect()  # its parts hold each other: now their memory serves the tables
    summary = _summary(recording, out, how)
    if as_json:
        print_json(summary.as_dict())
    else:
        from simulator.cli.answer import show

        show(summary, recording)
    if stopped is not None:
        echo("poolsight: interrupted; what was recorded so far is incomplete", err=True)
        raise typer.Exit(stopped.exit_code)


def _summary(recording: Recording, out: Path | None, how: Writing) -> Answer:
    """Write what is asked for, and return the answer."""
    if out is None:
        from simulator.results.answer.metrics import summarize

        return summarize(recording)
    from simulator.results.write import write

    return write(recording, out, force=how.force, events=how.events, lists=how.lists)


def advance(simulation: Simulation) -> Asked | None:
    """Run to the end, in slices, with progress on a terminal; return what asked to stop before, if anything did."""
    span = FIRST_SLICE
    until = 0.0
    with stop_asked() as asked, _progress(simulation) as show:
        while not simulation.is_over and not asked():
            began = time.perf_counter()
            until += span
            simulation.advance(until)
            took = time.perf_counter() - began
            span = min(max(span * min(max(SLICE_S / max(took, 1e-9), 0.1), 10.0), 1.0), 30 * 86400.0)
            show()
    return None if simulation.is_over else asked


@contextmanager
def _progress(simulation: Simulation) -> Iterator[Callable[[], None]]:
    """Return a function that shows how far the run is; it does nothing where stderr is no terminal."""
    total = simulation.tasks
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from simulator.cli.console import PlainConsole

    columns = (TextColumn("tasks completed"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=PlainConsole(stderr=True), transient=True) as bar:
        item = bar.add_task("", total=total)
        yield lambda: bar.update(item, completed=simulation.completed_tasks)
