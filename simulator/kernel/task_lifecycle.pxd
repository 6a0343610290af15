cimport cython

from simulator.kernel.parents cimport Parents
from simulator.kernel.task_columns cimport TaskColumns

cdef int NONE
cdef int ACTIVE, RUNNING, COMPLETED, SUCCEEDED, FAILED, TERMINATED, EXPIRED, UNPREPARED, UNFETCHED


cdef class TaskLifecycle(TaskColumns):
    @cython.locals(queue=int)
    cpdef int submit_now(self, int task) except -1
    @cython.final
    cdef int start(self, int task, int shape, int node, long long now) except -1
    @cython.locals(queue=int, shape=int)
    cpdef int start_on(self, int task, list nodes, long long now) except -1
    @cython.locals(queue=int, shape=int, count=int, node=int, found=list)
    cpdef list places(self, int task)
    @cython.final
    @cython.locals(chosen=list)
    cdef int _one_of_those_with_room(self, int task, int shape, int node) except -1
    @cython.final
    @cython.locals(able=list)
    cdef list _chosen(self, int task, int shape, list found, int count)
    @cython.final
    @cython.locals(end=cython.longlong, outcome=int)
    cdef long long begin_attempt(self, int task, int node, long long now) except -1
    @cython.final
    @cython.locals(equals=list)
    cdef int _one_of_equals(self, int shape, int node) except -1
    @cython.final
    @cython.locals(end=cython.longlong, outcome=int, instance=int, row=int, node=int, count=int, nodes=list, chosen=list, left=cython.longlong, upload=cython.longlong)
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
    @cython.locals(parents=Parents, at=int, before=int)
    cdef bint unblock(self, int task, bint failed) except -1
    @cython.final
    cdef int _release_child(self, int child) except -1
