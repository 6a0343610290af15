"""Time literals: which can never be parsed, and what was probably meant."""

import re
from collections.abc import Iterator
from typing import Final

from simulator.formula.edits import Edit
from simulator.formula.tree import Call, Expression, Name, Text, Tree, walk
from simulator.formula.values import parse_time

_FRACTION: Final = re.compile(r"(\.\d{7})\d+")
_NO_ZONE: Final = re.compile(r".*T\d{2}:\d{2}(:\d{2}(\.\d+)?)?")


def wrong_time(text: str) -> str | None:
    """Return what keeps a text from being parsed as a time; None where nothing does."""
    try:
        parse_time(text) if text else None
    except ValueError as error:
        return str(error)
    return None


def mended_time(literal: Text) -> tuple[Edit, ...]:
    """Return the edit that makes a literal a time with its zone, where it lacks only that or has too many digits."""
    text = _FRACTION.sub(r"\1", literal.value)
    if _NO_ZONE.fullmatch(text):
        text += "Z"
    if text == literal.value or wrong_time(text) is not None:
        return ()
    return (Edit(literal.start, literal.start + len(literal.value) + 2, f'"{text}"'),)


def unreadable_times(tree: Tree) -> Iterator[tuple[int, str]]:
    """Yield the offset of each `time(...)` whose text can never be parsed, with what is wrong with it.

    A text may stand in a variable that is assigned once.
    """
    values = {s.target: s.value for s in tree.statements if isinstance(s.value, Text)}
    assigned = [s.target for s in tree.statements]

    def literal(node: Expression) -> Text | None:
        if isinstance(node, Name) and assigned.count(node.name) == 1:
            node = values.get(node.name, node)
        return node if isinstance(node, Text) else None

    for statement in tree.statements:
        for node in walk(statement.value):
            if isinstance(node, Call) and node.name == "time" and len(node.arguments) == 1:
                found = literal(node.arguments[0])
                wrong = wrong_time(found.value) if found is not None else None
                if wrong is not None:
                    yield node.bracket, wrong
