"""Names: which ones are read, and which look like another one misspelt."""

from collections.abc import Iterable
from difflib import get_close_matches

from simulator.formula.tree import Name, Tree, walk
from simulator.formula.variables import ALIASES, OPTION, TARGETS

WRITABLE = (*TARGETS, *ALIASES, OPTION)


def near_target(name: str) -> str | None:
    """Return the target or option that a variable's name is almost, None where it is its own."""
    bare = name.lstrip("$").lower()
    for other in WRITABLE:
        if bare == other.lstrip("$").lower():
            return other
    if not name.startswith("$"):
        return None
    near = min(WRITABLE, key=lambda other: _distance(bare, other.lstrip("$").lower()))
    if _distance(bare, near.lstrip("$").lower()) <= 3:
        return near
    if bare.startswith(("target", "nodedealloc")):
        return next(iter(get_close_matches(name, WRITABLE, n=1, cutoff=0.5)), TARGETS[0])
    return None


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was meant: the same but for case, or the only one a letter away."""
    names = [other for other in known if other != name]
    same = [other for other in names if other.lower() == name.lower()]
    near = same or [other for other in names if len(name) > 3 and _distance(name, other) == 1]
    return near[0] if len(near) == 1 else None


def _distance(one: str, other: str) -> int:
    """Return the edit distance of two short words."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def reads(tree: Tree) -> set[str]:
    """Return every name that some expression of a formula reads."""
    return {node.name for s in tree.statements for node in walk(s.value) if isinstance(node, Name)}
