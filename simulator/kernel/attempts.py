"""What a kernel records: one row for each instance of each execution of a task on a node."""

from simulator.kernel.buffers import resized, zeros


class Attempts:
    """Columns that grow by rows; the first `count` rows are in use."""

    __slots__ = ("_rows", "assigned", "count", "end", "instance", "node", "outcome", "task")

    def __init__(self, expected: int) -> None:
        rows = max(expected, 64)
        self._rows = rows
        self.count = 0
        self.task = zeros("i", rows)
        self.node = zeros("i", rows)
        self.instance = zeros("i", rows)
        self.assigned = zeros("q", rows)
        self.end = zeros("q", rows)
        """When it ended, or will end if nothing stops it."""
        self.outcome = zeros("b", rows)
        """What it came to, or will come to if nothing stops it."""

    def expect(self, more: int) -> None:
        """Make rows for so many tasks that have come: most of them will have one attempt each."""
        if self.count + more > self._rows:
            self._grow(max(self.count + more - self._rows, self._rows // 2))

    def __len__(self) -> int:
        return self.count

    def append(self, task: int, node: int, now: int, end: int, outcome: int) -> int:
        """Record that the first instance of `task` has been put on `node`; return its row."""
        row = self.count
        if row == self._rows:
            self._grow(row // 2)
        self.count = row + 1
        self.task[row] = task
        self.node[row] = node
        self.assigned[row] = now
        self.end[row] = end
        self.outcome[row] = outcome
        return row

    def _grow(self, more: int) -> None:
        self._rows += more
        self.task = resized("i", self.task, self.count, self._rows)
        self.node = resized("i", self.node, self.count, self._rows)
        self.instance = resized("i", self.instance, self.count, self._rows)
        self.assigned = resized("q", self.assigned, self.count, self._rows)
        self.end = resized("q", self.end, self.count, self._rows)
        self.outcome = resized("b", self.outcome, self.count, self._rows)
