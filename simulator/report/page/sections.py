"""The parts of a report on one run that are words and tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator.report.looks.captions import percentages_of
from simulator.report.looks.palette import LABELS
from simulator.report.page.assumptions import Basis
from simulator.report.page.markup import Child, Html, join, table, tag
from simulator.report.page.sentence import bill_of, money, share, times
from simulator.service_codes import meaning
from simulator.units import spoken

if TYPE_CHECKING:
    import pandas as pd

Figure = tuple[str, str, str]
JOBS: Final = 50
"""Jobs in the table; the dearest ones."""
GROUPS: Final = 12
"""Pools and kinds that get a bar of their own."""
SCENARIO_BYTES: Final = 120_000
NO_JOB: Final = "(no job)"
KINDS: Final = {"dedicated": "dedicated", "low_priority": "low-priority", "spot": "spot"}


def figures(summary: Mapping[str, Any]) -> Html:
    """Make the key figures: each with its name, its value, and what else there is to say of it."""
    return named_values([*_outcome(summary), *_spans(summary), *_use(summary)])


def named_values(found: Iterable[Figure]) -> Html:
    """Make a list of values, each with its name and what else there is to say of it."""
    parts = [
        tag("div", tag("dt", name), tag("dd", value, tag("small", note) if note else None))
        for name, value, note in found
    ]
    return tag("dl", parts, class_="figures")


def _outcome(summary: Mapping[str, Any]) -> list[Figure]:
    tasks, cost, makespan = summary["tasks"], summary["cost"], summary["makespan_s"]
    each = cost["per_succeeded_task"]
    left = ", ".join(f"{tasks[name]:,} {name}" for name in ("failed", "unfinished", "deleted") if tasks[name])
    never = tasks["planned"] - tasks["submitted"]
    left += f" ({never:,} never submitted)" if never else ""
    return [
        ("makespan", "–" if makespan is None else spoken(makespan), "first submission to last completion"),
        ("cost", money(cost["total"]), "" if each is None else f"{money(each)} a task that succeeded"),
        ("tasks succeeded", f"{tasks['succeeded']:,}", f"of {tasks['planned']:,}; {left or 'none failed'}"),
    ]


def _spans(summary: Mapping[str, Any]) -> list[Figure]:
    found = []
    for title, key in (("queue time, median", "queue_time_s"), ("turnaround, median", "turnaround_s")):
        values = summary[key]
        if values:
            found.append((title, spoken(values["p50"]), f"p95 {spoken(values['p95'])}, max {spoken(values['max'])}"))
    return found


def _use(summary: Mapping[str, Any]) -> list[Figure]:
    tasks, nodes, used, evaluations = (summary[key] for key in ("tasks", "nodes", "utilization", "evaluations"))
    kinds = ", ".join(f"{KINDS.get(kind, kind)} {level['peak']:,}" for kind, level in nodes["by_kind"].items())
    mean = f"mean {nodes['mean']:,.1f}{f'; {kinds}' if kinds else ''}"
    in_service = f"slots {share(used['slot'])}, cores {share(used['core'])} in service"
    found = [
        ("nodes at most", f"{nodes['peak']:,}", mean),
        ("useful share of billed time", share(used["useful"]), in_service),
    ]
    again = {name: tasks[name] for name in ("retries", "requeues", "preemptions") if tasks[name]}
    if again:
        words = ", ".join(f"{name} {count:,}" for name, count in again.items())
        found.append(("attempts run again", f"{sum(again.values()):,}", words))
    if evaluations["count"]:
        changes = f"{evaluations['target_changes']:,} changed the target"
        found.append(("autoscale evaluations", f"{evaluations['count']:,}", changes))
    return found


def notices(summary: Mapping[str, Any]) -> Html | None:
    """Make the list of what went wrong; None of nothing."""
    found = []
    if not summary["manifest"]["complete"]:
        found.append("The run was interrupted: what follows is incomplete.")
    if summary["bill"]["until"] == "stalled":
        stalled = bill_of(summary)
        found.append(f"{stalled[0].upper()}{stalled[1:]}")
    for reason, count in summary["tasks"]["unfinished_why"].items():
        found.append(f"{count:,} {'task' if count == 1 else 'tasks'} unfinished: {reason}")
    for code, count in summary["evaluations"]["errors"].items():
        counted = f"{times(count)} in {summary['evaluations']['count']:,} evaluations"
        found.append(f"Evaluation error {code}, {counted}: {meaning(code)}")
    for code, count in summary["resize_errors"].items():
        found.append(f"Resize error {code}, {times(count)}: {meaning(code)}")
    found += [f"{warning[0].upper()}{warning[1:]}" for warning in summary.get("warnings", ())]
    found += [f"Price not known: {note}" for note in summary["cost"]["notes"] if summary["cost"]["total"] is None]
    return tag("ul", [tag("li", text) for text in found], class_="notices") if found else None


def ledger(rows: pd.DataFrame, summary: Mapping[str, Any]) -> list[Html]:
    """Make bars and table of where node time and money went, over all pools and for each if there are several."""
    by_label = rows.groupby("label", observed=True)[["time", "billed"]].sum() / 3600
    hours, billed = (
        {str(label): float(value) for label, value in by_label[column].items()} for column in ("time", "billed")
    )
    if not any(hours.values()):
        return [tag("p", "No node was ever there, so that nothing was spent.")]
    known = summary["cost"]["by_label"]
    costs = None if known is None else {str(label): float(known.get(label, 0.0)) for label in LABELS}
    bars = [_bar("Node-hours", hours, _in_hours), None if costs is None else _bar("Money", costs, money)]
    titles = ("what node time was spent on", "node-hours", "share", "billed hours", "cost")
    caption = "Every node-second has one label; the labels sum to the time all nodes existed and to the bill."
    lines = [*_labels(hours, billed, costs), _total(hours, billed, summary["cost"]["total"])]
    return [tag("div", bars, class_="bars"), table(caption, titles, lines), *_groups(rows)]


def _labels(
    hours: Mapping[str, float], billed: Mapping[str, float], costs: Mapping[str, float] | None
) -> list[tuple[Child, ...]]:
    """Return a row for each label that has time or money."""
    lines: list[tuple[Child, ...]] = []
    shares = percentages_of(hours)
    for label, shade in LABELS.items():
        part, time, paid = shares[label], hours.get(label, 0.0), billed.get(label, 0.0)
        if time or paid or (costs and costs[label]):
            amount = "unknown" if costs is None else money(costs[label])
            swatch = tag("span", class_=f"swatch label-{label}", aria_hidden="true")
            lines.append(([swatch, shade.title], f"{time:,.2f}", f"{part:.1f} %", f"{paid:,.2f}", amount))
    return lines


def _total(hours: Mapping[str, float], billed: Mapping[str, float], cost: float | None) -> tuple[Child, ...]:
    return (tag("strong", "total"), f"{sum(hours.values()):,.2f}", "", f"{sum(billed.values()):,.2f}", money(cost))


def _groups(rows: pd.DataFrame) -> list[Html]:
    """Make one bar for each pool and kind of node, if there are several."""
    groups = list(dict.fromkeys(zip(rows["pool"].astype(str), rows["kind"].astype(str), strict=True)))
    if len(groups) < 2:
        return []
    found = []
    for pool, kind in groups[:GROUPS]:
        own = rows[((rows["pool"] == pool) & (rows["kind"] == kind)).to_numpy()]
        hours = {str(label): float(time) / 3600 for label, time in zip(own["label"], own["time"], strict=True)}
        found.append(_bar(f"{pool}, {KINDS.get(kind, kind)}", hours, _in_hours))
    more = tag("p", f"The first {GROUPS} of {len(groups):,}.", class_="faint") if len(groups) > GROUPS else None
    return [tag("h3", "Node-hours by pool and kind"), join(more), tag("div", found, class_="bars")]


def _in_hours(value: float) -> str:
    return f"{value:,.2f} h"


def _bar(title: str, parts: Mapping[str, float], words: Callable[[float], str]) -> Html:
    """Make a bar whose parts are as wide as their share, with its text for those who do not see it."""
    whole = sum(parts.values())
    if whole <= 0:
        return tag("div", tag("p", f"{title}: nothing", class_="bar-title"))
    kept = [(label, shade.title, parts[label]) for label, shade in LABELS.items() if parts.get(label, 0.0) > 0]
    spans = [
        tag(
            "span",
            class_=f"label-{label}",
            style=f"width:{100 * value / whole:.3f}%",
            title=f"{name}: {words(value)}, {share(value / whole)}",
        )
        for label, name, value in kept
    ]
    text = ", ".join(f"{name} {share(value / whole)}" for _, name, value in kept)
    head = tag("p", f"{title}: {words(whole)}", class_="bar-title")
    return tag("div", head, tag("div", spans, class_="bar", role="img", aria_label=f"{title}: {text}"))


def costs(summary: Mapping[str, Any]) -> list[Html]:
    """Make the table of who cost what."""
    cost = summary["cost"]
    total = cost["total"]
    if total is None:
        return [tag("p", "The cost is not known: ", "; ".join(cost["notes"]), ".")]
    rows: list[tuple[Child, ...]] = []
    for what, parts in (("pool", cost["by_pool"]), ("kind of node", cost["by_kind"]), ("job", cost["by_job"])):
        for name, part in _dearest(parts):
            words = {"job": "job, its own work"}.get(what, what)
            words = "no job: starting, idle, leaving" if name == NO_JOB and what == "job" else words
            rows.append((KINDS.get(name, name), words, money(part), share(part / total if total else None)))
    rows.append((tag("strong", "total"), "", money(total), ""))
    made = [
        table("Pools, kinds of node and jobs each sum to the total.", ("who", "what", "cost", "share"), rows, text=2)
    ]
    bill = bill_of(summary)
    if bill:
        made.insert(0, tag("p", f"{bill[0].upper()}{bill[1:]}.", class_="finding"))
    if len(cost["by_job"]) > JOBS:
        made.append(tag("p", f"The {JOBS} dearest of {len(cost['by_job']):,} jobs.", class_="faint"))
    return made


def _dearest(parts: Mapping[str, float]) -> list[tuple[str, float]]:
    ordered = sorted(parts.items(), key=lambda part: (part[0] == NO_JOB, -part[1]))
    return ordered if len(ordered) <= JOBS else [*ordered[: JOBS - 1], ordered[-1]]


def jobs(summary: Mapping[str, Any]) -> list[Html]:
    """Make the table of jobs."""
    found = list(summary["jobs"].items())
    shown = found if len(found) <= JOBS else sorted(found, key=lambda item: -item[1]["planned"])[:JOBS]
    rows = [
        (
            name,
            f"{job['succeeded']:,} of {job['planned']:,}",
            "–" if job["makespan_s"] is None else spoken(job["makespan_s"]),
            "–" if job["queue_time_s"] is None else spoken(job["queue_time_s"]),
            money(job["cost"]),
        )
        for name, job in shown
    ]
    made = [table("Jobs", ("job", "succeeded", "makespan", "mean queue time", "cost of its work"), rows)]
    if len(shown) < len(found):
        made.append(tag("p", f"The {len(shown)} largest of {len(found):,} jobs.", class_="faint"))
    return made


def acted(lines: Iterable[str]) -> list[Html]:
    """List what acted in the runs that the service does not publish, as the answer states it."""
    items = [tag("li", line) for line in lines]
    return [tag("p", "What acted in the runs and is not published by the service:"), tag("ul", items)] if items else []


def values(found: Iterable[Basis]) -> Html:
    """Make the table of the values that the numbers rest on and where each comes from."""
    rows = [(one.what, one.value, tag("span", one.origin, class_="origin"), one.source) for one in found]
    titles = ("what", "value", "origin", "source")
    caption = "Documented by the service, recorded of it, assumed, or given by the scenario file"
    return table(caption, titles, rows, text=4)


def scenario(described: dict[str, Any]) -> list[Html]:
    """Show the complete scenario, closed at first."""
    text = json.dumps(_bare(described), indent=2, ensure_ascii=False)
    note = ""
    if len(text) > SCENARIO_BYTES:
        kept = f"The first {SCENARIO_BYTES // 1000} of {len(text) // 1000} kB"
        note = f"{kept}; the whole stands in scenario.json of the run's directory."
        text = text[:SCENARIO_BYTES]
    block = tag("pre", tag("code", text), tabindex="0", role="region", aria_label="the scenario as JSON")
    words = tag("p", note, class_="faint") if note else None
    return [tag("details", tag("summary", "The complete scenario, everything resolved"), words, block, class_="table")]


def _bare(value: Any) -> Any:
    """Leave out what is absent: null says nothing to a reader."""
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items() if inner is not None}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value


def manifest(values: Mapping[str, Any]) -> Html:
    """Show what the run came from."""
    parts = []
    for key, value in values.items():
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else str(value)
        parts += [tag("dt", key), tag("dd", text or "–")]
    return tag("dl", parts, class_="manifest")
