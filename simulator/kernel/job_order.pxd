cimport cython

from simulator.kernel.queues cimport Queues

cdef int UNIFORM, CREATION_TIME
cdef unsigned long long MULTIPLIER, INCREMENT, ALL


@cython.final
cdef class Dice:
    cdef unsigned long long _state

    cpdef long long throw(self, unsigned long long sides) noexcept


@cython.final
cdef class JobOrder:
    cdef Dice _dice
    cdef Queues _queues
    cdef int _policy, _start, _at
    cdef bint _own
    cdef int[::1] _left
    cdef readonly int count
    cdef public int last

    cpdef void begin(self, int level) noexcept
    @cython.locals(level=int)
    cpdef int draw(self) noexcept
    cpdef int only(self) noexcept
    cpdef int choose(self) noexcept
    @cython.locals(place=int)
    cpdef void strike(self, bint refused) noexcept
    @cython.locals(place=int)
    cdef int _behind_last(self) noexcept
    cdef int _job(self, int place) noexcept
