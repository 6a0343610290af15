cimport cython

from simulator.kernel.nodes cimport Nodes
from simulator.kernel.queues cimport Queues

cdef int NONE, LAST
cdef const unsigned char[::1] LOWEST


@cython.final
cdef class Succession:
    cdef readonly bint is_able
    cdef Queues _queues
    cdef Nodes _nodes
    cdef int _shapes, _core_step, _memory_step
    cdef int[::1] _queue_of
    cdef unsigned long long[::1] _by_slots, _by_cores, _by_memory

    @cython.locals(queues=Queues, nodes=Nodes, bits=cython.ulonglong, row=int, best=int, earliest=int, shape=int, queue=int, task=int)
    cdef int first(self, int job, int slots, long long cores, long long memory) noexcept
    @cython.locals(nodes=Nodes, bits=cython.ulonglong)
    cdef void leave(self, int job, int node) noexcept
