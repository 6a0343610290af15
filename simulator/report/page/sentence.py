"""The answer of one run in one sentence, and amounts of money as people write them."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.units import spoken, spoken_amount


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
    """Report when the bill ends and what goes on from there; empty where a horizon ends it."""
    bill = summary["bill"]
    end, rate = spoken(bill["end_s"]), money(bill["per_hour"])
    if bill["until"] == "stalled":
        how = "nothing could happen any more" if not bill["tail_s"] else "nothing happened any more that helps"
        return f"the run stopped at {end} because {how}{_goes_on(bill, rate)}"
    if bill["until"] == "longest run":
        return f"the run was cut at {end}, 180 days after its last arrival or operation{_goes_on(bill, rate)}"
    if bill["until"] not in RULES:
        return ""
    rule = "nodes_left" if bill["until"] == "gone" and bill["nodes_left"] else bill["until"]
    start = f"the bill ends {RULES[rule]}, at {end}"
    if not bill["nodes"]:
        return start
    start += f"; the pools cost {rate} an hour from there on"
    spent = f"after {spoken(bill['tail_s'])} and {money(bill['tail_cost'])}"
    if not bill["nodes_left"]:
        return f"{start}, scaled in {spent}"
    return f"{start}, with {_nodes(bill['nodes_left'])} still there {spent}" if bill["tail_s"] else start


RULES: Final = {
    "work_done": "when the work is done",
    "after": "some time after the work is done (`billUntil`)",
    "gone": "when no node is left (`billUntil`)",
    "nodes_left": "with the run, for no more nodes leave",
}
"""What ends the bill of a run without horizon."""


def _goes_on(bill: dict[str, Any], rate: str) -> str:
    return f"; {_nodes(bill['nodes'])} cost {rate} an hour from there on" if bill["nodes"] else ""


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
