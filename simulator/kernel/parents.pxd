cimport cython


@cython.final
cdef class Parents:
    cdef readonly bint any
    cdef readonly int[::1] missing
    cdef int[::1] _children_from, _children
    cdef signed char[::1] _satisfies
    cdef set _gone

    @cython.locals(free=list, at=int, child=int)
    cpdef list let_go(self, int task, bint failed)
    cpdef void again(self, int task)
    cdef bint _lets_go(self, int task, bint failed)
