cimport cython

from simulator.kernel.queues cimport Queues
from simulator.kernel.random_stream cimport RandomStream

cdef int UNIFORM, CREATION_TIME


@cython.final
cdef class JobOrder:
    cdef RandomStream _random
    cdef Queues _queues
    cdef int _policy, _start, _at
    cdef bint _is_copied
    cdef int[::1] _left
    cdef readonly int count
    cdef public int last

    cpdef void begin(self, int level) noexcept
    @cython.locals(level=int)
    cpdef int next_to_serve(self) noexcept
    cpdef int only(self) noexcept
    cpdef int choose(self) noexcept
    @cython.locals(place=int)
    cpdef void remove_current(self, bint refused) noexcept
    @cython.locals(place=int)
    cdef int _behind_last(self) noexcept
    cdef int _job(self, int place) noexcept
