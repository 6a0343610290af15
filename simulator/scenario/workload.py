"""From a scenario's jobs to columns: one row a task, in order of submission."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from simulator.scenario.schema import AtOnce, Scenario, TaskGroup
from simulator.streams import stream
from simulator.units import MS_PER_S

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Workload:
    """Tasks as columns; spans and instants in milliseconds, cores in thousandths, memory in MiB."""

    job: Ints
    submit: Ints
    demand: Ints
    slots: Ints
    cores: Ints
    memory: Ints
    instances: Ints
    max_retries: Ints
    failures: Ints
    """How many leading attempts exit with `exit_code`; −1 = all."""
    exit_code: Ints
    latency: Ints
    overhead: Ints

    def __len__(self) -> int:
        return len(self.submit)


def build(scenario: Scenario, replication: int) -> Workload:
    """Draw every task of one replication; the same job gets the same tasks whatever the pools are."""
    groups = [
        _draw(scenario, replication, number, position, group)
        for number, job in enumerate(scenario.jobs)
        for position, group in enumerate(job.simulation.workload)
    ]
    names = [field.name for field in fields(Workload)]
    if not groups:
        return Workload(**{name: np.zeros(0, np.int64) for name in names})
    joined = {name: np.concatenate([getattr(group, name) for group in groups]) for name in names}
    order = np.argsort(joined["submit"], kind="stable")
    return Workload(**{name: column[order] for name, column in joined.items()})


def _draw(scenario: Scenario, replication: int, number: int, position: int, group: TaskGroup) -> Workload:
    job = scenario.jobs[number]
    count = group.count

    def uniforms(purpose: str) -> npt.NDArray[np.float64]:
        return stream(scenario.seed, replication, f"{purpose}:{job.id}:{position}").random(count)

    def scaled(values: npt.NDArray[np.float64], unit: float) -> Ints:
        return np.rint(values * unit).astype(np.int64)

    if isinstance(group.arrivals, AtOnce):
        submit = np.full(count, group.arrivals.at)
    else:
        gaps = -np.log1p(-uniforms("arrivals")) * group.arrivals.interval
        submit = group.arrivals.start + np.cumsum(gaps)
    timing = next((pool for pool in scenario.pools if pool.id == job.pool_id), None)
    if timing is None and job.auto_pool is not None:
        timing = job.auto_pool.pool
    assert timing is not None, f"job {job.id} has no pool: load() refuses that"  # noqa: S101
    spans = timing.simulation.timing
    fails = uniforms("failure") < group.failure_probability
    return Workload(
        job=np.full(count, number, np.int64),
        submit=scaled(np.maximum(submit, job.simulation.created_at), MS_PER_S),
        demand=scaled(group.duration.quantile(uniforms("duration")), MS_PER_S),
        slots=np.full(count, group.required_slots, np.int64),
        cores=scaled(group.cores.quantile(uniforms("cores")), 1000),
        memory=scaled(group.memory_gib.quantile(uniforms("memory")), 1024),
        instances=np.full(count, group.instances, np.int64),
        max_retries=np.full(count, job.constraints.max_task_retry_count, np.int64),
        failures=np.where(fails, -1, 0).astype(np.int64),
        exit_code=np.full(count, group.exit_code, np.int64),
        latency=scaled(spans.dispatch_latency.quantile(uniforms("latency")), MS_PER_S),
        overhead=scaled(spans.launch_overhead.quantile(uniforms("overhead")), MS_PER_S),
    )
