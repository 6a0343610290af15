"""Tasks that wait for others: how many parents of each have not completed, and which tasks a completed one releases."""

from array import array

from simulator.kernel.inputs import Tasks


class Parents:
    """The edges between the tasks of a pool."""

    __slots__ = ("_gone", "_satisfies", "any", "children", "children_from", "missing", "unfetched")

    def __init__(self, tasks: Tasks) -> None:
        self.any = len(tasks.parents) > 0
        """Whether any task waits for another."""
        self.missing = array("i", tasks.parents)
        """Parents that have not completed; empty where no task has any."""
        self.children_from = tasks.children_from
        self.children = tasks.children
        self._satisfies = tasks.satisfies
        self._gone: set[int] = set()
        """Reactivated tasks that had released their children before."""
        self.unfetched: set[int] = set()
        """Tasks that failed before they started: another condition says what that means for their children."""

    def releases_children(self, task: int, failed: bool) -> bool:
        """Return whether the children of `task`, which has completed, wait for it no more from now on."""
        return not (self._gone and task in self._gone) and self._satisfied(task, failed)

    def again(self, task: int) -> None:
        """Note that `task`, which has failed, is to run again: it does not release its children twice."""
        if self._satisfied(task, True):
            self._gone.add(task)
        self.unfetched.discard(task)

    def _satisfied(self, task: int, failed: bool) -> bool:
        if not failed:
            return not self._satisfies[task] & 2
        return bool(self._satisfies[task] & (4 if self.unfetched and task in self.unfetched else 1))
