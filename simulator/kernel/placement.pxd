cimport cython

from simulator.kernel.eligibility cimport Eligibility
from simulator.kernel.queue_fronts cimport Fronts
from simulator.kernel.node_capacity cimport Nodes
from simulator.kernel.queues cimport Queues

cdef int NONE, RECENT
cdef long long LAST


@cython.final
cdef class Placement:
    cdef readonly int node
    cdef public int only_node
    cdef Eligibility _eligibility
    cdef Nodes _nodes
    cdef Queues _queues

    cdef int _shapes

    @cython.locals(nodes=Nodes, shape=int)
    cpdef bint any(self) except -1
    @cython.locals(nodes=Nodes, queue=int, best=int, node=int)
    cpdef int first(self, int job) except -2
    @cython.locals(queues=Queues, fronts=Fronts, nodes=Nodes, line=int, at=int, queue=int, shape=int, task=int, best=int, earliest=cython.longlong)
    cdef int first_that_fits(self, int job, int slots, long long cores, long long memory) noexcept
    @cython.locals(queues=Queues, nodes=Nodes, queue=int, following=int, best=int, shape=int, node=int, found=int, most_free=int, slots=int, cores=cython.longlong, memory=cython.longlong, freed=cython.longlong, unseen=cython.longlong, place=cython.longlong, earliest=cython.longlong)
    cdef int _first_of_several(self, int begin) except -2
