"""Reports on what plan, spot and sensitivity printed: the answer, its picture, and every number behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator.experiment.estimates import Estimate
from simulator.experiment.measures import find_measure, is_measure
from simulator.report.figures.tradeoff import Choice, front
from simulator.report.looks.quantity import written
from simulator.report.page import sections
from simulator.report.page.layout import framed
from simulator.report.page.markup import Child, Html, table, tag
from simulator.report.page.shell import document
from simulator.report.page.study_page import interval_of
from simulator.report.page.svg import scatter, whiskers
from simulator.report.sources.figure_inputs import break_even_of, choices_of_plan, choices_of_spot, saved
from simulator.report.sources.saved_files import Answer
from simulator.units import spoken

Part = tuple[str, str, list[Html]]


def planning_page(answer: Answer) -> str:
    """Return the report on a saved answer of a planning command."""
    data = answer.data
    name = str(data.get("name") or data.get("scenario") or data.get("pool") or answer.path.stem)
    parts = [*_PARTS[answer.form](answer), *_beside(data)]
    return document(f"{name} – Poolsight report", framed(name, str(data["sentence"]), "", parts), {"end": 0})


def _beside(data: Mapping[str, Any]) -> list[Part]:
    """Return what an answer leaves open and rests on, where it lists that."""
    listed = (
        ("open", "Not explored", data.get("not_explored", ())),
        ("notes", "Notes", data.get("notes", ())),
        # What `sensitivity` has under `assumptions` are its rows.
        ("rests", "Assumptions", data.get("rests_on", data.get("assumptions", ()))),
    )
    return [
        (key, title, [tag("ul", [tag("li", str(text)) for text in texts], class_="notices")])
        for key, title, texts in listed
        if texts and all(isinstance(text, str) for text in texts)
    ]


# ---- plan --------------------------------------------------------------------------------------------------------


def _plan(answer: Answer) -> list[Part]:
    data = answer.data
    choices, scales = choices_of_plan(answer)
    designs: Sequence[Mapping[str, Any]] = data["designs"]
    known = (
        ("designs run", f"{data['designs_run']:,}", str(data["method"])),
        ("runs", f"{data['runs']:,}", f"verdicts hold with {100 * data['confidence']:g} % confidence"),
        ("status", str(data["status"]), f"minimizes {scales.price}"),
    )
    constraints = list(dict.fromkeys(check["constraint"] for design in designs for check in design["checks"]))
    titles = ("design", scales.price, "makespan", *constraints, "runs", "verdict")
    rows = [_design(design, scales.unit, constraints) for design in designs]
    found = [
        ("figures", "Key figures", [sections.named_values(known)]),
        ("designs", "Every design that was run", [table("Means with their intervals", titles, rows)]),
    ]
    if scales.unit == "USD" and len(choices) > 1:
        found.insert(1, _picture(choices))
    return found


def _design(design: Mapping[str, Any], unit: str, constraints: Sequence[str]) -> list[Child]:
    checks = {check["constraint"]: check for check in design["checks"]}
    return [
        ", ".join(f"{name} = {value}" for name, value in design["design"].items()) or "the scenario as it is",
        _cell(saved(design["objective"], design), unit),
        _cell(saved(design["makespan"], design), "s"),
        *(_check(checks.get(constraint), design) for constraint in constraints),
        f"{design['replications']:,}",
        f"{design['standing']}{', dearer' if design['is_dearer'] else ''}",
    ]


def _check(check: Mapping[str, Any] | None, design: Mapping[str, Any]) -> Child:
    if check is None or (found := saved(check["estimate"], design)) is None:
        return "–"
    unit = "share" if check["constraint"].startswith("P(") else _unit_of(check["constraint"])
    return [written(found.value, unit), tag("small", f"{interval_of(found, unit)}; {check['verdict']}")]


def _unit_of(constraint: str) -> str:
    """Return the unit of the measure that a constraint begins with; nothing for one that names none."""
    name = constraint.split(maxsplit=1)[0]
    return find_measure(name).unit if is_measure(name) else ""


def _picture(choices: Sequence[Choice]) -> Part:
    """Return cost against time, its points numbered as the table beside it numbers them."""
    numbered = [Choice(one.name, one.cost, one.time, place) for place, one in enumerate(choices, 1)]
    best = front(numbered)
    rows = [
        (f"{one.number}: {one.name}", _cell(one.cost, "USD"), _cell(one.time, "s"), "yes" if one in best else "no")
        for one in numbered
    ]
    text = "Bars are 95 % intervals of the means; the line joins what nothing beats in both cost and time."
    made = table("The numbers in the picture", ("choice", "cost", "makespan", "on the front"), rows)
    picture = scatter("Cost against makespan", numbered, best)
    return "front", "Cost against time", [tag("p", text), tag("div", picture, class_="whole"), made]


# ---- spot --------------------------------------------------------------------------------------------------------


def _spot(answer: Answer) -> list[Part]:
    data = answer.data
    rate = data["rate_per_hour"]
    known = (
        ("replications of each", f"{data['replications']:,}", "the same draws for each"),
        ("price ratio", f"{data['price_ratio']:.2g}", "of the dedicated price"),
        ("evictions", "by the pool's model" if rate is None else f"{rate:.3g} an hour", "of a node"),
    )
    choices, _ = choices_of_spot(answer)
    found = [("figures", "Key figures", [sections.named_values(known)])]
    if len(choices) > 1:
        found.append(_picture(choices))
    found.append(("shares", "Each share of spot nodes", [_shares(answer)]))
    curves = break_even_of(answer).curves
    if curves:
        simulated, closed = curves
        rows = [
            (f"{rate:.3g}", _cell(one, ""), f"{form.value:.3g}")
            for rate, one, form in zip(simulated.rates, simulated.ratios, closed.ratios, strict=True)
        ]
        titles = ("evictions an hour", "cost of all spot over all dedicated", "closed form")
        found.append(("even", "Where the saving ends", [table("Cost ratio by eviction rate", titles, rows)]))
    return found


def _shares(answer: Answer) -> Html:
    late = answer.data["deadline_s"] is not None
    titles = ("spot", "nodes", "cost", "makespan", "node-hours lost", "preemptions", *(["late"] if late else []))
    rows: list[list[Child]] = [
        [
            f"{share['spot_share']:.0%}",
            f"{share['dedicated_nodes']:,} + {share['low_priority_nodes']:,}",
            *(
                _cell(saved(share[name], answer.data), unit)
                for name, unit in (("cost", "USD"), ("makespan", "s"), ("lost_node_hours", ""), ("preemptions", ""))
            ),
            *([_cell(saved(share["misses_deadline"], answer.data), "share")] if late else []),
        ]
        for share in answer.data["shares"]
    ]
    return table("Means with 95 % intervals", titles, rows)


# ---- sensitivity --------------------------------------------------------------------------------------------------


def _sensitivity(answer: Answer) -> list[Part]:
    data = answer.data
    known = [
        (name, "–" if one is None else written(one.value, unit), "" if one is None else interval_of(one, unit))
        for name, unit in (("cost", "USD"), ("makespan", "s"))
        for one in (saved(data[name], data),)
    ]
    known.append(("replications", f"{data['replications']:,}", "the same draws in every case"))
    found = [("figures", "The answer as it stands", [sections.named_values(known)])]
    for name in ("cost", "makespan"):
        rows = [
            (f"{row['title']} {setting}", one)
            for row in data["assumptions"]
            for setting, one in ((row[end], saved(row[name][side], data)) for end, side in _ENDS)
            if one is not None and (one.value or one.half_width)
        ]
        if rows:
            title = f"How the {name} moves, as a share of its mean"
            found.append((f"moves-{name}", title, [whiskers(title, rows, "share", from_zero=True)]))
    titles = ("assumption", "from", "to", "cost", "makespan", "origin", "source")
    lines = [
        [
            *(row[name] for name in ("title", "low", "high")),
            *(_moves(row[name], data) for name in ("cost", "makespan")),
            *(row[name] for name in ("origin", "source")),
        ]
        for row in data["assumptions"]
    ]
    found.append(("rows", "Every assumption", [table("Moves of the means", titles, lines, text=len(titles))]))
    return found


_ENDS: Final = (("low", "lower"), ("high", "higher"))


def _moves(move: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    ends = [saved(move[side], data) for _, side in _ENDS]
    return " to ".join("–" if one is None else f"{written(one.value, 'share')}{_doubt(one)}" for one in ends)


def _doubt(move: Estimate) -> str:
    """Mark a move that may be chance; one that is the same in every run is none."""
    return "" if move.leaves_out_zero or move.half_width == 0 else " (not beyond chance)"


def _cell(one: Estimate | None, unit: str) -> Child:
    """Return a mean with its interval below."""
    if one is None:
        return "–"
    value = spoken(one.value) if unit == "s" else written(one.value, unit)
    return [value, tag("small", interval_of(one, unit))]


_PARTS: Final = {"plan": _plan, "spot": _spot, "sensitivity": _sensitivity}
