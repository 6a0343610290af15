"""What an editor of formulas needs to know: findings at their places with their mends, names with what they mean."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from simulator.formula.evaluate import MEMBERS
from simulator.formula.functions import FUNCTIONS
from simulator.formula.lint import RULES, lint_text
from simulator.formula.lint.fixing import fix
from simulator.formula.sampling import METHODS
from simulator.formula.source import Place, Source
from simulator.formula.variable_meanings import MEANINGS
from simulator.formula.variables import CONSTANTS, KEYWORDS, RETIRED, SERVICE_NAMES

FATES: Final[Mapping[str, str]] = {
    "requeue": "tasks of a node that leaves end at once and wait for another one",
    "terminate": "tasks of a node that leaves end for good",
    "taskcompletion": "a node leaves when its tasks have ended; meanwhile it takes no new ones",
    "retaineddata": "like taskcompletion, and until the files that its tasks keep have expired",
}
"""What the words for the deallocation option mean."""
MOST_LENGTH: Final = 20_000
"""Characters of a formula that is looked at; the service takes 8,192."""


def findings(text: str, slots: int | None, interval_minutes: float | None) -> list[dict[str, Any]]:
    """Return everything the linter finds, each with the part of the text that it is about, and its mend."""
    source = Source(text)
    return [
        {
            "from": (start := _offset(source, text, found.place)),
            "to": _end_of_word(text, start),
            "severity": str(found.level),
            "rule": found.rule,
            "message": found.message,
            "fix": found.fix,
            "why": RULES[found.rule].why,
            "evidence": list(found.evidence),
            "edits": [[edit.start, edit.end, edit.text] for edit in found.edits],
        }
        for found in lint_text(text[:MOST_LENGTH], slots=slots, interval_minutes=interval_minutes)
    ]


def mended(text: str, slots: int | None, interval_minutes: float | None) -> str:
    """Return a formula with all mends that need no decision; what lies beyond the part that is looked at stays."""
    looked_at, rest = text[:MOST_LENGTH], text[MOST_LENGTH:]
    return fix(looked_at, lambda one: lint_text(one, slots=slots, interval_minutes=interval_minutes)).text + rest


def _offset(source: Source, text: str, place: Place) -> int:
    """Return where a place is; the end of the text has one too."""
    line = source.place(0).line
    at = 0
    while line < place.line:
        following = text.find("\n", at)
        if following < 0:
            return len(text)
        at, line = following + 1, line + 1
    return min(at + place.column - 1, len(text))


def _end_of_word(text: str, start: int) -> int:
    """Return where the word at a place ends; a sign is a word of its own."""
    end = start
    if text[end : end + 1] == "$":
        end += 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return max(end, min(start + 1, len(text)))


@cache
def language() -> list[dict[str, str]]:
    """Return every name of the language with its kind, how it is written, and what it means."""
    return list(_names())


def _names() -> Iterator[dict[str, str]]:
    for name in SERVICE_NAMES:
        if name not in RETIRED:
            yield _name(name, "variable", name, MEANINGS[name])
    for function in FUNCTIONS.values():
        yield _name(function.name, "function", function.usage, function.meaning)
    for name, method in METHODS.items():
        meaning = inspect.cleandoc(method.__doc__ or "").partition("\n")[0]
        yield _name(name, "method", f"$Metric.{name}(…)", meaning.removeprefix("Return ").rstrip("."))
    for name in MEMBERS:
        yield _name(name, "property", f"time().{name}", f"the {name} of an instant, in UTC")
    for name in CONSTANTS:
        unit = name.partition("_")[2]
        yield _name(name, "constant", name, f"a span of time: {'none' if unit == 'Zero' else f'one {unit.lower()}'}")
    for name in KEYWORDS:
        yield _name(name, "keyword", f"$NodeDeallocationOption = {name};", FATES[name])


def _name(name: str, kind: str, usage: str, meaning: str) -> dict[str, str]:
    return {"name": name, "kind": kind, "usage": usage, "meaning": meaning.replace("`", "")}
