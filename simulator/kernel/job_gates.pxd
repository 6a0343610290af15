cimport cython

from simulator.kernel.notices cimport Notices
from simulator.kernel.queues cimport Queues

cdef int FULL


@cython.final
cdef class Jobs:
    cdef readonly bint tracked
    cdef readonly int count
    cdef public bint closed
    cdef readonly int[::1] running
    cdef int[::1] _limits
    cdef Notices _notices
    cdef Queues _queues

    cpdef void track(self, list running)
    cpdef int started(self, int job) except -1
    cpdef int ended(self, int job) except -1
