cimport cython

from simulator.kernel.heap cimport Heap
from simulator.kernel.ordered_set cimport OrderedSet

cdef int LEVELS, CHUNK, FEW, MANY
cdef long long EMPTY, UNKNOWN


@cython.final
cdef class Calendar:
    cdef readonly int size
    cdef readonly long long top
    cdef Heap _near
    cdef int _shift, _many, _free
    cdef long long _limit, _later, _base
    cdef OrderedSet _filled
    cdef int[::1] _sizes, _end
    cdef long long[::1] _words

    cpdef int push(self, long long key) except -1
    cpdef int pop(self) except -1
    cpdef bint is_alone(self, int shift) except -1
    cpdef int replace(self, long long key) except -1
    @cython.locals(differing=cython.longlong, level=int, bucket=int, word=int)
    cdef int _put_off(self, long long key) except -1
    @cython.locals(used=int, more=int, at=int, chunk=int)
    cdef int _chunk(self) except -1
    @cython.locals(word=int)
    cdef void _look_later(self) noexcept
    @cython.locals(bucket=int, digits=int, after=cython.longlong)
    cdef int _open(self) except -1
    @cython.locals(word=int, before=cython.longlong)
    cdef int _empty(self, int bucket, bint is_near) except -1
    @cython.locals(keys=list, instant=cython.longlong, key=cython.longlong)
    cdef int _thin_out(self) except -1
