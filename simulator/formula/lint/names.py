"""Names: which ones are read, and which look like another one misspelt."""

from simulator.formula.tree import Name, Tree, walk
from simulator.formula.variables import SERVICE_NAMES


def is_near(name: str) -> bool:
    """Say whether a user variable looks like a misspelt service variable, not only vaguely so."""
    bare = name.lstrip("$").lower()
    services = [service.lstrip("$").lower() for service in SERVICE_NAMES]
    if bare in services:
        return True
    return name.startswith("$") and any(_distance(bare, service) <= 2 for service in services)


def _distance(one: str, other: str) -> int:
    """Give the edit distance of two short words."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def reads(tree: Tree) -> set[str]:
    """Give every name that some expression of a formula reads."""
    return {node.name for s in tree.statements for node in walk(s.value) if isinstance(node, Name)}
