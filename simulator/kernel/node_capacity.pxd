cimport cython

from simulator.kernel.ordered_set cimport OrderedSet

cdef int CAPACITY, LOG, UNSEEN


@cython.final
cdef class Nodes:
    cdef readonly int slots, count, last_freed
    cdef readonly long long cores, memory
    cdef readonly bint pack, gangs, mixed, share_cores
    cdef readonly OrderedSet room
    cdef readonly int[::1] free_slots, held, needed_slots, instances
    cdef readonly long long[::1] free_cores, free_memory
    cdef public long long[::1] needed_cores, needed_memory
    cdef readonly signed char[::1] serving, bounded
    cdef signed char[::1] _is_special
    cdef long long[::1] _rank_of
    cdef public long long[::1] _best_rank, _last_rank
    cdef int _bits, _shapes
    cdef readonly long long freed
    cdef public long long[::1] seen
    cdef int[::1] _cells, _log

    cpdef void reserve(self, int count)
    cpdef int rank(self, int free) noexcept
    cpdef bint never_fits(self, shape)
    cpdef void open(self, int node)
    cpdef void close(self, int node)
    @cython.locals(start=int, cell=int)
    cpdef list tasks_on(self, int node)
    @cython.locals(need=cython.longlong, free=cython.longlong, place=cython.longlong, held=int, cell=int)
    cpdef int take(self, int node, int shape, int task)
    cpdef void replace(self, int cell, int task) noexcept
    @cython.locals(free=int, more=int, place=cython.longlong)
    cpdef int exchange(self, int node, int cell, int shape, int other, int task) except -1
    @cython.locals(node=int, held=int, moved=int, free=cython.longlong, need=cython.longlong, place=cython.longlong)
    cpdef int release(self, int cell, int shape)
    cpdef void log_freed(self, int node) noexcept
    @cython.locals(most=int, entry=cython.longlong, node=int)
    cpdef int most_free(self, int entries) noexcept
    cpdef void forget_last_freed(self) noexcept
    @cython.locals(slots=int, shape=int)
    cpdef void reopen(self, int node) noexcept
    cpdef bint fits(self, int node, int shape) noexcept
    @cython.locals(place=cython.longlong)
    cpdef int find(self, int shape) except -2
    @cython.locals(place=cython.longlong)
    cpdef int next_with_room(self, int node, int shape) except -2
    @cython.locals(found=list, node=int)
    cpdef list with_room(self, int shape)
    @cython.locals(rank=cython.longlong, other=int, place=cython.longlong)
    cpdef list equals(self, int node, int shape)
    @cython.locals(rank=cython.longlong, place=cython.longlong)
    cpdef list gang(self, int count)
    cdef long long _place(self, int node) noexcept
    @cython.locals(idle=list)
    cdef int _find_gang(self, int shape) except -2
    @cython.locals(place=cython.longlong, node=int)
    cdef int _find_bounded(self, int shape) noexcept
    @cython.locals(best=int, node=int, entry=cython.longlong)
    cdef int _find_freed(self, int shape) noexcept
    cdef OrderedSet _no_room(self)
    @cython.locals(rows=int, more=int, node=int)
    cdef void _widen(self, int count)
