cimport cython


@cython.final
cdef class Notices:
    cdef readonly bint armed, waiting
    cdef readonly list drained, finished_jobs
    cdef set _draining
    cdef dict _watched

    cpdef void drain(self, int node)
    cpdef void stay(self, int node)
    cpdef void watch(self, int job, int unfinished)
    cpdef void emptied(self, int node)
    cpdef void completed(self, int job)
    cpdef void heeded(self)
