"""Break my formula: the search of the workshop for the load under which a formula does most harm, as a scene."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simulator.errors import InputError, Problem
from simulator.formula.errors import FormulaSyntaxError
from simulator.formula.formula import Formula
from simulator.lab.scene_data import number
from simulator.units import S_PER_MINUTE
from simulator.workshop import HARMS, PoolOptions, stress
from simulator.workshop.writing import figures, scenario_text

PATTERNS: Final = 150
"""Loads that are tried on a pool in miniature: enough for the plain mistakes, and an answer within seconds."""
SHORTEST: Final = 5.0
"""Minutes between evaluations that the service allows."""


def broken(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the worst load that was found, in words and as a scene, beside the mended formula where there is one."""
    text, harm = body.get("formula"), body.get("harm", "lost_work")
    if not isinstance(text, str) or harm not in HARMS:
        raise InputError(f"expected a formula, and as harm one of {', '.join(HARMS)}")
    _check(text)
    slots, interval = number(body.get("slots")) or 1, number(body.get("interval")) or 300.0
    size = body.get("size")
    options = PoolOptions(
        round(slots), max(interval / S_PER_MINUTE, SHORTEST), size if isinstance(size, str) else "Standard_D4_v3"
    )
    found = stress(text, str(harm), options=options, runs=PATTERNS, workers=1)
    reply: dict[str, Any] = {
        "isHarmful": found.is_harmful,
        "harm": found.harm.title,
        "searched": found.search.described(),
    }
    if found.is_harmful:
        reply["load"] = str(found.simplest)
        reply["figures"] = figures("the formula", found.found, found)
        reply["mended"] = None if found.repaired_found is None else figures("mended", found.repaired_found, found)
        reply["text"] = scenario_text(found, "the formula")
    return reply


def harms() -> list[dict[str, str]]:
    """Return the kinds of harm that are looked for."""
    return [{"name": harm.name, "title": harm.title} for harm in HARMS.values()]


def _check(text: str) -> None:
    """Raise InputError where the service would refuse a formula."""
    try:
        Formula.parse(text)
    except FormulaSyntaxError as error:
        raise InputError([Problem(f"{one.place}: {one.message}") for one in error.problems]) from None
