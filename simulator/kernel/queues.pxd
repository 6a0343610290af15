cimport cython

from simulator.kernel.queue_fronts cimport Fronts
from simulator.kernel.heap cimport Heap

cdef int NONE


@cython.final
cdef class Queues:
    cdef readonly int count, open_jobs, shut_jobs, levels, rankings
    cdef readonly int[::1] job, shape, link, front
    cdef readonly int[::1] waiting_of_shape, waiting_of_job, first_of_job, next_of_job
    cdef readonly int[::1] level_of_job, level_start, level_size, jobs
    cdef readonly Fronts fronts
    cdef readonly signed char[::1] gate, is_alone
    cdef readonly long long[::1] created
    cdef readonly bint listed
    cdef readonly list changes, priorities
    cdef int _bits
    cdef bint _reordered, _in_line
    cdef long long _next_place
    cdef long long[::1] _place
    cdef int[::1] _head, _tail, _last_of_job
    cdef list _returned
    cdef dict _level_of, _room

    @cython.locals(queue=int, first=int)
    cpdef int add_queue(self, int job, int shape, int slots, int instances) except -1
    cpdef void to_tail(self, int task)
    cpdef void put_at(self, int task, long long place)
    cpdef void shut(self, int job, int why)
    @cython.locals(shut=int)
    cpdef void reopen(self, int job, int why)
    cpdef long long place(self, int task) noexcept
    cpdef int put(self, int task, int queue) except -1
    cpdef int put_back(self, int task, int queue) except -1
    @cython.locals(place=cython.longlong, returned=Heap)
    cdef int _insert(self, int task, int queue) except -1
    @cython.locals(task=int, head=int, job=int, left=int, returned=Heap)
    cpdef int take(self, int queue)
    @cython.locals(ahead=list)
    cpdef int remove(self, int task, int queue) except -1
    @cython.locals(job=int, before=int)
    cdef void _enter(self, int queue) noexcept
    @cython.locals(job=int, left=int)
    cdef void _leave(self, int queue) noexcept
    @cython.locals(level=int, start=int, at=int, other=int, created=cython.longlong, age=cython.longlong)
    cdef void _enter_level(self, int job) noexcept
    @cython.locals(level=int, at=int, last=int)
    cdef void _leave_level(self, int job) noexcept
