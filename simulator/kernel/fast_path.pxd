cimport cython

from simulator.kernel.calendar cimport Calendar
from simulator.kernel.node_capacity cimport Nodes
from simulator.kernel.notices cimport Notices
from simulator.kernel.phases cimport Phases
from simulator.kernel.placement cimport Placement
from simulator.kernel.queues cimport Queues

cdef int NONE, COMPLETED, TOGETHER
cdef long long FOREVER


cdef class FastPath:
    cdef readonly bint is_plain
    cdef bint _is_single
    cdef long long[::1] _ended
    cdef object _contract

    @cython.final
    @cython.locals(is_one=bint, is_settled=bint)
    cdef bint settle(self, Phases pool, long long now) except -1
    @cython.final
    @cython.locals(events=int)
    cdef int settle_many(self, Phases pool, long long until, int most) except -1
    @cython.final
    cdef bint _are_alike(self, Phases pool) noexcept
    @cython.final
    @cython.locals(calendar=Calendar, queues=Queues, nodes=Nodes, node=int, done=int, queue=int, others_fit=bint, successor=int, cell=int, shape=int)
    cdef int _end_one(self, Phases pool, long long now) except -1
    @cython.final
    @cython.locals(queues=Queues, nodes=Nodes, job=int, shape=int)
    cdef int _successor(self, Phases pool, int queue, int node) noexcept
    @cython.final
    @cython.locals(task=int, node=int, other=int)
    cdef long long _hand_over(self, Phases pool, int cell, int shape, int successor, long long now) except -1
    @cython.final
    @cython.locals(nodes=Nodes, placement=Placement, queue=int)
    cdef int _use_up(self, Phases pool, int job, int node, long long now) except -1
    @cython.final
    cdef bint _is_local(self, Phases pool, int node) noexcept
    @cython.final
    @cython.locals(calendar=Calendar, ended="long long[::1]", queues=Queues, successor=int, count=int, at=int, is_orderly=bint)
    cdef int _end_several(self, Phases pool, long long now) except -1
    @cython.final
    @cython.locals(calendar=Calendar, ended="long long[::1]", entry=cython.longlong, bits=int, task=int, cell=cython.longlong, count=int, at=int)
    cdef int _gather(self, Phases pool, long long now) except -1
    @cython.final
    @cython.locals(ended="long long[::1]", entry=cython.longlong, bits=int, slots=int, node=int, before=int, at=int, place=int, is_orderly=bint)
    cdef bint _put_in_order(self, Phases pool, int count) noexcept
    @cython.final
    cdef bint _is_quiet(self, Phases pool) noexcept
    @cython.final
    @cython.locals(calendar=Calendar, queues=Queues, nodes=Nodes, notices=Notices, cells="int[::1]", running="int[::1]", submits="long long[::1]", bits=int, last=int, events=int, cell=int, now=cython.longlong, due=cython.longlong, horizon=cython.longlong, submit=cython.longlong, following=cython.longlong, arrived=int, task=int, job=int, shape=int, node=int)
    cdef int _run(self, Phases pool, long long until, int most) except -1
