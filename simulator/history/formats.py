"""The table of formats: recognition, `--format`, documentation and the common tests are made from it."""

from __future__ import annotations

from typing import Final

from simulator.history.reader import Reader
from simulator.history.readers import (
    aws_batch,
    azure_events,
    azure_jobs,
    azure_nodes,
    azure_pools,
    azure_tasks,
    google,
    kubernetes,
    nextflow,
    node_states,
    public_traces,
    run_record,
    slurm,
    swf,
    table,
    wfformat,
)

READERS: Final[tuple[Reader, ...]] = (
    azure_events.READER,
    azure_tasks.READER,
    azure_jobs.READER,
    azure_nodes.READER,
    azure_pools.READER,
    wfformat.READER,
    nextflow.READER,
    slurm.READER,
    swf.READER,
    aws_batch.READER,
    kubernetes.READER,
    *google.READERS,
    *public_traces.READERS,
    run_record.READER,
    node_states.READER,
    table.READER,
)
"""In the order in which they are asked; the first that recognises a file reads it."""
BY_NAME: Final = {reader.name: reader for reader in READERS}
