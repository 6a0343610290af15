cimport cython

from simulator.kernel.nodes cimport Nodes
from simulator.kernel.queues cimport Queues

cdef int NONE, LAST
cdef unsigned long long ONE
cdef const unsigned char[::1] LOWEST


@cython.final
cdef class Succession:
    cdef readonly bint is_able
    cdef Queues _queues
    cdef Nodes _nodes
    cdef int _core_step, _memory_step
    cdef int[::1] _queue_of
    cdef unsigned long long[::1] _by_slots, _by_cores, _by_memory

    @cython.locals(bits=cython.ulonglong, shape=int, queue=int)
    cdef int first(self, int job, int slots, long long cores, long long memory) noexcept
    @cython.locals(nodes=Nodes, bits=cython.ulonglong)
    cdef void leave(self, int job, int node) noexcept
    @cython.locals(queues=Queues, row=int, bit=cython.ulonglong, best=int, earliest=int, queue=int, task=int)
    cdef int _earliest(self, int job, unsigned long long bits) noexcept
