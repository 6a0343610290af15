cimport cython

from simulator.kernel.fast_path cimport FastPath
from simulator.kernel.phases cimport Phases
from simulator.kernel.samples cimport Samples

cdef int SIGNAL_INTERVAL
cdef long long FOREVER


@cython.final
cdef class Kernel(Phases):
    cdef readonly FastPath fast_path
    cdef readonly Samples samples

    @cython.locals(tick=cython.longlong, stopped=cython.longlong)
    cpdef long long advance(self, long long until)
    @cython.locals(now=cython.longlong, due=cython.longlong, events=int, settled=int, is_settled=bint)
    cdef long long _advance(self, long long until)
    @cython.locals(is_due=bint)
    cdef void _settle_tick(self, long long tick) except *
    cpdef int sample_until(self, long long before) except -1
    cpdef void in_service(self, int node)
    cpdef bint drain(self, int node)
    cpdef list out_of_service(self, int node, long long now, int outcome)
