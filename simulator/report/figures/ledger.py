"""Ledger: where the node-hours and the money went, stacked, one bar for each pool and kind of node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from simulator.report.figures.pool import shown_pools
from simulator.report.looks.captions import IDLE, of_pools, percent, share_of, where_it_went
from simulator.report.looks.palette import LABELS, LIGHT, Page, shade
from simulator.report.looks.theme import drawn, entitle, grouped, legend, placeholder, sheet, swatch
from simulator.results.money.ledger import Label
from simulator.units import S_PER_HOUR, spoken_amount

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.results.record.read import Frames

MOST_BARS: Final = 12
"""Bars of single pools; the rest is one bar."""
NAMED_FROM: Final = 0.07
"""A segment of at least this share of the longest bar has its share written in it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One stacked bar; labels in the palette's order."""

    name: str
    hours: Mapping[str, float]
    billed: Mapping[str, float]
    """Hours paid for, rounding included."""
    cost: Mapping[str, float] | None
    """USD by label; None where the price is not known."""


def bars(run: Frames, pools: Sequence[str]) -> list[Bar]:
    """Add the ledger up by pool and kind; kinds are named only where a pool has both."""
    ledger = of_pools(run.frame("ledger"), pools)
    found: list[Bar] = []
    keys = list(dict.fromkeys(zip(ledger["pool"].astype(str), ledger["kind"].astype(str), strict=True)))
    keys.sort(key=lambda key: list(pools).index(key[0]))
    for pool, kind in keys:
        rows = ledger[(ledger["pool"] == pool) & (ledger["kind"] == kind)]
        both = sum(name == pool for name, _ in keys) > 1
        name = f"{pool}, {kind.replace('_', '-')}" if both else pool
        labels = rows["label"].astype(str)
        hours, billed, cost = (dict(zip(labels, rows[column], strict=True)) for column in ("time", "billed", "cost"))
        is_known = not rows["cost"].isna().any()
        found.append(Bar(name, _hours(hours), _hours(billed), _ordered(cost) if is_known else None))
    return found if len(found) <= MOST_BARS else [*found[: MOST_BARS - 1], _together(found[MOST_BARS - 1 :])]


def _ordered(parts: Mapping[str, float]) -> dict[str, float]:
    order = dict.fromkeys([*(str(label) for label in LABELS), *parts])
    return {label: float(parts[label]) for label in order if parts.get(label)}


def _hours(parts: Mapping[str, float]) -> dict[str, float]:
    return {label: value / S_PER_HOUR for label, value in _ordered(parts).items()}


def _together(rest: Sequence[Bar]) -> Bar:
    def added(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
        return _ordered({label: sum(part.get(label, 0.0) for part in parts) for part in parts for label in part})

    costs = [bar.cost for bar in rest if bar.cost is not None]
    name = f"{len(rest)} others"
    cost = added(costs) if len(costs) == len(rest) else None
    return Bar(name, added([bar.hours for bar in rest]), added([bar.billed for bar in rest]), cost)


def finding(stacked: Sequence[Bar]) -> str:
    """Report how the paid time splits, and what the idle part of it cost."""
    billed: dict[str, float] = {}
    cost: dict[str, float] = {}
    for bar in stacked:
        for whole, parts in ((billed, bar.billed), (cost, bar.cost or {})):
            for label, value in parts.items():
                whole[label] = whole.get(label, 0.0) + value
    if not billed:
        return "No node, no cost"
    text = where_it_went(billed)
    total = sum(cost.values())
    if total > 0 and len(stacked) and all(bar.cost is not None for bar in stacked):
        idle = sum(cost.get(label, 0.0) for label in IDLE)
        text += (
            f": ${spoken_amount(idle)} of ${spoken_amount(total)} bought idle nodes"
            if idle
            else f"; ${spoken_amount(total)} in all"
        )
    shares = {bar.name: share_of(bar.billed, IDLE) for bar in stacked}
    most = max(shares, key=lambda name: shares[name])
    if shares[most] > min(shares.values()) + 0.05:
        text += f"; most idle was {most} ({percent(shares[most])})"
    return text


@drawn
def ledger_bars(run: Frames, *, pools: Sequence[str] | None = None, page: Page = LIGHT) -> Figure:
    """Draw node-hours and money by what they were spent on."""
    stacked = bars(run, list(shown_pools(run) if pools is None else pools))
    figure = sheet(page, 10, 2.6 + 0.5 * max(len(stacked), 1))
    hours, money = figure.subplots(1, 2, sharey=True)
    _stack(hours, [bar.hours for bar in stacked], page)
    hours.set_xlabel("time of all nodes (node-hours)")
    known = [bar.cost for bar in stacked if bar.cost is not None]
    if len(known) == len(stacked):
        _stack(money, known, page)
    else:
        placeholder(money, "a price is not known", page)
    money.set_xlabel("cost (USD)")
    hours.set_yticks(range(len(stacked)), [bar.name for bar in stacked])
    hours.set_ylabel("pool")
    hours.set_ylim(len(stacked) - 0.4 if stacked else 0.6, -0.6)
    for axes in (hours, money):
        axes.tick_params(axis="y", length=0)
    if not stacked:
        placeholder(hours, "no node was ever there", page)
    entitle(figure, finding(stacked))
    present = {label for bar in stacked for parts in (bar.hours, bar.cost or {}) for label in parts}
    order = [*(str(label) for label in LABELS), *sorted(present - set(LABELS))]
    handles = [swatch(shade(LABELS, label), page) for label in order if label in present]
    legend(figure, handles, page, note=_without_vm(stacked, present))
    return figure


def _without_vm(stacked: Sequence[Bar], present: AbstractSet[str]) -> str:
    """Report what nodes without a VM cost; empty where there are none."""
    labels = [label for label in (Label.PREEMPTED, Label.DEALLOCATED) if label in present]
    if not labels:
        return ""
    cost = sum((bar.cost or {}).get(label, 0.0) for bar in stacked for label in labels)
    paid = f"; their disks and addresses cost ${spoken_amount(cost)}" if cost else " and are not billed"
    return f"{' and '.join(labels).capitalize()} nodes have no VM{paid}."


def _stack(axes: Axes, rows: Sequence[Mapping[str, float]], page: Page) -> None:
    longest = max((sum(parts.values()) for parts in rows), default=0.0)
    for row, parts in enumerate(rows):
        left, whole = 0.0, sum(parts.values())
        for label, value in parts.items():
            look = shade(LABELS, label)
            color = look.on(page.mode)
            axes.barh(
                row, value, 0.62, left, color=color, edgecolor=page.edge, linewidth=0.6, hatch=look.hatch, label=label
            )
            if value >= NAMED_FROM * longest:
                style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8, "color": _ink_on(color)}
                box = {"facecolor": color, "edgecolor": "none", "pad": 1.0} if look.hatch else None
                axes.text(left + value / 2, row, percent(value / whole), bbox=box, **style)
            left += value
    axes.set_xlim(0, longest * 1.03 or 1.0)
    axes.grid(axis="x", linewidth=0.6)
    grouped(axes.xaxis)


def _ink_on(color: str) -> str:
    """Return black or white, whichever reads better on a colour."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return "#000000" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.18 else "#FFFFFF"
