"""A script that submits tasks as long and as large as those of a run to a real account, at the pace of the run."""

from __future__ import annotations

import json
from string import Template
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.errors import InputError

if TYPE_CHECKING:
    from simulator.results.record.recording import Recording

MOST_TASKS: Final = 5_000
_SCRIPT: Final = Template('''"""Submits the tasks of "$name" to a real account, each at its time and as long as it was.

Each takes as many slots as it did. Dependencies, tasks on several nodes and failures are left out.

Made by Poolsight. It costs what the account charges. AZURE_BATCH_ENDPOINT, AZURE_BATCH_ACCOUNT and
AZURE_BATCH_ACCESS_KEY say where; the pools must be there. --speed 10 submits ten times as fast; tasks last as long.
"""

import os
import sys
import time

from azure.batch import BatchClient, models
from azure.core.credentials import AzureNamedKeyCredential

# Job: pool, and for each task the seconds after the start at which it comes and for which it works, and its slots.
JOBS = $jobs
SPEED = float(sys.argv[sys.argv.index("--speed") + 1]) if "--speed" in sys.argv else 1.0

client = BatchClient(
    os.environ["AZURE_BATCH_ENDPOINT"],
    AzureNamedKeyCredential(os.environ["AZURE_BATCH_ACCOUNT"], os.environ["AZURE_BATCH_ACCESS_KEY"]),
)
for job, (pool, _) in JOBS.items():
    client.create_job(models.BatchJobCreateOptions(id=job, pool_info=models.BatchPoolInfo(pool_id=pool)))
tasks = sorted((task[0], job, number, *task[1:]) for job, (_, work) in JOBS.items() for number, task in enumerate(work))
begin = time.monotonic()
while tasks:
    now = (time.monotonic() - begin) * SPEED
    due = [task for task in tasks if task[0] <= now][:100]
    for job in {task[1] for task in due}:
        bodies = [
            models.BatchTaskCreateOptions(
                id=f"task-{number + 1}", command_line=f"/bin/bash -c 'sleep {length}'", required_slots=slots
            )
            for _, own, number, length, slots in due
            if own == job
        ]
        client.create_tasks(job, bodies)
    tasks = tasks[len(due) :]
    if tasks and not due:
        time.sleep(min((tasks[0][0] - now) / SPEED, 5))
print("All tasks are submitted.")
''')


def script(recording: Recording) -> str:
    """Return the script; raise InputError where there are too many tasks to stand in one.

    Tasks whose length the run does not know are left out.
    """
    tasks = recording.tasks[recording.tasks["duration"].notna()]
    if len(tasks) > MOST_TASKS:
        raise InputError(f"the run has {len(tasks):,} tasks; a script holds at most {MOST_TASKS:,}")
    jobs: dict[str, tuple[str, list[list[float]]]] = {}
    columns = (tasks[name].astype(str).tolist() for name in ("job", "pool"))
    spans = (np.round(tasks[name].to_numpy(dtype=np.float64), 1).tolist() for name in ("submit", "duration"))
    slots = tasks["slots"].astype(int).tolist()
    for job, pool, submit, duration, taken in zip(*columns, *spans, slots, strict=True):
        jobs.setdefault(job, (pool, []))[1].append([submit, duration, taken])
    return _SCRIPT.substitute(name=recording.name.replace('"', "'").replace("\\", "/"), jobs=json.dumps(jobs))
