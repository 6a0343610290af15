"""Policies as users write them, right and wrong ones."""

from collections.abc import Iterator, Sequence

from simulator.policy.scheduling.placements import Draw, Node, Request
from simulator.policy.scheduling.view import Start, View


def youngest_first(view: View, *, most: int = 1000) -> Iterator[Start]:
    """Start the task that came last, so many in a pass at most."""
    for task in sorted(view.waiting, key=lambda task: -task.task)[:most]:
        if view.fits(task):
            yield Start(task)


def highest_id(task: Request, nodes: Sequence[Node], draw: Draw, *, spare: int = 0) -> Node:
    """Take the node that was created last, but for so many."""
    del task, draw
    return nodes[-1 - spare]


def starts_twice(view: View) -> Iterator[Start]:
    for task in list(view.waiting)[:1]:
        yield Start(task)
        yield Start(task)


def starts_nowhere(view: View) -> Iterator[Start]:
    for task in list(view.waiting)[:2]:
        yield Start(task, (0,))


def starts_on_too_many(view: View) -> Iterator[Start]:
    for task in view.waiting:
        yield Start(task, (0, 1))


def names_tasks(view: View) -> Iterator[int]:
    for task in view.waiting:
        yield task.task


def divides_by_nothing(view: View) -> Iterator[Start]:
    for task in view.waiting:
        yield Start(task, (task.task // 0,))


def takes_no_node(task: Request, nodes: Sequence[Node], draw: Draw) -> None:
    del task, nodes, draw


NUMBER = 3
