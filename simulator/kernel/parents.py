"""Tasks that wait for others: how many parents of each have not completed, and whom a completed one lets go."""

from array import array

from simulator.kernel.tasks import Tasks


class Parents:
    """The edges between the tasks of a pool."""

    __slots__ = ("_children", "_children_from", "_satisfies", "any", "missing")

    def __init__(self, tasks: Tasks) -> None:
        self.any = len(tasks.parents) > 0
        """Whether any task waits for another."""
        self.missing = array("i", tasks.parents)
        """Parents that have not completed; empty where no task has any."""
        self._children_from = tasks.children_from
        self._children = tasks.children
        self._satisfies = tasks.satisfies

    def let_go(self, task: int, failed: bool) -> list[int]:
        """Hear that `task` has completed; give the children that wait for nobody now."""
        free: list[int] = []
        if failed and not self._satisfies[task]:
            return free
        for at in range(self._children_from[task], self._children_from[task + 1]):
            child = self._children[at]
            self.missing[child] -= 1
            if self.missing[child] == 0:
                free.append(child)
        return free
