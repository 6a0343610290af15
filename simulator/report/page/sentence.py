"""The answer of one run in one sentence, and amounts of money as people write them."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.results.money.ledger import Label
from simulator.units import S_PER_HOUR, spoken, spoken_amount


def sentence(summary: Mapping[str, Any]) -> str:
    """Report the answer in one sentence."""
    tasks, cost = summary["tasks"], summary["cost"]
    gone = f", {tasks['deleted']:,} deleted," if tasks["deleted"] else ""
    done = f"{tasks['succeeded']:,} of {tasks['planned']:,} tasks succeeded{gone}"
    within = "" if summary["makespan_s"] is None else f" within {spoken(summary['makespan_s'])}"
    price = "at a cost nobody knows" if cost["total"] is None else f"for {money(cost['total'])}"
    peak = summary["nodes"]["peak"]
    incomplete = "" if summary["manifest"]["complete"] else " (incomplete: interrupted)"
    return f"{done}{within}, {price}, on at most {peak:,} node{'' if peak == 1 else 's'}{incomplete}."


def bill_of(summary: Mapping[str, Any]) -> str:
    """Report when the bill ends, how much of it is idle tail, and what goes on from there."""
    bill = summary["bill"]
    return "; ".join(part for part in (_end_of(bill), _idle_tail(summary), _goes_on(bill)) if part)


RULES: Final = {
    "work_done": "when the work is done",
    "after": "some time after the work is done (`billUntil`)",
    "gone": "when no node is left (`billUntil`)",
    "nodes_left": "with the run, for no more nodes leave",
    "horizon": "with the horizon",
    "interrupted": "where the run was interrupted",
}
"""What ends a bill that no accident ends."""


LITTLE: Final = 0.0005
"""Share of the bill that would be written as 0.0 %."""


def _end_of(bill: Mapping[str, Any]) -> str:
    end = spoken(bill["end_s"])
    if bill["until"] == "stalled":
        how = "nothing could happen any more" if not bill["tail_s"] else "nothing happened any more that helps"
        return f"the run stopped at {end} because {how}"
    if bill["until"] == "longest run":
        return f"the run was cut at {end}, 180 days after its last arrival or operation"
    rule = "nodes_left" if bill["until"] == "gone" and bill["nodes_left"] else bill["until"]
    return f"the bill ends {RULES[rule]}, at {end}"


def _idle_tail(summary: Mapping[str, Any]) -> str:
    """Report what nodes cost that were idle after their last task, or their time where a price is not known."""
    costs, times = summary["cost"]["by_label"], summary["ledger_node_s"]
    parts = times if costs is None else costs
    tail, whole = parts.get(Label.IDLE_TAIL, 0.0), sum(parts.values())
    if tail <= LITTLE * whole:
        return ""
    amount = f"{money(tail)} of the bill" if costs else f"{tail / S_PER_HOUR:,.2f} node-hours of all node time"
    return f"{amount}, {share(tail / whole)}, went to nodes idle after their last task"


def _goes_on(bill: Mapping[str, Any]) -> str:
    if not bill["nodes"]:
        return ""
    is_cut = bill["until"] in ("stalled", "longest run")
    who = _nodes(bill["nodes"]) if is_cut else "the pools"
    # Nobody knows what formulas would have done behind a horizon.
    since = "at that instant" if bill["until"] in ("horizon", "interrupted") else "from there on"
    start = f"{who} cost {money(bill['per_hour'])} an hour {since}"
    if is_cut or (bill["nodes_left"] and not bill["tail_s"]):
        return start
    what = f"with {_nodes(bill['nodes_left'])} still there" if bill["nodes_left"] else "scaled in"
    return f"{start}, {what} after {spoken(bill['tail_s'])} and {money(bill['tail_cost'])}"


def _nodes(count: int) -> str:
    return f"{count:,} node{'' if count == 1 else 's'}"


def money(amount: float | None) -> str:
    """Write dollars."""
    return "unknown" if amount is None else f"${spoken_amount(amount)}"


def times(count: int) -> str:
    """Write how often."""
    return "once" if count == 1 else f"{count:,} times"


def share(value: float | None) -> str:
    """Write a share of one in per cent."""
    return "–" if value is None else f"{100 * value:.1f} %"
