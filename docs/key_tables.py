"""The reference of keys: one section for each mapping of a scenario, made from the table of keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

from simulator.experiment.file import ExperimentFile
from simulator.planning.plan_file import PlanFile
from simulator.scenario.format.key_marks import Effect
from simulator.scenario.keys.table import Key, Section, sections, sections_of

COMMON: Final = ("at", "operation")
"""Keys of every operation, explained once."""
CAPITALS: Final = ("NAT", "OS")
MOST_LINKS: Final = 8
"""Of one key, such as the models of preemption."""
WHOLE: Final = ("", "a mapping", "a list")
Table = Callable[[tuple[str, ...], Iterable[tuple[str, ...]]], str]


def keys(table: Table) -> str:
    """Return every mapping of a scenario with its keys, then those of experiment and plan files."""
    return "\n\n".join([_contents(), *(_section(one, table) for one in _all())])


@cache
def _all() -> tuple[Section, ...]:
    """Return the sections of the page, each once."""
    asked = (*sections_of(ExperimentFile), *sections_of(PlanFile))
    return tuple({one.name: one for one in (*sections(), *asked)}.values())


def _contents() -> str:
    """Return a link to each section, in the order of the page."""
    return " · ".join(_link(_head(one)) for one in _all())


def _head(section: Section) -> str:
    """Return the name of a mapping in words: of an operation the word that names it, else its type's."""
    if _is_operation(section):
        return f"Operation {next(key for key in section.keys if key.name == 'operation').values.strip('`')}"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=OS)(?=[A-Z])", " ", section.name).split()
    first, *others = (word if word in CAPITALS else word.lower() for word in words)
    return " ".join([first[0].upper() + first[1:], *others])


def _is_operation(section: Section) -> bool:
    return any(key.name == "operation" for key in section.keys)


def _section(section: Section, table: Table) -> str:
    acting = [key for key in section.keys if key.effect is Effect.ACTS]
    if _is_operation(section):
        acting = [key for key in acting if key.name not in COMMON]
    rows = (
        (f"`{key.name}`", _meaning(key), "required" if key.is_required else key.default, _values(key)) for key in acting
    )
    parts = [f"## {_head(section)}", _opening(section)]
    if acting:
        parts.append(table(("key", "meaning", "default", "values"), rows))
    for effect, words in ((Effect.INERT, "No effect"), (Effect.NOT_SIMULATED_YET, "Not simulated yet")):
        found = [key for key in section.keys if key.effect is effect]
        for why in dict.fromkeys(key.why for key in found):
            listed = "; ".join(_idle(key) for key in found if key.why == why)
            parts.append(f"{words}: {listed}." if not why else f"{words} ({why}): {listed}.")
    return "\n\n".join(parts)


def _values(key: Key) -> str:
    """Return what a key may hold: its values and their unit, or links to the mappings that stand under it."""
    by_name = {one.name: _head(one) for one in _all()}
    links = [_link(by_name[name]) for name in key.holds]
    if not 0 < len(links) <= MOST_LINKS:
        return f"{key.values}, in {key.unit}" if key.unit else key.values
    return ", ".join([*links, *([] if key.values in WHOLE else [key.values])])


def _link(head: str) -> str:
    return f"[{head}](#{re.sub(r'[^a-z0-9 -]', '', head.lower()).replace(' ', '-')})"


def _opening(section: Section) -> str:
    """Return where a mapping stands, and what it is."""
    place = f"`{section.place}`" if section.place else "The file itself"
    return f"{place}: {_inside(section.meaning)}." if section.meaning else f"The objects under {place}."


def _meaning(key: Key) -> str:
    """Return what a key means, and in which generations of the interface it is."""
    text = _linked(key.meaning.replace("\n", " "))
    since, until = key.versions
    known = [f"since {since}" if since else "", f"not in {until}" if until else ""]
    generations = ", ".join(part for part in known if part)
    return f"{text} *({generations})*" if generations else text


def _idle(key: Key) -> str:
    """Return a key that does not act, for a list in one sentence."""
    return f"`{key.name}`, {_inside(key.meaning)}"


def _inside(sentence: str) -> str:
    """Return a sentence as a part of another one."""
    is_word = sentence[1:2].islower() or sentence[1:2] == " "
    return _linked((sentence[:1].lower() + sentence[1:] if is_word else sentence).removesuffix("."))


def _linked(text: str) -> str:
    """Return a text in which the sections of other pages are links."""
    return re.sub(r"\(docs/([\w-]+\.md#[\w-]+)\)", r"([more](\1))", text)
