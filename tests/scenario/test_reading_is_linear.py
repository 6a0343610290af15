"""Twice as many mistakes take twice the work to report, counted in calls: no mistake is looked for among the others."""

import json
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from ruamel.yaml import YAML

from simulator import InputError, load
from tests.fuzz.inputs import POOL

COUNT = 60
MORE = 1.3
"""How much more than twice the work twice the mistakes may take."""
JOB = {"id": "j", "poolInfo": {"poolId": "p"}}


def mistakes(kind: str, count: int) -> dict[str, Any]:
    """Return a scenario with a number of equal mistakes, none of which stops the others from being seen."""
    base: dict[str, Any] = {"name": "x", "pools": [POOL], "jobs": []}
    task = {"commandLine": "x", "simulation": {"duration": "1m"}}
    numbers = range(count)
    changes: dict[str, dict[str, Any]] = {
        "pools": {"pools": [{**POOL, "id": f"p{number}", "bad": 1} for number in numbers]},
        "keys": {f"key{number}": 1 for number in numbers},
        "tasks": {"jobs": [{**JOB, "tasks": [{**task, "id": f"t{number}", "duratoin": "1m"} for number in numbers]}]},
        "references": {"jobs": [{"id": f"j{number}", "poolInfo": {"poolId": f"q{number}"}} for number in numbers]},
        "empty lists": {"jobs": [{**JOB, "id": f"j{number}", "tasks": [], "bad": 1} for number in numbers]},
        "files": {"jobs": [{"file": f"absent{number}.json", "id": f"j{number}"} for number in numbers]},
        "bodies": {"jobs": [{"file": "job.json", "id": f"j{number}", "bad": 1} for number in numbers]},
    }
    return base | changes[kind]


def calls(kind: str, count: int, suffix: str, folder: Path) -> tuple[int, int]:
    """Return how many functions were called to report mistakes, and how many problems there were."""
    document = mistakes(kind, count)
    file = folder / f"{kind}-{count}.{suffix}"
    with file.open("w") as stream:
        json.dump(document, stream) if suffix == "json" else YAML(typ="safe", pure=True).dump(document, stream)
    called = found = 0

    def note(_frame: FrameType, event: str, _: Any) -> None:
        nonlocal called
        called += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        found = len(load(file).warnings)
    except InputError as error:
        found = len(error.problems)
    finally:
        sys.setprofile(before)
    return called, found


@pytest.mark.parametrize("suffix", ["json", "yaml"])
@pytest.mark.parametrize("kind", ["pools", "keys", "tasks", "references", "empty lists", "files", "bodies"])
def test_twice_the_mistakes_take_twice_the_work(kind: str, suffix: str, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(json.dumps(JOB))
    calls(kind, 10, suffix, tmp_path)
    few, found = calls(kind, COUNT, suffix, tmp_path)
    many, all_found = calls(kind, 2 * COUNT, suffix, tmp_path)
    assert found >= COUNT
    assert all_found >= 2 * COUNT
    assert many <= 2 * MORE * few
