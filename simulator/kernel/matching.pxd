cimport cython

from simulator.kernel.eligibility cimport Eligibility
from simulator.kernel.nodes cimport Nodes
from simulator.kernel.queues cimport Queues

cdef int NONE
cdef long long LAST


@cython.final
cdef class Matching:
    cdef readonly int node
    cdef Eligibility _eligibility
    cdef Nodes _nodes
    cdef Queues _queues

    @cython.locals(shape=int)
    cpdef bint any(self)
    @cython.locals(queue=int, best=int, other=int, task=int, shape=int, node=int, earliest=cython.longlong)
    cpdef int first(self, int job) except -2
