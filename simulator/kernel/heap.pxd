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
    @cython.locals(key=cython.longlong)
    cpdef long long pop(self)
    @cython.locals(child=int, smallest=cython.longlong)
    cpdef long long second(self) noexcept
    cpdef int replace(self, long long key) except -1
    @cython.locals(place=int, parent=int, index=int)
    cdef int _rise(self, long long key) except -1
    @cython.locals(place=int, child=int, best=int, last=int, other=int, smallest=cython.longlong)
    cdef void _sink(self, long long key) noexcept
