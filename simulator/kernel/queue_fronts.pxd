cimport cython

cdef int NONE


@cython.final
cdef class Fronts:
    cdef readonly bint any
    cdef readonly int[::1] order, start, slots, first_of_job
    cdef int[::1] _front, _line_of, _at

    @cython.locals(task=int, start=int, at=int, other=int)
    cdef void moved_up(self, int queue) noexcept
    @cython.locals(task=int, last=int, at=int, other=int)
    cdef void moved_back(self, int queue) noexcept
