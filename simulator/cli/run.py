"""`poolsight run`: one replication of a scenario, its answer, and its tables if asked for."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.errors import MOST_REPLICATIONS, print_problems, reported
from simulator.cli.output import echo, print_json
from simulator.cli.shared_options import Confine
from simulator.cli.stopping import Asked, stop_asked

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
    seed: Annotated[int | None, typer.Option(min=0, help="Seed instead of the scenario's.")] = None,
    replication: Annotated[int, typer.Option(min=0, help="Number of the replication, from 0.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Directory for tables, summary and manifest.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the directory if it exists.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Write the service's diagnostic events too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Take warnings for errors.")] = False,
    confine: Confine = False,
    replications: Annotated[str | None, typer.Option(help="How many replications, or auto.")] = None,
    precision: Annotated[float, typer.Option(min=0.001, max=1, help="For auto: half-width of the interval.")] = 0.05,
    cap: Annotated[int, typer.Option(min=10, max=MOST_REPLICATIONS, help="For auto: at most so many.")] = 1000,
    deadline: Annotated[
        str | None, typer.Option(help="How probable is it to be done by then: 4h, 06:00 or a date?")
    ] = None,
    points: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="For auto and --deadline: half-width of that probability.")
    ] = 0.05,
    workers: Annotated[int, typer.Option(min=0, help="Processes for replications; 0 = all processors.")] = 0,
    cluster: Annotated[str | None, typer.Option(help="A dask scheduler for replications: tcp://host:8786.")] = None,
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
    _run_once(scenario, replication, out, force=force, events=events, as_json=as_json)


def _run_once(
    scenario: Scenario, replication: int, out: Path | None, *, force: bool, events: bool, as_json: bool
) -> None:
    """Run one replication and print its answer; what a signal cuts short is reported too."""
    from simulator.engine.simulation import Simulation

    if out is not None:
        from simulator.results.write import prepare

        prepare(out, force=force)
        gc.freeze()  # what stands now stays until the process ends: the one look for garbage below passes it by
    simulation = Simulation(scenario, replication)
    stopped = advance(simulation)
    recording = simulation.recording()
    del simulation  # its queues and calendars are not needed any more
    if out is not None:
        gc.collect()  # its parts hold each other: now their memory serves the tables
    summary = _summary(recording, out, force=force, events=events)
    if as_json:
        print_json(summary.as_dict())
    else:
        from simulator.cli.answer import show

        show(summary, recording)
    if stopped is not None:
        echo("poolsight: interrupted; what was recorded so far is incomplete", err=True)
        raise typer.Exit(stopped.exit_code)


def _summary(recording: Recording, out: Path | None, *, force: bool, events: bool) -> Answer:
    """Write what is asked for, and return the answer."""
    if out is None:
        from simulator.results.answer.metrics import summarize

        return summarize(recording)
    from simulator.results.write import write

    return write(recording, out, force=force, events=events)


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
    total = len(simulation.workload)
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from simulator.cli.console import PlainConsole

    columns = (TextColumn("tasks completed"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=PlainConsole(stderr=True), transient=True) as bar:
        item = bar.add_task("", total=total)
        yield lambda: bar.update(item, completed=simulation.completed_tasks)
