"""The queues of each job in order of their first tasks, in one line for all that need equally many slots."""

from simulator.kernel.buffers import Column, column, widened

NONE = -1


class Fronts:
    """Lines of queues in order of their first tasks; queues in which no task waits are at the end.

    The lines of a job ascend by slots. The order is that of the tasks' numbers: it holds where tasks keep the places in
    which they were created.
    """

    __slots__ = (
        "_at",
        "_front",
        "_line_of",
        "_lines",
        "_room",
        "_used",
        "any",
        "first_of_job",
        "next_of_job",
        "order",
        "size",
        "slots",
        "start",
    )

    def __init__(self) -> None:
        self.any = False
        """Whether any line has more than one queue: if not, there is nothing to be kept in order."""
        self._lines: dict[tuple[int, int], int] = {}
        """By job and slots."""
        self._front = column("i", [])
        """By queue: its first task."""
        self._line_of = column("i", [])
        self._at = column("i", [])
        """Where each queue stands in `order`."""
        self.order = column("i", [])
        """The queues; line i stands at `start[i]` … `start[i] + size[i]` − 1."""
        self._used = 0
        """How many places of `order` belong to lines, or did before these moved."""
        self.start = column("i", [])
        self.size = column("i", [])
        self._room = column("i", [])
        """How many places each line has."""
        self.slots = column("i", [])
        """What tasks in each line need."""
        self.first_of_job = column("i", [])
        """The first line of each job, NONE where it has none."""
        self.next_of_job = column("i", [])
        """The next line of the same job, NONE at the last."""

    def add(self, queue: int, job: int, slots: int, front: Column) -> None:
        """Add a queue in which no task waits; `front` is the column of first tasks, which may have moved."""
        self._front = front
        if (job, slots) not in self._lines:
            self._add_line(job, slots)
        line = self._lines[job, slots]
        at = self.start[line] + self.size[line]
        if self.size[line] == self._room[line]:
            at = self._move(line)
        self.size[line] += 1
        self.any = self.any or self.size[line] > 1
        self._line_of = widened("i", self._line_of, NONE, queue + 1)
        self._at = widened("i", self._at, NONE, queue + 1)
        self._line_of[queue] = line
        self._at[queue] = at
        self.order[at] = queue

    def _add_line(self, job: int, slots: int) -> None:
        """Add a line without queues, among those of its job in order of slots."""
        line = len(self._lines)
        self._lines[job, slots] = line
        for name in ("start", "size", "_room"):
            setattr(self, name, widened("i", getattr(self, name), 0, line + 1))
        self.slots = widened("i", self.slots, slots, line + 1)
        self.slots[line] = slots
        self.next_of_job = widened("i", self.next_of_job, NONE, line + 1)
        self.first_of_job = widened("i", self.first_of_job, NONE, job + 1)
        before = NONE
        after = self.first_of_job[job]
        while after != NONE and self.slots[after] < slots:
            before = after
            after = self.next_of_job[after]
        self.next_of_job[line] = after
        if before == NONE:
            self.first_of_job[job] = line
        else:
            self.next_of_job[before] = line

    def _move(self, line: int) -> int:
        """Move a line that has no place left to the end of `order`; return its first free place there."""
        size = self.size[line]
        begin = self.start[line]
        start = self._used
        self._room[line] = max(1, size + size // 2 + 1) if size else 1
        self._used = start + self._room[line]
        self.order = widened("i", self.order, NONE, self._used)
        self.start[line] = start
        for place in range(size):
            queue = self.order[begin + place]
            self.order[start + place] = queue
            self._at[queue] = start + place
        return start + size

    def moved_up(self, queue: int) -> None:
        """Note that an earlier task than before is the first of `queue`, or that one waits there now."""
        task = self._front[queue]
        start = self.start[self._line_of[queue]]
        at = self._at[queue]
        while at > start:
            other = self.order[at - 1]
            if NONE < self._front[other] < task:
                break
            self.order[at] = other
            self._at[other] = at
            at -= 1
        self.order[at] = queue
        self._at[queue] = at

    def moved_back(self, queue: int) -> None:
        """Note that a later task than before is the first of `queue`, or that no task waits there now."""
        task = self._front[queue]
        line = self._line_of[queue]
        last = self.start[line] + self.size[line] - 1
        at = self._at[queue]
        while at < last:
            other = self.order[at + 1]
            if self._front[other] == NONE or NONE < task < self._front[other]:
                break
            self.order[at] = other
            self._at[other] = at
            at += 1
        self.order[at] = queue
        self._at[queue] = at
