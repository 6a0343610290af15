"""What `poolsight run --replications` prints, and how commands write measures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.cli.output import print_json
from simulator.cli.page import assumed, console, dim, print_table
from simulator.cli.study_options import read_count
from simulator.errors import InputError
from simulator.units import spoken, spoken_amount

if TYPE_CHECKING:
    from simulator.experiment import Replications
    from simulator.experiment.estimates import Estimate
    from simulator.scenario.scenario import Scenario

BESIDE = ("billed_hours",)
"""Measures that are followed because a ratio needs them."""


@dataclass(frozen=True, slots=True)
class Study:
    """What `poolsight run --replications` was asked for."""

    replications: str
    precision: float
    cap: int
    deadline: str | None
    workers: int
    cluster: str | None
    measures: tuple[str, ...]
    quantiles: tuple[float, ...]
    steady: bool
    points: float


def run_study(scenario: Scenario, asked: Study, *, as_json: bool) -> None:
    """Run many replications and print intervals."""
    from simulator.cli.deadlines import read_deadline
    from simulator.experiment import replicate
    from simulator.results.answer.assumed import lines
    from simulator.results.record.manifest import scenario_hash

    count = read_count(asked.replications)
    deadline = read_deadline(asked.deadline, scenario)
    for share in asked.quantiles:
        if not 0 < share < 1:
            raise InputError(f"--quantile: expected a number between 0 and 1, not {share:g}")
    found = replicate(
        scenario,
        count,
        precision=asked.precision,
        measures=asked.measures or None,
        cap=asked.cap,
        workers=asked.workers,
        cluster=asked.cluster,
        steady=asked.steady,
        deadline=None if deadline is None else deadline.seconds,
        points=asked.points,
    )
    if as_json:
        manifest = {"scenario": scenario.name, "scenario_sha256": scenario_hash(scenario), "seed": scenario.seed}
        answer = replications_json(found, manifest, asked.quantiles)
        if deadline is not None and deadline.note is not None:
            answer["deadline"]["read_as"] = deadline.note
        print_json(answer)
    else:
        show_replications(found, asked.quantiles)
        if deadline is not None and deadline.note is not None:
            dim(console(), deadline.note)
        assumed(console(), lines(found.assumptions))


def show_replications(found: Replications, shares: Sequence[float] = ()) -> None:
    """Print every measure with its interval, the spread of single runs, and what makes them less than they seem."""
    from rich.table import Table

    from simulator.experiment import find_measure

    printer = console()
    table = Table(box=None, pad_edge=False, header_style="cyan")
    for title in ("measure", "mean", "95 % interval", "single runs: p5", "p50", "p95"):
        table.add_column(title, justify="left" if title == "measure" else "right", overflow="fold")
    for name in found.shown:
        measure, estimate, spread = find_measure(name), found.estimate(name), found.spread(name)
        if estimate is None or spread is None or not is_shown(name, found.values[name].any()):
            continue
        ends = shown_interval(estimate.low, estimate.high, measure.unit)
        runs = [shown_value(spread[key], measure.unit) for key in ("p5", "p50", "p95")]
        table.add_row(measure.title, shown_value(estimate.value, measure.unit), ends if found.count > 1 else "–", *runs)
    printer.print(f"[bold]{_heading(found)}[/bold]", soft_wrap=True)
    printer.print()
    print_table(printer, table)
    for share in shares:
        _show_quantile(printer, found, share)
    chance = found.on_time()
    if chance is not None:
        printer.print()
        printer.print(
            f"{kept(found)} = {100 * chance.value:.0f} %, "
            f"95 % interval {100 * chance.low:.0f} to {100 * chance.high:.0f} %"
        )
    if found.is_steady:
        printer.print()
        printer.print(_warm_up(found), style="dim", soft_wrap=True)
    for text in [*found.warnings, *(text for share in shares for text in _sample_warnings(found, share))]:
        printer.print(f"warning: {text}", style="yellow", soft_wrap=True)


def is_shown(name: str, happened: object) -> bool:
    """Return whether a measure has a row: not where nothing of the kind happened."""
    from simulator.experiment.measures import ALWAYS_SHOWN

    return name not in BESIDE and (bool(happened) or name in ALWAYS_SHOWN)


def _sample_warnings(found: Replications, share: float) -> list[str]:
    from simulator.experiment.replications import sample_warnings

    return sample_warnings(found, share)


def _show_quantile(printer: Any, found: Replications, share: float) -> None:
    from rich.table import Table

    from simulator.experiment import find_measure

    table = Table(box=None, pad_edge=False, header_style="cyan")
    for title in (f"p{100 * share:g} of single runs", "estimate", "95 % interval"):
        table.add_column(title, justify="left" if title.startswith("p") else "right", overflow="fold")
    for name in found.shown:
        estimate = found.quantile(name, share)
        if estimate is not None and is_shown(name, found.values[name].any()):
            unit = find_measure(name).unit
            ends = shown_interval(estimate.low, estimate.high, unit)
            table.add_row(find_measure(name).title, shown_value(estimate.value, unit), ends)
    printer.print()
    print_table(printer, table)


def _warm_up(found: Replications) -> str:
    tasks, dropped, spans = (found.values[f"steady.{name}"] for name in ("tasks", "warmup_tasks", "warmup_s"))
    return (
        f"warm-up: MSER-5 left out the first {dropped.mean():,.0f} of {(tasks + dropped).mean():,.0f} tasks of a run, "
        f"{spoken(float(spans.mean()))} (means over replications; at most {dropped.max():,.0f} tasks)"
    )


def _heading(found: Replications) -> str:
    from simulator.experiment import find_measure

    noun = "replication" if found.count == 1 else "replications"
    kind = "steady state, " if found.is_steady else ""
    if found.precision is None:
        return f"{kind}{found.count:,} {noun}"
    named = " and ".join(find_measure(name).title for name in found.stop_on)
    wanted = f"{100 * found.precision:g} % precision of {named}"
    reached = [f"{find_measure(name).title} ± {_percent(one)}" for name, one in found.relative().items()]
    chance = found.on_time()
    if found.points is not None and chance is not None:
        wanted += f" and ± {100 * found.points:g} points of {kept(found)}"
        reached.append(f"{kept(found)} ± {100 * chance.half_width:.2g} points")
    if found.reached:
        return f"{kind}{found.count:,} {noun} were enough for {wanted}"
    return f"{kind}{found.count:,} {noun}, the cap, did not reach {wanted}; reached: {', '.join(reached) or 'nothing'}"


def kept(found: Replications) -> str:
    """Write the probability that all work is done by the deadline."""
    return f"P(makespan ≤ {shown_value(math.nan if found.deadline is None else found.deadline, 's')})"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if math.isfinite(share) else "unknown"


def replications_json(found: Replications, manifest: dict[str, Any], shares: Sequence[float] = ()) -> dict[str, Any]:
    """Return the same as plain data."""
    from simulator.results.answer.assumed import lines

    estimates = {}
    for name in found.values:
        estimate, spread = found.estimate(name), found.spread(name)
        if estimate is not None and spread is not None:
            estimates[name] = {"mean": estimate.value, **interval_ends(estimate), **spread}
    answer: dict[str, Any] = {
        "replications": found.count,
        "steady": found.is_steady,
        "precision": found.precision,
        "reached": found.reached,
        "relative_half_widths": {name: one if math.isfinite(one) else None for name, one in found.relative().items()},
        "estimates": estimates,
        "pools_without_nodes": {
            pool: {"probability": chance.value, **interval_ends(chance)} for pool, chance in found.pools_without.items()
        },
        "warnings": [*found.warnings, *(text for share in shares for text in _sample_warnings(found, share))],
        "assumptions": lines(found.assumptions),
        "manifest": manifest,
    }
    if shares:
        answer["quantiles"] = {
            f"{share:g}": {
                name: {"estimate": estimate.value, **interval_ends(estimate)}
                for name in found.shown
                if (estimate := found.quantile(name, share)) is not None
            }
            for share in shares
        }
    chance = found.on_time()
    if chance is not None:
        answer["deadline"] = {
            "limit_s": found.deadline,
            "probability": chance.value,
            **interval_ends(chance),
            "half_width": chance.half_width,
            "half_width_wanted": found.points,
        }
    return answer


def interval_ends(estimate: Estimate) -> dict[str, float | None]:
    """Return the ends of an interval as JSON has them: null where nothing bounds it."""
    return {
        "low": estimate.low if math.isfinite(estimate.low) else None,
        "high": estimate.high if math.isfinite(estimate.high) else None,
    }


def shown_value(value: float, unit: str) -> str:
    """Write a measure with its unit, as people read it."""
    if not math.isfinite(value):
        return "–"
    if unit == "s":
        return ("-" if value < 0 else "") + spoken(abs(value))
    if unit == "USD":
        return f"{'-' if value < 0 else ''}${spoken_amount(abs(value))}"
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:,.1f}" if abs(value) >= 10 or value == 0 else f"{value:.2f}"


def shown_difference(value: float, unit: str) -> str:
    """Write by how much a measure is larger; of shares in points, as a per cent of them would be a share of a share."""
    return f"{100 * value:.1f} points" if unit == "share" and math.isfinite(value) else shown_value(value, unit)


def shown_interval(low: float, high: float, unit: str) -> str:
    """Write both ends in one unit, once where they are the same; an end that nothing bounds is left out."""
    if low == high:
        return shown_value(low, unit)
    if not (math.isfinite(low) and math.isfinite(high)):
        one = f"≥ {shown_value(low, unit)}" if math.isfinite(low) else f"≤ {shown_value(high, unit)}"
        return one if math.isfinite(low) or math.isfinite(high) else "–"
    if unit == "USD":
        return f"${spoken_amount(low)}–{spoken_amount(high)}"
    if unit == "share":
        return f"{100 * low:.1f}–{100 * high:.1f} %"
    name, size = "", 1.0
    if unit == "s":
        most = max(abs(low), abs(high))
        steps = (("d", 2 * 86400.0, 86400.0), ("h", 3600.0, 3600.0), ("min", 60.0, 60.0))
        name, size = next(((name, size) for name, start, size in steps if most >= start), ("s", 1.0))
    digits = max(0, min(3, 1 - math.floor(math.log10(max(abs(high - low) / size, 1e-3)))))
    return f"{low / size:,.{digits}f}–{high / size:,.{digits}f} {name}".rstrip()
