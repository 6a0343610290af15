cimport cython

from simulator.kernel.due_events cimport Instants
from simulator.kernel.job_order cimport JobOrder

cdef int NONE, BREATH, DISPLACED
cdef long long FOREVER


@cython.final
cdef class Kernel(Instants):
    cdef readonly object displacement
    cdef bint _displaces

    @cython.locals(now=cython.longlong, due=cython.longlong, instants=int)
    cpdef long long advance(self, long long until)
    @cython.locals(level=int, jobs=int)
    cpdef int dispatch(self, long long now) except -1
    cpdef void in_service(self, int node)
    cpdef bint drain(self, int node)
    cpdef list out_of_service(self, int node, long long now, int outcome)
    @cython.locals(order=JobOrder, job=int, queue=int)
    cdef int _serve_level(self, int level, long long now) except -1
    @cython.locals(queue=int)
    cdef int _serve_job(self, int job, long long now) except -1
    cdef bint _is_kept(self, int level) except -1
    @cython.locals(level=int, start=int, job=int, task=int)
    cdef int _displace(self, long long now) except -1
