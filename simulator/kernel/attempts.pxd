cimport cython


@cython.final
cdef class Attempts:
    cdef readonly int count
    cdef readonly int[::1] task, node, instance
    cdef readonly long long[::1] assigned
    cdef public long long[::1] end
    cdef public signed char[::1] outcome

    @cython.locals(row=int)
    cpdef int append(self, int task, int node, int instance, long long now, long long end, int outcome) except -1
