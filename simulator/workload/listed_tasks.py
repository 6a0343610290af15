"""The tasks that a file lists one by one, and job managers."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.columns.task_names import Given
from simulator.distributions import Constant, Distribution
from simulator.scenario.format.bodies import Job
from simulator.scenario.format.stated_by_tasks import Stated, stated
from simulator.scenario.format.task_bodies import JobManagerTask, Task
from simulator.scenario.format.task_files import shares_files, uploads
from simulator.workload.block import Block, Floats, Int32s
from simulator.workload.coordination_failures import with_coordination_failures
from simulator.workload.job_streams import JobStreams
from simulator.workload.optional_columns import COLUMNS
from simulator.workload.task_outcomes import leading_failures


def int32s(values: Sequence[int]) -> Int32s:
    return np.asarray(values, dtype=np.int32)


def managing(job: Job, manager: JobManagerTask, streams: JobStreams, slots: int) -> Block:
    """Return the job manager: a task that is there from the beginning and, if exclusive, takes all of its node."""
    alone = job.model_copy(update={"tasks": (manager,)})
    block = listed(alone, streams, "manager ")
    return replace(block, slots=int32s([slots])) if manager.run_exclusive else block


def listed(job: Job, streams: JobStreams, purpose: str = "") -> Block:
    """Return the tasks that the file lists one by one."""
    facts = [stated(task, job) for task in job.tasks]
    created = job.simulation.created_at
    submit = [created if task.simulation.submit is None else task.simulation.submit for task in job.tasks]
    outcomes = [_outcome(task, one.exit_code) for task, one in zip(job.tasks, facts, strict=True)]
    durations = _each([one.duration for one in facts], streams, purpose + "duration")
    unstarted = [task.simulation.error == "preProcessingError" for task in job.tasks]
    probabilities = np.asarray(
        [0.0 if one.simulation.error else one.simulation.coordination_failure_probability for one in job.tasks]
    )
    block = Block(
        submit=np.asarray(submit, dtype=np.float64),
        duration=np.where(unstarted, 0.0, durations) if any(unstarted) else durations,
        slots=int32s([task.required_slots for task in job.tasks]),
        cores=_each([one.cores for one in facts], streams, purpose + "cores"),
        memory=_each([one.memory for one in facts], streams, purpose + "memory"),
        instances=int32s([task.number_of_instances for task in job.tasks]),
        max_retries=int32s(
            [0 if task.simulation.error else retries_of(job, task.max_task_retry_count) for task in job.tasks]
        ),
        failures=int32s([failures for failures, _ in outcomes]),
        exit_code=int32s([code for _, code in outcomes]),
        containers=np.asarray([task.container_settings is not None for task in job.tasks], dtype=np.bool_),
        names=Given([task.id for task in job.tasks]),
        more=_more(job, facts, streams, purpose)
        | ({"meant": np.where(unstarted, durations, COLUMNS["meant"])} if any(unstarted) else {}),
        tasks=job.tasks,
    )
    if not probabilities.any():
        return block
    codes = int32s([task.simulation.coordination_exit_code for task in job.tasks])
    return with_coordination_failures(
        block, probabilities, codes, streams.generator(purpose + "coordination failures", "tasks")
    )


def _outcome(task: Task, stated_code: int | None) -> tuple[int, int]:
    """Return how many attempts fail first and with which code; errors beside the process are never retried."""
    failures, code = leading_failures(task.simulation.exit_codes, stated_code)
    return (-1, code) if task.simulation.error else (failures, code)


def _more(job: Job, facts: list[Stated], streams: JobStreams, purpose: str) -> dict[str, npt.NDArray[Any]]:
    """Return the optional columns that any of the listed tasks needs."""
    saved = [task.simulation.checkpoints for task in job.tasks]
    found = {
        "limit": [task.constraints.max_wall_clock_time or math.inf for task in job.tasks],
        "interval": [one.interval if one else 0.0 for one in saved],
        "cost": [one.cost if one else 0.0 for one in saved],
        "restart": [one.restart_cost if one else 0.0 for one in saved],
        "retention": [task.constraints.retention_time for task in job.tasks],
        "input": _each([one.input for one in facts], streams, purpose + "input"),
        "coordination": _each([one.coordination for one in facts], streams, purpose + "coordination"),
        "common input": _each([_shared(task) for task in job.tasks], streams, purpose + "common input"),
        "output": _each(
            [_uploaded(job, *one) for one in zip(job.tasks, facts, strict=True)], streams, purpose + "output"
        ),
    }
    return {name: np.asarray(values) for name, values in found.items() if (np.asarray(values) != COLUMNS[name]).any()}


def _shared(task: Task) -> Distribution[float] | None:
    """Return the MiB that every node of a task fetches."""
    return task.simulation.common_input if shares_files(task) else None


def _uploaded(job: Job, task: Task, facts: Stated) -> Distribution[float] | None:
    """Return the MiB that a task uploads, by the way in which it ends after its last attempt."""
    failures, _ = _outcome(task, facts.exit_code)
    retries = retries_of(job, task.max_task_retry_count)
    succeeds = failures >= 0 and (retries < 0 or failures <= retries)
    return task.simulation.output if uploads(task, succeeds=succeeds) else None


def retries_of(job: Job, own: int | None) -> int:
    return job.max_task_retry_count if own is None else own


def _each(shapes: Sequence[Distribution[float] | None], streams: JobStreams, purpose: str) -> Floats:
    """Draw one value for every listed task; the k-th task always uses the k-th number of the stream."""
    values = np.asarray([shape.mean if isinstance(shape, Constant) else 0.0 for shape in shapes])
    varying = [index for index, shape in enumerate(shapes) if shape is not None and not isinstance(shape, Constant)]
    if varying:
        uniform = streams.generator(purpose, "tasks").random(len(shapes))
        for index in varying:
            shape = shapes[index]
            if shape is not None:
                values[index] = shape.draws(uniform[index : index + 1])[0]
    return values
