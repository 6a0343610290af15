"""The tasks that a file lists one by one, and job managers."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import constant
from simulator.columns.task_names import Given
from simulator.distributions import Constant, Distribution
from simulator.scenario.format.bodies import Job
from simulator.scenario.format.stated_by_tasks import Stated
from simulator.scenario.format.task_bodies import JobManagerTask, Task
from simulator.scenario.format.task_files import shares_files, uploads
from simulator.workload.block import Block, Floats
from simulator.workload.coordination_failures import with_coordination_failures
from simulator.workload.job_streams import JobStreams
from simulator.workload.listed_kinds import ListedKinds
from simulator.workload.optional_columns import COLUMNS
from simulator.workload.task_outcomes import leading_failures


def managing(job: Job, manager: JobManagerTask, streams: JobStreams, slots: int) -> Block:
    """Return the job manager: a task that is there from the beginning and, if exclusive, takes all of its node."""
    alone = job.model_copy(update={"tasks": (manager,)})
    block = listed(alone, streams, "manager ")
    return replace(block, slots=constant(slots, 1, np.int32)) if manager.run_exclusive else block


def listed(job: Job, streams: JobStreams, purpose: str = "") -> Block:
    """Return the tasks that the file lists one by one."""
    by_kind = ListedKinds.of(job)
    kinds, facts, each = by_kind.examples, by_kind.facts, by_kind.each
    created = job.simulation.created_at
    submit = [created if task.simulation.submit is None else task.simulation.submit for task in kinds]
    outcomes = [_outcome(task, one.exit_code) for task, one in zip(kinds, facts, strict=True)]
    durations = _each(by_kind, [one.duration for one in facts], streams, purpose + "duration")
    unstarted = each([task.simulation.error == "preProcessingError" for task in kinds])
    probabilities = each(
        [0.0 if one.simulation.error else one.simulation.coordination_failure_probability for one in kinds]
    )
    block = Block(
        submit=each(submit, np.float64),
        duration=np.where(unstarted, 0.0, durations) if unstarted.any() else durations,
        slots=each([task.required_slots for task in kinds], np.int32),
        cores=_each(by_kind, [one.cores for one in facts], streams, purpose + "cores"),
        memory=_each(by_kind, [one.memory for one in facts], streams, purpose + "memory"),
        instances=each([task.number_of_instances for task in kinds], np.int32),
        max_retries=each(
            [0 if task.simulation.error else retries_of(job, task.max_task_retry_count) for task in kinds], np.int32
        ),
        failures=each([failures for failures, _ in outcomes], np.int32),
        exit_code=each([code for _, code in outcomes], np.int32),
        containers=each([task.container_settings is not None for task in kinds], np.bool_),
        names=Given([task.id for task in job.tasks]),
        more=_more(job, by_kind, streams, purpose)
        | ({"meant": np.where(unstarted, durations, COLUMNS["meant"])} if unstarted.any() else {}),
        listed=by_kind,
    )
    if not probabilities.any():
        return block
    codes = each([task.simulation.coordination_exit_code for task in kinds], np.int32)
    return with_coordination_failures(
        block, probabilities, codes, streams.generator(purpose + "coordination failures", "tasks")
    )


def _outcome(task: Task, stated_code: int | None) -> tuple[int, int]:
    """Return how many attempts fail first and with which code; errors beside the process are never retried."""
    failures, code = leading_failures(task.simulation.exit_codes, stated_code)
    return (-1, code) if task.simulation.error else (failures, code)


def _more(job: Job, by_kind: ListedKinds, streams: JobStreams, purpose: str) -> dict[str, npt.NDArray[Any]]:
    """Return the optional columns that any of the listed tasks needs."""
    kinds, facts = by_kind.examples, by_kind.facts
    saved = [task.simulation.checkpoints for task in kinds]
    fixed = {
        "limit": [task.constraints.max_wall_clock_time or math.inf for task in kinds],
        "interval": [one.interval if one else 0.0 for one in saved],
        "cost": [one.cost if one else 0.0 for one in saved],
        "restart": [one.restart_cost if one else 0.0 for one in saved],
        "retention": [task.constraints.retention_time for task in kinds],
        "estimate": [_or(task.simulation.estimate, COLUMNS["estimate"]) for task in kinds],
        "deadline": [_or(task.simulation.deadline, COLUMNS["deadline"]) for task in kinds],
    }
    drawn = {
        "input": [one.input for one in facts],
        "coordination": [one.coordination for one in facts],
        "common input": [_shared(task) for task in kinds],
        "output": [_uploaded(job, *one) for one in zip(kinds, facts, strict=True)],
    }
    found = {name: by_kind.each(values) for name, values in fixed.items()}
    found |= {name: _each(by_kind, shapes, streams, purpose + name) for name, shapes in drawn.items()}
    return {name: values for name, values in found.items() if (values != COLUMNS[name]).any()}


def _or(stated: float | None, otherwise: float) -> float:
    return otherwise if stated is None else stated


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


def _each(
    by_kind: ListedKinds, shapes: Sequence[Distribution[float] | None], streams: JobStreams, purpose: str
) -> Floats:
    """Draw one value for every listed task of its kind's shape; the k-th task always uses the k-th number."""
    values: Floats = by_kind.each([shape.mean if isinstance(shape, Constant) else 0.0 for shape in shapes])
    varying = {kind: shape for kind, shape in enumerate(shapes) if shape and not isinstance(shape, Constant)}
    if varying:
        uniform = streams.generator(purpose, "tasks").random(len(values))
        for index, kind in enumerate(by_kind.kind.tolist()):
            if kind in varying:
                values[index] = varying[kind].draws(uniform[index : index + 1])[0]
    return values
