cimport cython

cdef int UNPREPARED, EXPIRED, FAILED, NODE_BITS
cdef long long NEVER


@cython.final
cdef class Work:
    cdef readonly bint any
    cdef readonly long long end, wait, pull, begin, deadline
    cdef readonly int outcome
    cdef readonly dict ready, waits, pulled, kept
    cdef bint _checkpoints
    cdef object _prepare
    cdef list _prepared, _pulls
    cdef readonly set sick, sickened
    cdef set _failing
    cdef dict _images, _keeping, _coordination_failures
    cdef int[::1] _image
    cdef long long[::1] _span, _latency, _lead, _limit, _interval, _cost, _restart, _demand, _remaining

    @cython.locals(begin=cython.longlong, ready=cython.longlong, prepared=cython.longlong, pulled=cython.longlong, failing=bint, node=int)
    cpdef void plan(self, int task, int job, list nodes, long long now, int outcome, int attempt, int row)
    @cython.locals(step=cython.longlong, whole=cython.longlong, lead=cython.longlong, before=cython.longlong, done=cython.longlong, saved=cython.longlong, time=cython.longlong, wall=object, resumed=bint)
    cpdef void stopped(self, int task, int row, long long elapsed, long long lasted)
    @cython.locals(lead=cython.longlong)
    cpdef void failed(self, int task)
    cpdef bint is_failing(self, int job, int node)
    cpdef void renew(self, int node, list jobs, bint images)
    @cython.locals(key=cython.longlong, span=cython.longlong)
    cdef long long _prepared_at(self, int job, int node, long long begin)
    @cython.locals(key=cython.longlong)
    cdef long long _pulled_at(self, int image, int node, long long begin)
    cdef long long _process(self, int task, long long work)
