cimport cython

cdef unsigned long long MULTIPLIER, INCREMENT, ALL


@cython.final
cdef class RandomStream:
    cdef readonly unsigned long long state

    cpdef long long draw(self, unsigned long long count) noexcept
