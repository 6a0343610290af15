cimport cython

from simulator.kernel.notices cimport Notices
from simulator.kernel.queues cimport Queues

cdef int FULL


@cython.final
cdef class Jobs:
    cdef readonly bint tracked
    cdef public bint closed
    cdef readonly int[::1] running
    cdef int[::1] _limits
    cdef Notices _notices
    cdef Queues _queues

    cpdef void track(self, list running)
    cpdef void started(self, int job)
    cpdef void ended(self, int job)
