"""What a run calls pools, jobs, tasks and nodes: the second one of an id has a name of its own."""

from typing import Final

from simulator.states import NodeKind

AGAIN: Final = "~"
"""Stands between an id and a number in the names of what is created again under it; no id has it."""


def service_id(name: str) -> str:
    """Return the id by which clients know a pool, job or task of a run."""
    return name.partition(AGAIN)[0]


def id_of(name: str) -> str:
    """Return such an id in lower case: the service compares ids without it."""
    return service_id(name).lower()


def run_name(name: str, number: int) -> str:
    """Return what a run calls the pool, job or task that is the `number`-th of its id, from 1 on."""
    return name if number == 1 else f"{name}{AGAIN}{number}"


_KIND_LETTERS: Final = {NodeKind.DEDICATED: "d", NodeKind.LOW_PRIORITY: "p"}


def node_id(pool: str, number: int, kind: NodeKind) -> str:
    """Return the id of the `number`-th node that a pool of a run gets, from 1 on."""
    return f"{pool}_{number}_{_KIND_LETTERS[kind]}"


def kind_of_node(pool: str, node: str) -> NodeKind | None:
    """Return of which kind the node is that has an id in a pool of a run; None where no node there can have it."""
    number, _, letter = node[len(pool) + 1 :].partition("_")
    is_number = number.isascii() and number.isdigit() and not number.startswith("0")
    if not node.lower().startswith(f"{pool.lower()}_") or not is_number:
        return None
    return next((kind for kind, known in _KIND_LETTERS.items() if known == letter.lower()), None)
