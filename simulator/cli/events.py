"""`poolsight events`: logs of the service's diagnostic events as tables and a summary."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.cli.errors import print_problems, reported
from simulator.cli.output import print_json


@reported
def events(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Logs, one JSON object a line; a folder stands for all .json and .jsonl files in it.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="New directory for the tables (Parquet) and the summary.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    skip_broken: Annotated[bool, typer.Option("--skip-broken", help="Leave out lines that cannot be read.")] = False,
) -> None:
    """Read the service's diagnostic events and report what they show of pools, resizes, tasks and attempts.

    Takes what Azure Monitor archives of a Batch account (category ServiceLog, PT1H.json files) and what
    'poolsight run FILE --out DIR --events' writes as DIR/events.jsonl. Each line is one object with time,
    operationName (PoolCreateEvent, PoolResizeStartEvent, PoolResizeCompleteEvent, PoolAutoScaleEvent,
    TaskStartEvent, TaskCompleteEvent, TaskFailEvent, TaskRequeueEvent, TaskScheduleFailEvent, SpecialTaskEvent, ...)
    and the event's body under properties. Other kinds of events are counted and left out.

    A log says nothing of prices, of node states, and of when tasks were added: cost, utilization and queue times
    cannot be known from it. Medians and 95th percentiles of run, dispatch, start-task and resize times may go into
    a scenario, e.g. as {lognormal: {median: 12m, p95: 30m}}.
    """
    from simulator.results.events import read, summarize
    from simulator.results.events.log_files import prepare, write_tables

    if out is not None:
        prepare(out)
    log = read(files, skip_broken=skip_broken)
    print_problems(log.warnings)
    summary = summarize(log)
    if out is not None:
        write_tables(log, summary, out)
    if as_json:
        print_json(summary)
    else:
        _show(summary)


def _show(summary: dict[str, Any]) -> None:
    from rich.table import Table

    from simulator.cli.answer import plain_console

    console = plain_console()
    tasks, span = summary["tasks"], summary["span"]
    total = sum(summary["events"].values())
    period = f" from {span['first']} to {span['last']}" if span["first"] else ""
    console.print(f"{total:,} events{period}: {tasks['succeeded']:,} of {tasks['started']:,} started tasks succeeded.")
    parts = [f"{tasks[name]:,} {name.replace('_', ' ')}" for name in tasks if name not in ("started", "succeeded")]
    console.print(f"tasks        {', '.join(parts)}")
    console.print(f"events       {', '.join(f'{name} {count:,}' for name, count in summary['events'].items())}")
    if summary["ignored"]:
        console.print(f"not read     {', '.join(f'{name} {count:,}' for name, count in summary['ignored'].items())}")
    if summary["repeated"]:
        console.print(f"repeated     {summary['repeated']:,} lines that came more than once, read once")
    evaluations = summary["evaluations"]
    if evaluations["count"]:
        console.print(f"autoscale    {evaluations['count']:,} evaluations")
    for code, times in evaluations["errors"].items():
        console.print(f"evaluation error: {code}, {times:,} times")
    for code, times in summary["resize_errors"].items():
        console.print(f"resize error: {code}, {times:,} times")
    if summary["pools"]:
        console.print()
        console.print(_pools(summary["pools"], Table(box=None, pad_edge=False, header_style="cyan")))
    console.print()
    for text in summary["unknown"]:
        console.print(f"not in a log: {text}", style="dim")


MEASURES = {
    "run_s": "run time of an attempt",
    "dispatch_s": "given to a node until started",
    "requeue_wait_s": "given back until on a node again",
    "grow_s": "resize, growing",
    "shrink_s": "resize, shrinking",
    "start_task_s": "start task",
}


def _pools(pools: dict[str, Any], table: Any) -> Any:
    from simulator.units import spoken

    table.add_column("pool", no_wrap=True)
    table.add_column("measure", no_wrap=True)
    for title in ("mean", "p50", "p95", "p99", "max"):
        table.add_column(title, justify="right", no_wrap=True)
    for name, pool in pools.items():
        shown = name
        for key, title in MEASURES.items():
            if pool[key]:
                table.add_row(shown, title, *(spoken(pool[key][part]) for part in ("mean", "p50", "p95", "p99", "max")))
                shown = ""
    return table
