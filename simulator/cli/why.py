"""`poolsight why`: why a task was not running, and why a pool did what it did, from a run's directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.errors import reported
from simulator.cli.output import print_json
from simulator.errors import InputError
from simulator.units import spoken

if TYPE_CHECKING:
    from simulator.results.record.read import SavedRun
    from simulator.results.why import PoolStory, TaskStory, TaskView

LINES = 40
"""So many intervals are printed; --json has them all."""


@reported
def why(
    directory: Annotated[Path, typer.Argument(help="What 'poolsight run FILE --out DIR' wrote.")],
    task: Annotated[str | None, typer.Option(help="Why was this task not running?")] = None,
    pool: Annotated[str | None, typer.Option(help="Why did this pool do what it did?")] = None,
    at: Annotated[str | None, typer.Option(help="When: since the origin (2h, PT15M), or 2026-01-05T08:00:00Z.")] = None,
    view: Annotated[
        bool, typer.Option("--view", help="With --task: its variables, its folders, and the disk of its node.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Answer from the record: why a task waited, interval by interval, or what a pool did at a time and what bound it.

    Reasons of waiting: not submitted, dependency, no slot, priority, slots, cores or memory short, gang, quota,
    capacity, allocating, booting, pool empty, never fits and others; every interval has one, with its numbers.
    """
    from simulator.results.record.integrity import understood
    from simulator.results.record.read import read
    from simulator.results.why import explain_pool, explain_task, view_task
    from simulator.results.why.evidence import find_instant

    if (task is None) == (pool is None):
        raise InputError("expected either --task JOB/TASK, or --pool POOL with --at TIME")
    if pool is not None and at is None:
        raise InputError("--pool: expected --at TIME too, e.g. --at 2h")
    with understood(directory):
        run = read(directory)
        if task is not None and view:
            seen = view_task(run, task)
            _print_json(seen.as_json(run)) if as_json else _show_view(run, seen)
        elif task is not None:
            story = explain_task(run, task)
            _print_json(story.as_json(run)) if as_json else _show_task(run, story)
        else:
            found = explain_pool(run, str(pool), find_instant(run, str(at)))
            _print_json(found.as_json(run)) if as_json else _show_pool(run, found)


def _print_json(value: object) -> None:
    print_json(value, ensure_ascii=False)


def _show_task(run: SavedRun, story: TaskStory) -> None:
    from rich.table import Table

    from simulator.cli.answer import plain_console
    from simulator.results.why.evidence import written

    console = plain_console()
    console.print(f"task {story.job}/{story.task} of pool {story.pool}, {story.needs}: {story.became}", style="bold")
    waited = story.waited()
    total = sum(waited.values())
    parts = [f"{reason} {spoken(seconds)}" for reason, seconds in waited.items() if seconds]
    console.print(f"waited {spoken(total)}{': ' if parts else ''}{', '.join(parts)}")
    console.print()
    table = Table(box=None, pad_edge=False, header_style="cyan")
    table.add_column("from", no_wrap=True)
    table.add_column("for", justify="right", no_wrap=True)
    table.add_column("what", no_wrap=True)
    table.add_column("because")
    left = len(story.pieces) - LINES
    shown = story.pieces if left <= 0 else (*story.pieces[: LINES - 10], None, *story.pieces[-10:])
    for piece in shown:
        if piece is None:
            table.add_row("…", "", "", f"{left:,} intervals more; --json has them all")
        else:
            span = spoken(piece.span) if piece.span else ""
            table.add_row(written(run, piece.start), span, str(piece.reason), piece.detail)
    console.print(table)


def _show_view(run: SavedRun, view: TaskView) -> None:
    from simulator.cli.answer import plain_console
    from simulator.results.why.evidence import written

    console = plain_console()
    console.print(f"task {view.job}/{view.task}", style="bold")
    for name, value in view.variables.items():
        console.print(f"{name}={value}", soft_wrap=True)
    console.print()
    disk = view.disk
    if disk is None:
        console.print("It has not been placed on a node: no folders and no disk yet.")
        return
    size = "of unknown size" if disk.size is None else f"of {disk.size:g} GiB"
    effect = "makes the node unusable" if disk.is_enforced else "has no effect (options.enforceLocalResources: none)"
    console.print(f"disk of node {disk.node}, {size}; a full one {effect}", style="bold")
    if disk.own == 0:
        console.print("no files of its own are stated for this task: it puts nothing there but packages and images")
    elif disk.kept_until is None:
        console.print(f"this task holds {disk.own:g} GiB there while it runs")
    else:
        console.print(f"this task has left {disk.own:g} GiB, kept until {written(run, disk.kept_until)}")
    shown = disk.changes[:LINES]
    for at, used in shown:
        console.print(f"{written(run, at)}  {used:g} GiB in use")
    if len(disk.changes) > len(shown):
        console.print(f"… {len(disk.changes) - len(shown):,} changes more; --json has them all")


def _show_pool(run: SavedRun, story: PoolStory) -> None:
    from simulator.cli.answer import plain_console
    from simulator.formula.explain import steps_as_text
    from simulator.results.why.evidence import written

    console = plain_console()
    console.print(f"pool {story.pool} at {written(run, story.at)}, {spoken(story.at)} after the origin", style="bold")
    for sentence in story.sentences:
        console.print(f"- {sentence}", soft_wrap=True)
    trace = (story.evaluation or {}).get("trace")
    if trace:
        console.print("- why the formula came to that:")
        for line in steps_as_text(json.loads(trace)):
            console.print(f"    {line}", soft_wrap=True)
    elif story.evaluation is not None:
        console.print("- the formula's own trace is kept where options.recordTraces is set", style="dim")
