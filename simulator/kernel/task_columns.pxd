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

cdef int NONE, RUNNING, COMPLETED, SUCCEEDED


cdef class TaskColumns:
    cdef readonly list shapes
    cdef public list overdue
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
    cdef int[::1] _wish, _max_retries
    cdef readonly int[::1] failures
    cdef readonly int[::1] cell
    cdef long long[::1] _span, _setup_ms, _upload_ms
    cdef readonly int bits
    cdef public int stale
    cdef readonly long long mask, last_instant
    cdef readonly bint fallible, is_uniform, special, random_order, retry_at_tail, random_ties, chooses
    cdef readonly object placer
    cdef readonly list released
    cdef list _decided
    cdef bint _extends_attempts, _shares
    cdef readonly RandomStream random

    cpdef object shape_of(self, int task)
    cpdef int job_of(self, int task) noexcept
    @cython.locals(task=int)
    cpdef list tasks_of(self, int job, int state)
