cimport cython

from simulator.kernel.phases cimport Phases

cdef int RUNNING
cdef long long FOREVER


@cython.final
cdef class Samples:
    cdef readonly int count
    cdef readonly long long next
    cdef readonly long long[::1] active, running, in_dispatch, completed, failed, cores, memory
    cdef long long _period, _longest
    cdef long long[::1] _latency
    cdef int _rows

    @cython.locals(active=cython.longlong, running=cython.longlong, cores=cython.longlong, memory=cython.longlong, shape=int, held=cython.longlong, instances=cython.longlong, row=int)
    cdef int take(self, Phases pool, long long before) except -1
    @cython.locals(count=int, row=int, task=int, is_latest=bint)
    cdef int _count_in_dispatch(self, Phases pool, long long now) except -1
    cdef int _clear(self, int rows) except -1
    cdef int _grow(self) except -1
