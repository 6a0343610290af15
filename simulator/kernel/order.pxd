cimport cython

cdef int UNIFORM, CREATION_TIME
cdef unsigned long long MULTIPLIER, INCREMENT


@cython.final
cdef class Dice:
    cdef unsigned long long _state

    cpdef long long throw(self, unsigned long long sides)


@cython.final
cdef class JobOrder:
    cdef Dice _dice
    cdef int _policy
    cdef public int last

    @cython.locals(place=int)
    cpdef int choose(self, int[::1] jobs, int start, int count)
