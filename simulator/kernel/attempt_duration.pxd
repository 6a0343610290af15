cimport cython

cdef int UNPREPARED, EXPIRED, FAILED, UNFETCHED, NODE_BITS
cdef long long NEVER


@cython.final
cdef class Work:
    cdef readonly bint any
    cdef readonly long long end, wait, pull, begin, deadline
    cdef readonly int outcome
    cdef readonly dict ready, waits, pulled, kept
    cdef readonly bint crowds
    cdef bint _checkpoints, _spoiled
    cdef object _prepare, _fetch, _hold
    cdef list _prepared
    cdef readonly set sick, sickened, full
    cdef set _failing
    cdef dict _keeping, _coordination_failures
    cdef signed char[::1] _fetches, _holds
    cdef readonly long long[::1] lead, upload
    cdef long long[::1] _span, _latency, _limit, _interval, _cost, _restart, _demand, _remaining

    @cython.locals(begin=cython.longlong, ready=cython.longlong, prepared=cython.longlong, pulled=cython.longlong, failing=bint, node=int)
    cpdef void plan(self, int task, int job, list nodes, long long now, int outcome, int attempt, int row)
    @cython.locals(step=cython.longlong, whole=cython.longlong, lead=cython.longlong, around=cython.longlong, before=cython.longlong, done=cython.longlong, written=cython.longlong, saved=cython.longlong, time=cython.longlong, wall=object, resumed=bint)
    cpdef void stopped(self, int task, int row, long long elapsed, long long lasted)
    @cython.locals(lead=cython.longlong)
    cpdef void failed(self, int task)
    cpdef bint is_failing(self, int job, int node)
    cpdef void renew(self, int node, list jobs)
    @cython.locals(key=cython.longlong, span=cython.longlong)
    cdef long long _prepared_at(self, int job, int node, long long begin)
    @cython.locals(last=cython.longlong, first=cython.longlong, span=cython.longlong, node=int)
    cdef long long _fetched_at(self, int task, list nodes, long long begin)
    cdef long long _process(self, int task, long long work)
