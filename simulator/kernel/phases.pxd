cimport cython

from simulator.kernel.job_order cimport JobOrder
from simulator.kernel.task_lifecycle cimport TaskLifecycle

cdef int NONE, CLOSED, DISPLACED
cdef long long FOREVER


cdef class Phases(TaskLifecycle):
    cdef readonly long long now, next_submit, completed_at
    cdef readonly int arrived, rounds
    cdef readonly JobOrder order
    cdef readonly object displacement
    cdef readonly bint displaces, each_event
    cdef readonly object planner
    cdef int _max_rounds

    cpdef long long next_instant(self)
    @cython.locals(entry=cython.longlong)
    cpdef int complete(self, long long now) except -1
    @cython.final
    @cython.locals(due=list, early=set, row=int)
    cdef int _complete_one_by_one(self, long long now) except -1
    @cython.final
    @cython.locals(due=list, entry=cython.longlong)
    cdef list _take_due(self, long long now)
    @cython.locals(task=int, following=int)
    cpdef int arrive(self, long long now) except -1
    @cython.final
    cdef int drop_stale(self) except -1
    @cython.locals(level=int, jobs=int)
    cpdef int dispatch(self, long long now) except -1
    @cython.final
    cdef int dispatch_on(self, int node, long long now) except -1
    @cython.final
    @cython.locals(order=JobOrder, job=int, queue=int)
    cdef int _serve_level(self, int level, long long now) except -1
    @cython.final
    @cython.locals(queue=int)
    cdef int _serve_job(self, int job, long long now) except -1
    @cython.final
    cdef bint _is_reserved_at(self, int level) except -1
    @cython.final
    @cython.locals(level=int, start=int, job=int, task=int)
    cdef int _displace(self, long long now) except -1
