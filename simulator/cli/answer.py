"""The answer on a terminal: a sentence first, then the figures, then where the node time and the money went."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from simulator.cli import glance
from simulator.cli.console import PlainConsole
from simulator.report.looks.captions import counted, percentages_of
from simulator.report.looks.palette import LABELS, shade
from simulator.report.page.sentence import bill_of, sentence
from simulator.report.page.sentence import money as _money
from simulator.report.page.sentence import share as _share
from simulator.report.page.sentence import times as _times
from simulator.results.answer.sketch import sketch
from simulator.service_codes import meaning
from simulator.units import spoken as span

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording

WIDTH = 100
"""Where the output is no terminal."""
JOBS_SHOWN = 20
REFUSED_SHOWN = 10
BAR_WIDTH = 72
"""Of the bar of all node time, at most."""
BAR = 20
"""Width of the longest bar, in characters."""
NARROW = 72
NARROWEST = 54
"""Terminals of fewer columns are shown less beside each other."""


def show(summary: Mapping[str, Any], recording: Recording) -> None:
    """Print a summary as people like to read it; plain where the output is no terminal or NO_COLOR is set."""
    console = plain_console()
    console.print(Text(sentence(summary), style="bold"))
    console.print()
    console.print(_figures(summary))
    console.print()
    _show_glance(console, summary, recording)
    console.print(_ledger(summary, console.width))
    if len(summary["jobs"]) > 1:
        console.print()
        console.print(_jobs(summary, console.width))
    if len(summary["cost"]["by_pool"] or {}) > 1:
        parts = [f"{pool} {_money(amount)}" for pool, amount in summary["cost"]["by_pool"].items()]
        console.print(f"cost by pool: {', '.join(parts)}")
    if summary["cost"]["licenses"]:
        console.print(f"application licences: {_money(summary['cost']['licenses'])} of the cost")
    if summary["cost"]["subscription_extras"]:
        extras = _money(summary["cost"]["subscription_extras"])
        console.print(f"OS disks, public addresses and load balancers: {extras} of the cost")
    console.print()
    bill = bill_of(summary)
    if bill:
        console.print(bill, style="yellow" if summary["bill"]["until"] in ("stalled", "longest run") else "")
    for reason, count in summary["tasks"]["unfinished_why"].items():
        console.print(f"unfinished: {counted(count, 'task')}, {reason}", style="red")
    _show_refused(console, summary["operations"]["refused"])
    evaluations = summary["evaluations"]
    for code, times in evaluations["errors"].items():
        often = f"{_times(times)} of {evaluations['count']:,}"
        console.print(f"evaluation error: {code}, {often}: {meaning(code)}", style="yellow")
    for code, times in summary["resize_errors"].items():
        console.print(f"resize error: {code}, {_times(times)}: {meaning(code)}", style="yellow")
    for warning in summary["warnings"]:
        console.print(f"warning: {warning}", style="yellow", soft_wrap=True)
    for assumption in summary["assumptions"]:
        console.print(f"assumption: {assumption}", style="dim", soft_wrap=not console.is_terminal)
    drawn = summary["manifest"]
    remark = f"This is one draw (seed {drawn['seed']}, replication {drawn['replication']}): "
    console.print(f"{remark}--replications auto says how sure these figures are.", style="dim")


def plain_console() -> Console:
    """Return a console that takes ids as they are: markup in them is not ours to obey."""
    console = PlainConsole(highlight=False, markup=False)
    if not console.is_terminal:
        console = PlainConsole(highlight=False, markup=False, width=WIDTH)
    elif os.environ.get("NO_COLOR"):  # no escape codes at all: bold and dim are some, too
        console = PlainConsole(highlight=False, markup=False, color_system=None)
    glance.show_plainly(console.encoding)
    return console


def _show_glance(console: Console, summary: Mapping[str, Any], recording: Recording) -> None:
    """Print the run over its time, and a bar of its node time."""
    width = min(console.width, WIDTH)
    rows = glance.over_time(sketch(recording, glance.STRETCHES), width) if recording.raw.end else []
    if rows:
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(style="cyan", max_width=max(width // 3, 10), no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True, overflow="crop")
        for title, line in rows:
            table.add_row(title, line)
        table.add_row("", Text(f"from 0 to {span(recording.end)}", style="dim"))
        console.print(table)
        console.print()
    bar = glance.ledger_bar(summary["ledger_node_s"], min(console.width - 1, BAR_WIDTH))
    for drawn in bar:
        console.print(drawn)
    if bar:
        console.print()


def _show_refused(console: Console, refused: Sequence[Mapping[str, Any]]) -> None:
    """Print the operations that the service would not do, the first ones if they are many."""
    for one in refused[:REFUSED_SHOWN]:
        why = f": {one['message']}" if one["message"] else ""
        text = f"refused at {span(one['time_s'])}: {one['operation']} {one['target']} ({one['code']}){why}"
        console.print(text, style="yellow")
    if len(refused) > REFUSED_SHOWN:
        console.print(f"refused: {len(refused) - REFUSED_SHOWN:,} more operations", style="yellow")


def _figures(summary: Mapping[str, Any]) -> Table:
    tasks, nodes, used = summary["tasks"], summary["nodes"], summary["utilization"]
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    counts = [f"{tasks['succeeded']:,} succeeded", f"{tasks['failed']:,} failed"]
    never = tasks["planned"] - tasks["submitted"]
    counts += [f"{tasks['unfinished']:,} unfinished" + (f" ({never:,} never submitted)" if never else "")]
    counts += [f"{tasks['deleted']:,} deleted"] if tasks["deleted"] else []
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
    if used["slowdown"] is not None:
        table.add_row("slowdown", f"{used['slowdown']:.2f} times as long as alone on a node, for want of cores")
    kinds = [f"{kind.replace('_', '-')} {level['peak']:,}" for kind, level in nodes["by_kind"].items()]
    if summary["evaluations"]["count"]:
        found = summary["evaluations"]
        table.add_row("autoscale", f"{found['count']:,} evaluations, {found['target_changes']:,} changes of target")
    lost = f", preempted {_times(nodes['preemptions'])}" if nodes["preemptions"] else ""
    by_kind = f" ({', '.join(kinds)})" if kinds else ""
    table.add_row("nodes", f"peak {nodes['peak']:,}{by_kind}, mean {nodes['mean']:,.1f}{lost}")
    return table


def _jobs(summary: Mapping[str, Any], width: int) -> Table:
    rows = []
    for name, job in list(summary["jobs"].items())[:JOBS_SHOWN]:
        makespan, wait = (("–" if job[key] is None else span(job[key])) for key in ("makespan_s", "queue_time_s"))
        rows.append((name, f"{job['succeeded']:,} of {job['planned']:,}", makespan, wait, _money(job["cost"])))
    if len(rows) < len(summary["jobs"]):
        rows.append((f"and {len(summary['jobs']) - len(rows):,} more", "", "", "", ""))
    titles = ("job", "succeeded", "makespan", "mean queue time", "cost of its work")
    return _columns(titles, rows, hidden={2, 3} if width < NARROW else set())


def _ledger(summary: Mapping[str, Any], width: int) -> Table:
    seconds, cost = summary["ledger_node_s"], summary["cost"]
    money = cost["by_label"] or {}
    total = sum(seconds.values())
    most = max(seconds.values(), default=0.0)
    rows: list[tuple[str | Text, ...]] = []
    shares = percentages_of(seconds)
    for label in LABELS:
        value, part = seconds.get(label, 0.0), shares[label]
        if value or money.get(label):
            bar = Text("█" * round(BAR * value / most) if most else "", style=shade(LABELS, label).dark)
            share = f"{part:.1f} %" if total else ""
            amount = _money(money.get(label, 0.0)) if cost["by_label"] is not None else "unknown"
            rows.append((shade(LABELS, label).title, f"{value / 3600:,.2f}", share, bar, amount))
    rows.append(tuple(Text(text, "bold") for text in ("total", f"{total / 3600:,.2f}", "", "", _money(cost["total"]))))
    titles = ("where it went", "node-hours", "share", "", "cost")
    return _columns(titles, rows, hidden={3} if NARROW > width >= NARROWEST else {1, 3} if width < NARROW else set())


def _columns(titles: Sequence[str], rows: Iterable[Sequence[str | Text]], *, hidden: set[int]) -> Table:
    """Lay out rows, numbers to the right; what is hidden has no room on a narrow terminal."""
    shown = [place for place in range(len(titles)) if place not in hidden]
    table = Table(box=None, pad_edge=False, header_style="cyan")
    for place in shown:
        side: JustifyMethod = "right" if place and titles[place] else "left"
        table.add_column(
            titles[place], justify=side, no_wrap=place > 0, min_width=9 if place > 1 and titles[place] else None
        )
    for row in rows:
        table.add_row(*(row[place] for place in shown))
    return table
