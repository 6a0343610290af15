cimport cython

from simulator.kernel.attempts cimport Attempts
from simulator.kernel.calendar cimport Calendar
from simulator.kernel.node_capacity cimport Nodes

cdef int EXPIRED
cdef long long LATER
cdef object PARTS


@cython.final
cdef class Process:
    cdef readonly int task, row, instances, node, outcome
    cdef readonly long long cores, upload, deadline
    cdef readonly object work
    cdef public object target
    cdef public bint is_at_work
    cdef public long long due


@cython.final
cdef class Processors:
    cdef public object clock, used
    cdef public long long since
    cdef readonly list processes


@cython.final
cdef class Sharing:
    cdef readonly bint any
    cdef readonly list needs
    cdef readonly object busy, worked
    cdef Nodes _nodes
    cdef Attempts _attempts
    cdef Calendar _calendar
    cdef int _bits
    cdef long long _last
    cdef object _cores
    cdef dict _expected, _processors, _uploading

    @cython.locals(row=int, instances=int)
    cpdef int expect(self, int task, int shape, int node, long long work, long long upload, long long deadline, int outcome) except -1
    cpdef bint is_to_begin(self, int task) except -1
    @cython.locals(process=Process, processors=Processors)
    cpdef int begin(self, int task, long long now) except -1
    cpdef bint is_to_upload(self, int task) except -1
    @cython.locals(process=Process, stale=int, end=cython.longlong, outcome=int)
    cpdef int upload(self, int task, long long now) except -2
    cpdef int end(self, int task, long long now) except -2
    @cython.locals(process=Process, without=int, stale=int)
    cpdef int withdraw(self, int task, long long now) except -2
    @cython.locals(processors=Processors)
    cdef int _leave(self, Process process, long long now) except -2
    cdef int _turn(self, Processors processors, long long now) except -1
    cdef int _use(self, Processors processors, Process process, cores) except -1
    @cython.locals(process=Process, first=object, stale=int)
    cdef int _retime(self, Processors processors, long long now) except -2
    @cython.locals(stale=int, row=int)
    cdef int _put(self, Process process, long long due, int outcome) except -1
    @cython.locals(row=int)
    cdef int _postpone(self, Process process) except -1
