cimport cython

cdef int NONE


@cython.final
cdef class Fronts:
    cdef readonly bint any
    cdef public int[::1] order, start, size, slots, first_of_job, next_of_job
    cdef public int[::1] _front, _line_of, _at, _room
    cdef dict _lines
    cdef int _used

    @cython.locals(line=int, at=int)
    cpdef int add(self, int queue, int job, int slots, front) except -1
    @cython.locals(line=int, before=int, after=int)
    cdef int _add_line(self, int job, int slots) except -1
    @cython.locals(size=int, begin=int, start=int, place=int, queue=int)
    cdef int _move(self, int line) except -1
    @cython.locals(task=int, start=int, at=int, other=int)
    cdef void moved_up(self, int queue) noexcept
    @cython.locals(task=int, line=int, last=int, at=int, other=int)
    cdef void moved_back(self, int queue) noexcept
