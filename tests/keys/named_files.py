"""Files that a scenario names: each key of one in a scenario where it matters."""

from typing import Final

from tests.features.story import document, job, pool
from tests.keys.change import Body, Change, Changes, altered, of
from tests.keys.jobs import SCHEDULE
from tests.keys.pool_simulation import preempted
from tests.keys.pools import SIMULATION, idle, working
from tests.keys.shapes import GROUP, drawn

_CURVE: Final[Body] = {"model": "capacity_curve", "points": [{"at": "0s", "available": 40}]}
_TRACE: Final[Body] = {"model": "trace", "evictions": [{"at": "5m", "count": 1}]}
_VALUES: Final = drawn(duration={"empirical": {"file": "lengths.csv", "column": "short"}})
_REGION: Final = altered(idle(), {"prices": {"region": "westeurope"}})
_TWO_JOBS: Final = document(pool(nodes=1), job("high", count=3, priority=5), job("k", count=3))
_UNSCHEDULED: Final[Body] = {**SCHEDULE, "jobSchedules": [{**SCHEDULE["jobSchedules"][0]}]}
_UNSCHEDULED["jobSchedules"][0].pop("schedule")
CHANGES: Final[Changes] = {
    "Pool.file": Change(document(pool(nodes=2), job(count=6)), "pools.0", {**pool(), "file": "pool.json"}),
    "Job.file": Change(altered(working(), {"horizon": "2h"}), "jobs.0", {**working()["jobs"][0], "file": "job.json"}),
    "JobSchedule.file": Change(
        SCHEDULE, "jobSchedules.0", {**SCHEDULE["jobSchedules"][0], "schedule": {}, "file": "schedule.json"}
    ),
    "Pool.parameters": Change(
        altered(document(pool(), job(count=6)), {"pools.0.file": "pool_template.json"}),
        "pools.0.parameters",
        {"nodes": 3},
    ),
    "Job.parameters": Change(
        altered(_TWO_JOBS, {"jobs.1.file": "job_template.json"}), "jobs.1.parameters", {"priority": 9}
    ),
    "JobSchedule.parameters": Change(
        altered(_UNSCHEDULED, {"jobSchedules.0.file": "schedule_template.json"}),
        "jobSchedules.0.parameters",
        {"every": "20m"},
    ),
    "CapacityCurve.file": Change(
        preempted(_CURVE), f"{SIMULATION}.preemption", {"model": "capacity_curve", "file": "capacity.csv"}
    ),
    "PreemptionTrace.file": Change(
        preempted(_TRACE), f"{SIMULATION}.preemption", {"model": "trace", "file": "evictions.csv"}
    ),
    "Empirical.file": Change(
        drawn(duration={"empirical": {"values": ["9s"]}}),
        f"{GROUP}.duration.empirical",
        {"file": "lengths.csv", "column": "short"},
    ),
    "Empirical.column": Change(_VALUES, f"{GROUP}.duration.empirical.column", "long"),
    **of("prices", _REGION, "prices", {"region": "japaneast"}),
    "Scenario.calibration": Change(drawn(), "calibration", "calibration.yaml"),
    "prices.file": Change(_REGION, "prices", {"file": "prices.json"}),
}
