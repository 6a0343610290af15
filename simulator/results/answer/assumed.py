"""An assumption that acted, and the lines in which an answer names those of one run or of many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

NAMED: Final = 5
"""Pools of one assumption, or answers in which it acted, that are named."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """Something that a run rests on and that the service does not publish."""

    about: str
    """What was decided, such as `preemption`; with the pools it begins the line."""
    text: str
    """How."""
    pools: tuple[str, ...] = ()
    """On which it acted; empty: on everything, or on no pool in particular."""
    option: str | None = None
    """The option that stands behind it, by its field."""
    joint: str = "of"
    """The word between what was decided and the pools."""


def lines(found: Iterable[Assumed]) -> list[str]:
    """Return a line for each assumption, once, with all the pools it acted on.

    One preset alone is that of all pools, and names none.
    """
    merged = _merged(found)
    presets = sum(1 for one in merged if one.about == TIMINGS)
    return [_line(one, is_alone=presets == 1) for one in merged]


def instead(given: Assumed, found: Iterable[Assumed]) -> list[Assumed]:
    """Return assumptions with `given`, which was chosen for a study, in the place of what the scenario has of it."""
    return [given, *(one for one in found if one.about != given.about)]


def in_order(found: Iterable[Assumed]) -> list[Assumed]:
    """Return what came in any order always in the same one."""
    return sorted(found, key=lambda one: (one.about, one.text, one.pools))


def lines_by_name(found: Mapping[str, Iterable[Assumed]], noun: str = "scenario") -> list[str]:
    """Return the lines of several answers: what holds for some of them alone ends with their names, or their number."""
    by_name = {name: lines(assumed) for name, assumed in found.items()}
    every = dict.fromkeys(line for own in by_name.values() for line in own)
    holders = {line: [name for name, own in by_name.items() if line in own] for line in every}
    return [
        line if len(names) == len(by_name) else f"{line} ({_some(names, len(by_name), noun)} only)"
        for line, names in holders.items()
    ]


def _some(names: Sequence[str], count: int, noun: str) -> str:
    """Name a few of several answers, or write how many they are."""
    if len(names) > NAMED:
        return f"{len(names):,} of {count:,} {noun}s"
    return ("; " if any("," in name for name in names) else ", ").join(names)


def _merged(found: Iterable[Assumed]) -> list[Assumed]:
    """Return each assumption once, with all of its pools, in the order in which they came."""
    merged: dict[Assumed, dict[str, None]] = {}
    for one in found:
        merged.setdefault(replace(one, pools=()), {}).update(dict.fromkeys(one.pools))
    return [replace(one, pools=tuple(pools)) for one, pools in merged.items()]


def _line(one: Assumed, *, is_alone: bool) -> str:
    if one.about == TIMINGS and is_alone:
        return f"{one.about} of nodes and tasks: {one.text}"
    return f"{one.about} {one.joint} {named(one.pools)}: {one.text}" if one.pools else f"{one.about}: {one.text}"


TIMINGS: Final = "timings"
"""What a preset is about: one alone is that of all pools."""


def named(pools: Iterable[str]) -> str:
    """Name the first few pools."""
    names = list(dict.fromkeys(pools))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"pool{'s' if len(names) > 1 else ''} {', '.join(names[:NAMED])}{more}"
