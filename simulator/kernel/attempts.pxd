cimport cython


@cython.final
cdef class Attempts:
    cdef int _rows
    cdef readonly int count
    cdef readonly int[::1] task, node
    cdef public int[::1] instance
    cdef readonly long long[::1] assigned
    cdef public long long[::1] end
    cdef public signed char[::1] outcome

    @cython.locals(row=int)
    cpdef int append(self, int task, int node, long long now, long long end, int outcome) except -1
