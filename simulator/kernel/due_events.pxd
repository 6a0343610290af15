cimport cython

from simulator.kernel.calendar cimport Calendar
from simulator.kernel.task_lifecycle cimport Lives
from simulator.kernel.job_order cimport JobOrder
from simulator.kernel.node_capacity cimport Nodes
from simulator.kernel.notices cimport Notices
from simulator.kernel.queues cimport Queues

cdef int NONE, CLOSED, COMPLETED, TOGETHER
cdef long long FOREVER


cdef class Instants(Lives):
    cdef readonly long long now
    cdef readonly int arrived
    cdef int _rounds, _max_rounds
    cdef long long _next_submit, _settled
    cdef bint _is_plain, _is_single, _is_passed_on
    cdef signed char[::1] _is_alone
    cdef JobOrder _order
    cdef long long[::1] _ended

    cpdef long long next_instant(self)
    @cython.locals(entry=cython.longlong)
    cpdef int complete(self, long long now) except -1
    @cython.locals(task=int, following=int)
    cpdef int arrive(self, long long now) except -1
    @cython.final
    cdef int _forget_stale(self) except -1
    @cython.final
    @cython.locals(is_one=bint)
    cdef bint _end_plainly(self, long long now) except -1
    @cython.final
    @cython.locals(calendar=Calendar, queues=Queues, nodes=Nodes, node=int, done=int, queue=int, others_come=bint, heir=int, cell=int, shape=int)
    cdef int _end_one(self, long long now) except -1
    @cython.final
    cdef bint _may_end_together(self, long long now) noexcept
    @cython.final
    @cython.locals(calendar=Calendar, ended="long long[::1]", heir=int, count=int, at=int, is_orderly=bint)
    cdef int _end_several(self, long long now) except -1
    @cython.final
    @cython.locals(calendar=Calendar, ended="long long[::1]", entry=cython.longlong, task=int, cell=cython.longlong, count=int, at=int)
    cdef int _gather(self, long long now) except -1
    @cython.final
    @cython.locals(ended="long long[::1]", entry=cython.longlong, bits=int, slots=int, node=int, before=int, at=int, place=int, is_orderly=bint)
    cdef bint _put_in_order(self, int count) noexcept
    @cython.final
    @cython.locals(task=int, node=int, other=int)
    cdef long long _hand_over(self, int cell, int shape, int heir, long long now) except -1
    @cython.final
    @cython.locals(queues=Queues, nodes=Nodes, job=int, shape=int)
    cdef int _heir(self, int queue, int node) noexcept
    @cython.final
    cdef bint _is_local(self, int node) noexcept
    @cython.final
    @cython.locals(nodes=Nodes, queue=int)
    cdef int _use_up(self, int job, int node, long long now) except -1
    @cython.final
    @cython.locals(calendar=Calendar, queues=Queues, nodes=Nodes, notices=Notices, cells="int[::1]", running="int[::1]", submits="long long[::1]", last=int, settled=int, cell=int, bits=int, mask=cython.longlong, now=cython.longlong, due=cython.longlong, horizon=cython.longlong, submit=cython.longlong, following=cython.longlong, arrived=int, task=int, queue=int, job=int, shape=int, node=int)
    cdef int _run_quietly(self, long long until, int most) except -1
    @cython.final
    cdef bint _is_quiet(self) noexcept
