"""Tasks that wait for others: how many parents of each have not completed, and which tasks a completed one releases."""

from array import array

from simulator.kernel.buffers import appended, extended
from simulator.kernel.inputs import Tasks


class Parents:
    """The edges between the tasks of a pool."""

    __slots__ = ("_edges", "_gone", "_satisfies", "any", "children", "children_from", "later", "missing", "unfetched")

    def __init__(self) -> None:
        self.any = False
        """Whether any task waits for another."""
        self.missing = array("i")
        """Parents that have not completed; empty where no task has any."""
        self.children_from = array("i")
        self.children = array("i")
        self._edges = 0
        """How many rows of `children` are in use."""
        self.later: dict[int, list[int]] = {}
        """The children of a task that came after it, by task."""
        self._satisfies = array("b")
        self._gone: set[int] = set()
        """Reactivated tasks that had released their children before."""
        self.unfetched: set[int] = set()
        """Tasks that failed before they started: another condition says what that means for their children."""

    def add_tasks(self, before: int, tasks: Tasks) -> None:
        """Add the edges of tasks that come behind `before` others, but for those from earlier parents (`wait_for`)."""
        count, edges = len(tasks), self._edges
        self.any = self.any or len(tasks.parents) > 0
        if not self.any:
            return
        ends = array("i", [edges + end for end in (tasks.children_from or [0] * (count + 1))])
        if len(self.children_from) == 0:
            self.children_from = array("i", [0]) * (before + 1)
        self.missing = extended("i", self.missing, before, array("i", tasks.parents), count, 0)
        self._satisfies = extended("b", self._satisfies, before, tasks.satisfies or array("b", bytes(count)), count, 0)
        self.children_from = appended(self.children_from, before + 1, ends[1:])
        self.children = appended(self.children, edges, tasks.children)
        self._edges = edges + len(tasks.children)

    def shorten(self, count: int) -> None:
        """Remove the edges to and from all tasks but the first `count`."""
        if not self.any:
            return
        self._edges = self.children_from[count]
        self.later = {
            parent: [child for child in children if child < count]
            for parent, children in self.later.items()
            if parent < count
        }

    def wait_for(self, parent: int, child: int, is_completed: bool, failed: bool) -> None:
        """Have `child` wait for a `parent` that came before it, unless that has released its children already."""
        if parent in self._gone or (is_completed and self._satisfied(parent, failed)):
            self.missing[child] -= 1
        else:
            self.later.setdefault(parent, []).append(child)

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
