cimport cython

cdef long long EMPTY
cdef bint NATIVE


@cython.final
cdef class Heap:
    cdef readonly int size
    cdef readonly long long top
    cdef list _entries
    cdef long long[::1] _keys

    cpdef int push(self, long long key) except -1
    @cython.locals(entries=list)
    cpdef void pop(self) noexcept
    @cython.locals(child=int, upper=cython.longlong)
    cpdef bint is_alone(self, int shift) noexcept
    cpdef int replace(self, long long key) except -1
    @cython.locals(place=int)
    cpdef list drain(self)
    @cython.locals(place=int, parent=int, index=int)
    cdef int _rise(self, long long key) except -1
    @cython.locals(place=int, child=int, best=int, last=int, other=int, smallest=cython.longlong)
    cdef void _sink(self, long long key) noexcept
