"""The answer on a terminal: a sentence first, then the figures, then where the node time and the money went."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.report.palette import LABELS, shade
from simulator.report.sentence import money as _money
from simulator.report.sentence import sentence
from simulator.report.sentence import share as _share
from simulator.report.sentence import times as _times
from simulator.units import spoken as span

WIDTH = 100
"""Where the output is no terminal."""
JOBS_SHOWN = 20
BAR = 20
"""Width of the longest bar, in characters."""


def show(summary: dict[str, Any]) -> None:
    """Print a summary as people like to read it; plain where the output is no terminal or NO_COLOR is set."""
    console = plain_console()
    console.print(Text(sentence(summary), style="bold"))
    console.print()
    console.print(_figures(summary))
    console.print()
    console.print(_ledger(summary))
    if len(summary["jobs"]) > 1:
        console.print()
        console.print(_jobs(summary))
    if len(summary["cost"]["by_pool"] or {}) > 1:
        parts = [f"{pool} {_money(amount)}" for pool, amount in summary["cost"]["by_pool"].items()]
        console.print(f"cost by pool: {', '.join(parts)}")
    console.print()
    for reason, count in summary["tasks"]["unfinished_why"].items():
        console.print(f"unfinished: {count:,} tasks, {reason}", style="red")
    evaluations = summary["evaluations"]
    for code, times in evaluations["errors"].items():
        console.print(f"evaluation error: {code}, {_times(times)} of {evaluations['count']:,}", style="yellow")
    for code, times in summary["resize_errors"].items():
        console.print(f"resize error: {code}, {_times(times)}", style="yellow")
    for assumption in summary["assumptions"]:
        console.print(f"assumption: {assumption}", style="dim")


def plain_console() -> Console:
    """Give a console that takes ids as they are: markup in them is not ours to obey."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=WIDTH)
    _bear(console.encoding)
    return console


def _bear(encoding: str) -> None:
    """Let an output that cannot encode a bar or a dash show `?` instead of ending in a traceback."""
    try:
        "█–".encode(encoding)
    except UnicodeEncodeError:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")


def _figures(summary: dict[str, Any]) -> Table:
    tasks, nodes, used = summary["tasks"], summary["nodes"], summary["utilization"]
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    counts = [f"{tasks['succeeded']:,} succeeded", f"{tasks['failed']:,} failed"]
    counts += [f"{tasks['unfinished']:,} unfinished"]
    table.add_row("tasks", ", ".join(counts))
    again = [f"{name} {tasks[name]:,}" for name in ("retries", "requeues", "preemptions") if tasks[name]]
    if again:
        table.add_row("run again", ", ".join(again))
    for title, key in (("queue time", "queue_time_s"), ("turnaround", "turnaround_s")):
        values = summary[key]
        if values:
            parts = [f"{name} {span(values[name])}" for name in ("mean", "p50", "p95", "p99", "max")]
            table.add_row(title, ", ".join(parts))
    shares = [f"slots {_share(used['slot'])}", f"cores {_share(used['core'])}"]
    table.add_row("utilization", ", ".join([*shares, f"useful share of billed node time {_share(used['useful'])}"]))
    kinds = [f"{kind.replace('_', '-')} {level['peak']:,}" for kind, level in nodes["by_kind"].items()]
    if summary["evaluations"]["count"]:
        found = summary["evaluations"]
        table.add_row("autoscale", f"{found['count']:,} evaluations, {found['target_changes']:,} changes of target")
    lost = f", preempted {_times(nodes['preemptions'])}" if nodes["preemptions"] else ""
    table.add_row("nodes", f"peak {nodes['peak']:,} ({', '.join(kinds)}), mean {nodes['mean']:,.1f}{lost}")
    return table


def _jobs(summary: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="cyan")
    table.add_column("job", no_wrap=True)
    for title in ("succeeded", "makespan", "mean queue time", "cost of its work"):
        table.add_column(title, justify="right", no_wrap=True)
    shown = list(summary["jobs"].items())[:JOBS_SHOWN]
    for name, job in shown:
        done = f"{job['succeeded']:,} of {job['submitted']:,}"
        makespan, wait = (("–" if job[key] is None else span(job[key])) for key in ("makespan_s", "queue_time_s"))
        table.add_row(name, done, makespan, wait, _money(job["cost"]))
    if len(shown) < len(summary["jobs"]):
        table.add_row(f"and {len(summary['jobs']) - len(shown):,} more", "", "", "", "")
    return table


def _ledger(summary: dict[str, Any]) -> Table:
    seconds, cost = summary["ledger_node_s"], summary["cost"]
    money = cost["by_label"] or {}
    table = Table(box=None, pad_edge=False, header_style="cyan")
    table.add_column("where it went", no_wrap=True)
    table.add_column("node-hours", justify="right", no_wrap=True, min_width=10)
    table.add_column("share", justify="right", no_wrap=True, min_width=7)
    table.add_column("", no_wrap=True, overflow="crop")
    table.add_column("cost", justify="right", no_wrap=True, min_width=9)
    total = sum(seconds.values())
    most = max(seconds.values(), default=0.0)
    for label in dict.fromkeys([*LABELS, *seconds]):
        value = seconds.get(label, 0.0)
        if value or money.get(label):
            bar = "█" * round(BAR * value / most) if most else ""
            share = f"{100 * value / total:.1f} %" if total else ""
            amount = _money(money.get(label, 0.0)) if cost["by_label"] is not None else "unknown"
            table.add_row(shade(LABELS, label).title, f"{value / 3600:,.2f}", share, bar, amount)
    table.add_row("total", f"{total / 3600:,.2f}", "", "", _money(cost["total"]), style="bold")
    return table
