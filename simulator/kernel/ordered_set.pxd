cimport cython

cdef unsigned long long ONE
cdef const unsigned char[::1] LOWEST


@cython.final
cdef class OrderedSet:
    cdef readonly int size
    cdef long long _capacity, _lone
    cdef int _depth
    cdef int[::1] _base
    cdef unsigned long long[::1] _words

    @cython.locals(level=int, at=int)
    cpdef void add(self, long long member) noexcept
    @cython.locals(level=int, at=int)
    cpdef void remove(self, long long member) noexcept
    cpdef void move(self, long long member, long long to) noexcept
    @cython.locals(level=int, index=cython.longlong, bits=cython.ulonglong)
    cpdef long long first(self, long long bound) noexcept
    @cython.locals(level=int, at=int, before=cython.ulonglong)
    cdef void _write(self, long long member) noexcept
