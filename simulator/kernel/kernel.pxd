cimport cython

from simulator.kernel.attempts cimport Attempts
from simulator.kernel.heap cimport Heap
from simulator.kernel.matching cimport Matching
from simulator.kernel.nodes cimport Nodes
from simulator.kernel.notices cimport Notices
from simulator.kernel.order cimport Dice, JobOrder
from simulator.kernel.parents cimport Parents
from simulator.kernel.queues cimport Queues

cdef int NONE, BREATH
cdef long long FOREVER
cdef int ACTIVE, RUNNING, COMPLETED, SUCCEEDED, FAILED, TERMINATED


@cython.final
cdef class Kernel:
    cdef readonly object tasks
    cdef readonly list shapes
    cdef readonly Notices notices
    cdef readonly Parents parents
    cdef readonly Nodes nodes
    cdef readonly Attempts attempts
    cdef readonly Queues queues
    cdef readonly Matching matching
    cdef readonly Heap calendar
    cdef readonly long long now
    cdef readonly int count, arrived, parked, blocked, completed, failed
    cdef readonly long long[::1] submit
    cdef readonly int[::1] queue, retries, row, parked_of_shape, running_of_shape
    cdef readonly signed char[::1] never_fits, state
    cdef int[::1] _max_retries, _failures, _cell, _candidates
    cdef long long[::1] _span
    cdef int _bits, _stale, _rounds, _max_rounds
    cdef long long _mask, _last, _next_submit, _settled
    cdef bint _fallible
    cdef Dice _dice
    cdef JobOrder _order
    cdef bint _retry_at_tail, _random_ties

    cpdef object shape_of(self, int task)
    cpdef long long next_instant(self)
    @cython.locals(now=cython.longlong, instants=int)
    cpdef long long advance(self, long long until)
    @cython.locals(entry=cython.longlong)
    cpdef void complete(self, long long now)
    @cython.locals(task=int)
    cpdef void arrive(self, long long now)
    @cython.locals(level=int, jobs=int)
    cpdef void dispatch(self, long long now)
    cpdef void in_service(self, int node)
    cpdef bint drain(self, int node)
    cpdef list out_of_service(self, int node, long long now, int outcome)
    @cython.locals(jobs="int[::1]", count=int, start=int, chosen=int, refused=bint, job=int, queue=int, place=int)
    cdef void _serve_level(self, int level, long long now)
    @cython.locals(queue=int)
    cdef void _serve_job(self, int job, long long now)
    @cython.locals(end=cython.longlong, outcome=int, instance=int, node=int, equals=list)
    cdef int _start(self, int task, int shape, long long now) except -1
    @cython.locals(head=int)
    @cython.locals(task=int)
    cdef bint _is_valid(self, long long entry)
    cdef int _finish(self, int task) except -1
    @cython.locals(failures=int)
    cdef bint _fails(self, int task)
    @cython.locals(limit=int)
    cdef void _fail(self, int task)
    @cython.locals(first=int, row=int)
    cdef void _stop(self, int task, long long now, int outcome)
    @cython.locals(shape=int, first=int, row=int)
    cdef int _release(self, int task) except -1
    @cython.locals(node=int)
    cdef int _vacate(self, int cell, int shape) except -1
    cdef int _settle(self, int task) except -1
    cdef void _park(self, int task)
    @cython.locals(child=int)
    cdef void _unblock(self, int task, bint failed)
