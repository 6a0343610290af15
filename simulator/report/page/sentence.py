"""The answer of one run in one sentence, and amounts of money as people write them."""

from typing import Any

from simulator.units import spoken, spoken_amount


def sentence(summary: dict[str, Any]) -> str:
    """Report the answer in one sentence."""
    tasks, cost = summary["tasks"], summary["cost"]
    done = f"{tasks['succeeded']:,} of {tasks['planned']:,} tasks succeeded"
    within = "" if summary["makespan_s"] is None else f" within {spoken(summary['makespan_s'])}"
    price = "at a cost nobody knows" if cost["total"] is None else f"for {money(cost['total'])}"
    peak = summary["nodes"]["peak"]
    incomplete = "" if summary["manifest"]["complete"] else " (incomplete: interrupted)"
    return f"{done}{within}, {price}, on at most {peak:,} node{'' if peak == 1 else 's'}{incomplete}."


def money(amount: float | None) -> str:
    """Write dollars."""
    return "unknown" if amount is None else f"${spoken_amount(amount)}"


def times(count: int) -> str:
    """Write how often."""
    return "once" if count == 1 else f"{count:,} times"


def share(value: float | None) -> str:
    """Write a share of one in per cent."""
    return "–" if value is None else f"{100 * value:.1f} %"
