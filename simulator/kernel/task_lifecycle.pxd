cimport cython

from simulator.kernel.attempts cimport Attempts
from simulator.kernel.eligibility cimport Eligibility
from simulator.kernel.calendar cimport Calendar
from simulator.kernel.job_gates cimport Jobs
from simulator.kernel.placement cimport Placement
from simulator.kernel.node_capacity cimport Nodes
from simulator.kernel.notices cimport Notices
from simulator.kernel.random_stream cimport RandomStream
from simulator.kernel.parents cimport Parents
from simulator.kernel.queues cimport Queues
from simulator.kernel.cpu_sharing cimport Sharing
from simulator.kernel.attempt_duration cimport Work

cdef int NONE
cdef int ACTIVE, RUNNING, COMPLETED, SUCCEEDED, FAILED, TERMINATED, EXPIRED, UNPREPARED, UNFETCHED


cdef class TaskLifecycle:
    cdef readonly object tasks
    cdef readonly list shapes, overdue
    cdef readonly Notices notices
    cdef readonly Jobs jobs
    cdef readonly Eligibility eligibility
    cdef readonly Work work
    cdef readonly Parents parents
    cdef readonly Nodes nodes
    cdef readonly Attempts attempts
    cdef readonly Queues queues
    cdef readonly Placement placement
    cdef readonly Calendar calendar
    cdef readonly Sharing sharing
    cdef readonly int count
    cdef public int abandoned, blocked, completed, failed, parked, removed
    cdef readonly long long[::1] submit
    cdef readonly int[::1] queue, retries, row, wishes, parked_of_shape, running_of_shape
    cdef readonly signed char[::1] never_fits, state
    cdef int[::1] _wish, _max_retries, _failures
    cdef readonly int[::1] cell
    cdef long long[::1] _span, _setup_ms, _upload_ms
    cdef readonly int bits
    cdef public int stale
    cdef readonly long long mask, last_instant
    cdef readonly bint fallible, is_uniform, special, random_order, retry_at_tail, random_ties
    cdef bint _extends_attempts, _shares
    cdef readonly RandomStream random

    cpdef object shape_of(self, int task)
    cpdef int job_of(self, int task) noexcept
    @cython.locals(task=int)
    cpdef list tasks_of(self, int job, int state)
    @cython.locals(queue=int)
    cpdef int submit_now(self, int task) except -1
    @cython.final
    cdef int start(self, int task, int shape, int node, long long now) except -1
    @cython.final
    @cython.locals(end=cython.longlong, outcome=int)
    cdef long long begin_attempt(self, int task, int node, long long now) except -1
    @cython.final
    @cython.locals(equals=list)
    cdef int _one_of_equals(self, int shape, int node) except -1
    @cython.final
    @cython.locals(end=cython.longlong, outcome=int, instance=int, row=int, node=int, nodes=list, left=cython.longlong, upload=cython.longlong)
    cdef int _start_specially(self, int task, int shape, int found, long long now) except -1
    @cython.final
    @cython.locals(wished=int)
    cdef int _wished(self, int task, int shape, int node)
    @cython.final
    @cython.locals(instance=int)
    cdef int _plan(self, int task, list nodes, long long now, int outcome) except -1
    @cython.final
    @cython.locals(task=int)
    cdef bint is_valid(self, long long entry) noexcept
    @cython.final
    cdef int _finish(self, int task) except -1
    @cython.final
    @cython.locals(first=int, outcome=int, job=int, row=int)
    cdef bint _ends_specially(self, int task) except -1
    @cython.locals(overdue=list, task=int)
    cpdef int expire(self, long long now) except -1
    @cython.final
    @cython.locals(failures=int)
    cdef bint _fails(self, int task) noexcept
    @cython.final
    cdef int _try_again(self, int task) except -1
    @cython.final
    @cython.locals(limit=int)
    cdef int _fail(self, int task) except -1
    @cython.final
    cdef int _give_up(self, int task) except -1
    @cython.locals(first=int, before=cython.longlong, lasted=cython.longlong)
    cpdef int stop(self, int task, long long now, int outcome) except -1
    cpdef int fail(self, int task, long long now) except -1
    @cython.final
    @cython.locals(first=int, row=int)
    cdef int _interrupt(self, int task, long long now, int outcome) except -1
    @cython.final
    @cython.locals(shape=int, first=int, row=int, node=int, cell=int)
    cdef int release(self, int task) except -1
    cpdef int mark_completed(self, int task, bint failed) except -1
    @cython.final
    cdef void _park(self, int task) noexcept
    @cython.final
    @cython.locals(parents=Parents, at=int, end=int, child=int, before=int)
    cdef bint unblock(self, int task, bint failed) except -1
