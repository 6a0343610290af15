"""Tasks that wait for others: how many parents of each have not completed, and whom a completed one lets go."""

from array import array

from simulator.kernel.tasks import Tasks


class Parents:
    """The edges between the tasks of a pool."""

    __slots__ = ("_children", "_children_from", "_gone", "_satisfies", "any", "missing")

    def __init__(self, tasks: Tasks) -> None:
        self.any = len(tasks.parents) > 0
        """Whether any task waits for another."""
        self.missing = array("i", tasks.parents)
        """Parents that have not completed; empty where no task has any."""
        self._children_from = tasks.children_from
        self._children = tasks.children
        self._satisfies = tasks.satisfies
        self._gone: set[int] = set()
        """Reactivated tasks that had let their children go before."""

    def let_go(self, task: int, failed: bool) -> list[int]:
        """Hear that `task` has completed; give the children that wait for nobody now."""
        free: list[int] = []
        if (self._gone and task in self._gone) or not self._lets_go(task, failed):
            return free
        for at in range(self._children_from[task], self._children_from[task + 1]):
            child = self._children[at]
            self.missing[child] -= 1
            if self.missing[child] == 0:
                free.append(child)
        return free

    def again(self, task: int) -> None:
        """Hear that `task`, which has failed, is to run again: whom it has let go it does not let go twice."""
        if self._lets_go(task, True):
            self._gone.add(task)

    def _lets_go(self, task: int, failed: bool) -> bool:
        return bool(self._satisfies[task] & 1) if failed else not self._satisfies[task] & 2
