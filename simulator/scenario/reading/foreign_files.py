"""Files of other tools that describe pools: each is refused with what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from simulator.errors import InputError, Problem
from simulator.scenario.format.section import fold
from simulator.scenario.reading.documents import Document

_SHOW: Final = "write what the service has: az batch pool show --pool-id ID > pool.json, and name pool.json here"
_TERRAFORM: Final = f"a Terraform file, which is not read; {_SHOW}"
SUFFIXES: Final = {
    ".tf": _TERRAFORM,
    ".bicep": "a Bicep file, which is not read: bicep build makes a template of it, a JSON file that is",
    ".bicepparam": "a Bicep file, which is not read: bicep build-params makes a parameters file of it, which is",
}
"""By the end of the file's name."""
KEYS: Final = {
    "poolspecification": f"a pool of Batch Shipyard, which is not read; {_SHOW}",
    "jobspecifications": "jobs of Batch Shipyard, which are not read; write each task's command under tasks of a job",
    "batchshipyard": "a configuration of Batch Shipyard, which says nothing of pools and jobs",
    "terraform": _TERRAFORM,
    "plannedvalues": f"a plan of Terraform, which is not read; {_SHOW}",
}
"""By a folded key that no file of the service has."""


def open_document(path: Path, name: str | None = None) -> Document:
    """Read a file; raise InputError where it is another tool's, and say what to do instead."""
    shown = name or str(path)
    for end, text in SUFFIXES.items():
        if shown.lower().endswith(end) and path.is_file():
            raise InputError([Problem(text, file=shown)])
    document = Document(path, name)
    text = _foreign(document.data)
    if text:
        raise InputError([document.problem(text, ())])
    return document


def _foreign(data: object) -> str:
    """Return what to say of another tool's file; nothing of any other."""
    if not isinstance(data, Mapping):
        return ""
    keys = {fold(str(key)) for key in data}
    resources = data.get("resource")
    if isinstance(resources, Mapping) and any(str(kind).startswith("azurerm_") for kind in resources):
        return _TERRAFORM
    return next((text for key, text in KEYS.items() if key in keys), "")
