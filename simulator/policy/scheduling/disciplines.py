"""Queue disciplines: which of the waiting tasks start in a pass.

Each is a generator of decisions over a view; what is free is asked anew after each of them. Where two tasks are equal,
the one that was created first comes first. Higher priority comes before everything else.
"""

from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator
from heapq import heapify, heappop, heapreplace

from simulator.policy.scheduling.room import Room
from simulator.policy.scheduling.view import Start, View
from simulator.policy.scheduling.waiting import Waiting

Key = Callable[[Waiting], tuple[int, ...]]


# ---- orders ------------------------------------------------------------------------------------------------


def by_creation(task: Waiting) -> tuple[int, ...]:
    """Order by age."""
    return (-task.priority, task.task)


def by_estimate(task: Waiting) -> tuple[int, ...]:
    """Order by estimated duration, the shortest first."""
    return (-task.priority, task.estimate, task.task)


def by_longest_estimate(task: Waiting) -> tuple[int, ...]:
    """Order by estimated duration, the longest first."""
    return (-task.priority, -task.estimate, task.task)


def by_size(task: Waiting) -> tuple[int, ...]:
    """Order by how many slots a task takes on all of its nodes together."""
    return (-task.priority, task.slots * task.instances, task.task)


def by_deadline(task: Waiting) -> tuple[int, ...]:
    """Order by deadline, the earliest first."""
    return (-task.priority, task.deadline, task.task)


# ---- disciplines -------------------------------------------------------------------------------------------


def in_order(view: View, *, bypass: bool = False) -> Iterator[Start]:
    """Start tasks in the order of the queue; the first without room holds up all others, unless they may pass it."""
    for task in view.waiting:
        if view.fits(task):
            yield Start(task)
        elif not bypass or not view.has_room:
            return


def easy(view: View) -> Iterator[Start]:
    """Backfill around a reservation of the first task that has no room; others pass it in the order of the queue."""
    waiting = iter(view.waiting)
    head = yield from _start_while_they_fit(view, waiting)
    if head is not None:
        yield from _backfill(view, head, waiting)


def easy_sjbf(view: View) -> Iterator[Start]:
    """Do the same, but let the shortest of the others pass first."""
    waiting = iter(view.waiting)
    head = yield from _start_while_they_fit(view, waiting)
    if head is not None and view.has_room:
        yield from _backfill(view, head, iter(sorted(waiting, key=_shortest)))


def conservative(view: View) -> Iterator[Start]:
    """Backfill where no task that came before is delayed: each has a reservation."""
    profile = _profile(view)
    for task in view.waiting:
        if not view.has_room:
            return
        at, nodes = profile.reserve(task, view)
        if nodes and at == view.now and all(view.has_room_on(task, node) for node in nodes):
            yield Start(task, nodes)


def fair_share(view: View) -> Iterator[Start]:
    """Start the first task of the job that has used least; a job whose first task has no room is passed over."""
    queues = {job: iter(waiting) for job, waiting in view.jobs.items()}
    heap: list[tuple[int, float, int, int, Waiting]] = []
    for job, queue in queues.items():
        first = next(queue, None)
        if first is not None:
            heap.append((-first.priority, view.used(job), view.held(job), job, first))
    heapify(heap)
    while heap and view.has_room:
        priority, used, slots, job, task = heap[0]
        if not view.fits(task):
            heappop(heap)
            continue
        yield Start(task)
        following = next(queues[job], None)
        if following is None:
            heappop(heap)
        else:
            heapreplace(heap, (priority, used, slots + task.slots * task.instances, job, following))


# ---- what they are made of ---------------------------------------------------------------------------------


def _shortest(task: Waiting) -> tuple[int, ...]:
    return (-task.priority, task.estimate, task.submitted, task.task)


def _start_while_they_fit(view: View, waiting: Iterator[Waiting]) -> Generator[Start, None, Waiting | None]:
    """Start tasks up to the first that has no room; return that one, None where all have started."""
    for task in waiting:
        if not view.fits(task):
            return task
        yield Start(task)
    return None


def _backfill(view: View, head: Waiting, others: Iterator[Waiting]) -> Iterator[Start]:
    """Start those of the others that do not delay the head: they end before its reservation, or leave room for it."""
    if not view.has_room:
        return
    shadow, later = _reservation(view, head)
    for task in others:
        if not view.fits(task):
            continue
        if later is None or view.now + task.estimate <= shadow:
            yield Start(task)
        else:
            nodes = view.places(task)
            later.take(task, nodes)
            if not later.fits(head):
                later.give(task, nodes)
                continue
            yield Start(task, nodes)
        if not view.has_room:
            return


def _reservation(view: View, head: Waiting) -> tuple[int, Room | None]:
    """Return when the head has room at the latest by the estimates, and what is free then, all that end then included.

    What should have ended counts as ended. Without a second value, it is not known that it ever has room.
    """
    room, at = view.room(), view.now
    for one in view.running:
        ends = max(one.ends, view.now)
        if ends != at and room.fits(head):
            return at, room
        room.give(one.task, one.nodes)
        at = ends
    return (at, room) if room.fits(head) else (at, None)


class _Profile:
    """What is free from now on, as steps: room `rooms[i]` from `times[i]` until the next step, the last for ever."""

    def __init__(self, times: list[int], rooms: list[Room]) -> None:
        self._times = times
        self._rooms = rooms

    def reserve(self, task: Waiting, view: View) -> tuple[int, tuple[int, ...]]:
        """Return the first instant from which a task has room for as long as it is expected to take, and where.

        The room is taken; at the present instant it is where the pool's placement puts the task, if that is free for
        long enough. No nodes: it is not known that it ever has room, and nothing is taken.
        """
        for begin, at in enumerate(self._times):
            if not self._rooms[begin].fits(task):
                continue
            free = self._rooms[begin].copy()
            for other in range(begin + 1, bisect_left(self._times, at + task.estimate)):
                free.least(self._rooms[other])
            nodes = free.first(task)
            if nodes and at == view.now and view.fits(task):
                wanted = view.places(task)
                nodes = wanted if all(free.has(task, node) for node in wanted) else nodes
            if nodes:
                for room in self._rooms[begin : self._step_at(at + task.estimate)]:
                    room.take(task, nodes)
                return at, nodes
        return view.now, ()

    def _step_at(self, at: int) -> int:
        """Return the number of the step that begins at an instant; there is one afterwards."""
        place = bisect_left(self._times, at)
        if place == len(self._times) or self._times[place] != at:
            self._times.insert(place, at)
            self._rooms.insert(place, self._rooms[place - 1].copy())
        return place


def _profile(view: View) -> _Profile:
    """Return what is free from now on if nothing else starts."""
    times, rooms = [view.now], [view.room()]
    for one in view.running:
        ends = max(one.ends, view.now)
        if ends != times[-1]:
            times.append(ends)
            rooms.append(rooms[-1].copy())
        rooms[-1].give(one.task, one.nodes)
    return _Profile(times, rooms)
