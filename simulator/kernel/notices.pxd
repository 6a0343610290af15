cimport cython


@cython.final
cdef class Notices:
    cdef readonly bint armed, growing, waiting
    cdef readonly list crowded, drained, ended, finished_jobs, idle_jobs
    cdef bint _alarmed, _fills_disks
    cdef signed char[::1] _alarms
    cdef set _awaited, _draining, _growing
    cdef dict _watched

    cpdef void drain(self, int node)
    cpdef void stay(self, int node)
    cpdef void watch(self, int job, int unfinished, bint growing)
    cpdef void forget(self, int job)
    cpdef void await_idle(self, int job)
    cpdef int alarm(self, int before, int count, alarms) except -1
    cpdef void expect(self, int job, int count)
    cpdef void watch_disks(self)
    cpdef int crowds(self, int row) except -1
    cpdef int added(self, int job) except -1
    cpdef int emptied(self, int node) except -1
    cpdef int idled(self, int job) except -1
    cpdef int completed(self, int task, int job, bint failed) except -1
    cpdef void clear(self)
    cdef void _arm(self)
