cimport cython

from simulator.kernel.heap cimport Heap
from simulator.kernel.lives cimport Lives
from simulator.kernel.order cimport JobOrder
from simulator.kernel.nodes cimport Nodes
from simulator.kernel.queues cimport Queues

cdef int NONE, CLOSED
cdef long long FOREVER


cdef class Instants(Lives):
    cdef readonly long long now
    cdef readonly int arrived
    cdef int _rounds, _max_rounds
    cdef long long _next_submit, _settled
    cdef bint _is_plain, _is_uniform, _is_single, _is_passed_on
    cdef signed char[::1] _is_alone
    cdef JobOrder _order

    cpdef long long next_instant(self)
    @cython.locals(entry=cython.longlong)
    cpdef int complete(self, long long now) except -1
    @cython.locals(task=int, following=int)
    cpdef int arrive(self, long long now) except -1
    @cython.final
    cdef void _forget_stale(self) noexcept
    @cython.final
    @cython.locals(calendar=Heap, queues=Queues, nodes=Nodes, node=int, done=int, queue=int, others_come=bint, heir=int, task=int, cell=int, shape=int, other=int)
    cdef bint _end_one(self, long long now) except -1
    @cython.final
    @cython.locals(queues=Queues, nodes=Nodes, job=int, shape=int)
    cdef int _heir(self, int queue, int node) noexcept
    @cython.final
    @cython.locals(nodes=Nodes, queue=int)
    cdef int _use_up(self, int job, int node, long long now) except -1
    @cython.final
    @cython.locals(queues=Queues, task=int, following=cython.longlong, queue=int, shape=int, node=int)
    cdef bint _start_at_once(self, long long now) except -1
