"""Small scenario files for the tests of this folder."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import InputError, Scenario, load
from tests.bodies import UBUNTU

LINUX = UBUNTU


def pool(**body: Any) -> dict[str, Any]:
    return {"id": "p", "vmSize": "Standard_D2_v3", "virtualMachineConfiguration": LINUX, **body}


def job(workload: list[Any] | None = None, **body: Any) -> dict[str, Any]:
    simulation = {"simulation": {"workload": workload}} if workload is not None else {}
    return {"id": "j", "poolInfo": {"poolId": "p"}, **simulation, **body}


def write(directory: Path, document: Any, name: str = "scenario.json") -> Path:
    file = directory / name
    file.write_text(document if isinstance(document, str) else json.dumps(document, indent=2))
    return file


def read(directory: Path, pools: list[Any], jobs: list[Any], **rest: Any) -> Scenario:
    return load(write(directory, {"pools": pools, "jobs": jobs, **rest}))


def problems(file: Path, *, strict: bool = False) -> list[str]:
    """Return the messages of a file that must not load, without the directory."""
    with pytest.raises(InputError) as caught:
        load(file, strict=strict)
    return [str(problem).removeprefix(f"{file.parent}/") for problem in caught.value.problems]
