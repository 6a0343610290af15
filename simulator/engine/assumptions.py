"""Numbers that the engine assumes and that no option sets: when a run without a horizon ends, and how often it retries.

The service publishes none of them. They are spans in milliseconds. `docs/model.md#end-of-a-run` explains what they do.
"""

from typing import Final

from simulator.units import MS_PER_HOUR, MS_PER_S

MS_PER_DAY: Final = 24 * MS_PER_HOUR

TASK_LIFETIME: Final = 180 * MS_PER_DAY
"""How long a task may live from its addition to its completion (documented: article *Quotas and limits*)."""
LONGEST_RUN: Final = TASK_LIFETIME
"""How long after its last arrival or operation a run without a horizon ends in any case.

After the longest time that the service lets a task live nothing of the scenario can still run.
"""
LINGER: Final = MS_PER_DAY
"""How long after its last task a run goes on for an autoscaling pool that still has nodes.

Assumption: a formula that removes idle nodes has done so within a day. `billUntil` says what of that is paid for.
"""
PATIENCE: Final = 7 * LINGER
"""How long a run waits for an autoscaling pool while tasks are queued and none of them ends.

Assumption: a formula that depends on the calendar repeats itself every week, so one that has not acted for a week never
will.
"""
CAPACITY_RETRY: Final = 60 * MS_PER_S
"""How long a preempted node waits at least before capacity is sought for it again.

Assumption: the service seeks capacity continually; once a minute is as good, and ends where recovery takes no time.
"""
