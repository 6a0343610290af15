"""How long things take that only a cloud knows: boot, dispatch, removal, recovery.

What a pool does not give itself comes from a preset (docs/model.md#timing-presets).
"""

from pydantic import Field

from simulator.distributions import TimeDistribution
from simulator.scenario.format.key_marks import PlainSeconds
from simulator.scenario.format.section import Section
from simulator.scenario.format.timing_presets import TimingPreset


class Timing(Section):
    """Every duration of a pool's nodes and tasks that is not the work itself."""

    preset: TimingPreset = TimingPreset.TYPICAL
    """Which one filled the values that the pool does not give itself."""
    allocation_latency: TimeDistribution
    """From a resize request to its first node in `creating`; one draw per operation and node kind."""
    allocation_tail: PlainSeconds
    """Time that the k-th node of an operation comes after the (k-1)-th."""
    creating: TimeDistribution
    """Time in `creating`."""
    starting: TimeDistribution
    """Time in `starting`."""
    start_task: TimeDistribution
    """Run time of the pool's start task; where a pool gives none, what the start task's own body states."""
    leaving: TimeDistribution
    """From `leavingpool`, after any drain, until gone."""
    dispatch_latency: TimeDistribution
    """From assignment to a node until the task's start time."""
    launch_overhead: TimeDistribution
    """From a task's start until its own work begins."""
    container_overhead: TimeDistribution
    """What comes on top of `launch_overhead` for a task in a container."""
    recovery_delay: TimeDistribution
    """From `preempted` until the replacement is in `creating`."""
    certificate_install: PlainSeconds
    """Time that certificates add to every start of a node, where the pool has any."""
    rebooting: TimeDistribution
    """Time in `rebooting`; packages and start task follow."""
    reimaging: TimeDistribution
    """Time in `reimaging`, before a new time in `starting`."""
    upgrading_os: TimeDistribution = Field(alias="upgradingOS")
    """Time in `upgradingos`; packages and start task follow."""
    deallocating: TimeDistribution
    """Time in `deallocating`, after any drain; nothing is published: as long as removal takes."""
