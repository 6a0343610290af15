cimport cython

from simulator.kernel.node_capacity cimport Nodes
from simulator.kernel.queues cimport Queues

cdef int NONE
cdef long long LAST


@cython.final
cdef class Eligibility:
    cdef readonly bint any
    cdef readonly signed char[::1] dedicated, led
    cdef readonly list members
    cdef readonly set returning
    cdef readonly int reserved
    cdef bint _reserve, _dedicated_gangs
    cdef list _managers, _only_dedicated
    cdef dict _barred
    cdef Nodes _nodes
    cdef Queues _queues

    cpdef void describe(self, int node, bint is_dedicated)
    cpdef void bar(self, int job, int node)
    cpdef void renew(self, int node)
    cpdef void start(self, int job, int task)
    cpdef void wait(self, int job, int task)
    cpdef int manager(self, int job)
    @cython.locals(best=int, blocked=int, queue=int, following=int, task=int, shape=int, earliest=cython.longlong, waiting_since=cython.longlong, place=cython.longlong, nodes=list)
    cpdef int first(self, int job) except -2
    @cython.locals(job=int)
    cpdef bint still_reserved(self)
    cpdef bint allows(self, int job, int task, int shape, int node)
    @cython.locals(found=list, node=int)
    cpdef list places(self, int job, int task, int shape, int most)
    @cython.locals(needed=int, able=int, node=int)
    cdef bint _could(self, int job, int shape)
