cimport cython

from simulator.kernel.fast_path cimport FastPath
from simulator.kernel.phases cimport Phases

cdef int SIGNAL_INTERVAL
cdef long long FOREVER


@cython.final
cdef class Kernel(Phases):
    cdef readonly FastPath fast_path

    @cython.locals(now=cython.longlong, due=cython.longlong, events=int, settled=int, is_settled=bint)
    cpdef long long advance(self, long long until)
    cpdef void in_service(self, int node)
    cpdef bint drain(self, int node)
    cpdef list out_of_service(self, int node, long long now, int outcome)
