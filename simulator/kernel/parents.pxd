cimport cython


@cython.final
cdef class Parents:
    cdef readonly bint any
    cdef readonly int[::1] missing, children_from, children
    cdef signed char[::1] _satisfies
    cdef set _gone
    cdef readonly set unfetched
    cdef readonly dict later
    cdef int _edges

    cpdef int wait_for(self, int parent, int child, bint is_completed, bint failed) except -1
    cpdef bint releases_children(self, int task, bint failed) except -1
    cpdef void again(self, int task)
    cdef bint _satisfied(self, int task, bint failed) noexcept
