"""Workloads from files, and files that cannot be read."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from simulator.workload.build import build
from tests.scenario.files import job, pool, problems, read, write
from tests.scenario.synthetic_trace import FILE, HEADER, text

SWF = """; Computer: test
1 0 -1 60 4 -1 1048576 -1 -1 -1 1 1 1 1 1 -1 -1 -1
2 30 -1 -1 4 -1 -1 -1 -1 -1 0 1 1 1 1 -1 -1 -1

3 45 -1 90 -1 -1 -1 2 -1 -1 1 1 1 1 1 -1 -1 -1
"""
SHARED = Path(__file__).parents[3] / "shared" / "data"


def test_a_parallel_job_becomes_a_task_of_many_slots_or_many_nodes(tmp_path: Path) -> None:
    write(tmp_path, SWF, "small.swf")
    workload = build(read(tmp_path, [pool(taskSlotsPerNode=4)], [job([{"trace": "small.swf"}])]), 0)
    assert workload.submit.tolist() == [0, 45_000]
    assert workload.demand.tolist() == [60_000, 90_000]
    assert workload.slots.tolist() == [4, 2]
    assert workload.names.column().to_pylist() == ["swf-1", "swf-3"]
    nodes = {"trace": "small.swf", "parallelJobs": "multi_instance", "useMemory": True}
    body = pool(enableInterNodeCommunication=True)
    workload = build(read(tmp_path, [body], [job([nodes])]), 0)
    assert workload.slots.tolist() == [1, 1]
    assert workload.instances.tolist() == [4, 2]
    assert workload.memory.tolist() == [1024, 0]


def test_a_packed_trace_starts_when_asked(tmp_path: Path) -> None:
    (tmp_path / "small.swf.gz").write_bytes(gzip.compress(SWF.encode()))
    source = {"trace": "small.swf.gz", "start": "1h", "limit": 1}
    workload = build(read(tmp_path, [pool(taskSlotsPerNode=4)], [job([source])]), 0)
    assert workload.submit.tolist() == [3_600_000]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 0 -1 60 4\n", "bad.swf:1:1: expected 18 numbers, found 5"),
        (SWF.replace("45 -1 90", "45 -1 ninety"), "bad.swf:5:9: expected a number in column 4, not 'ninety'"),
        ("; only a comment\n", "bad.swf: holds no job"),
    ],
)
def test_bad_lines_of_a_trace_are_reported_with_their_numbers(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, text, "bad.swf")
    (found,) = problems(write(tmp_path, {"pools": [pool()], "jobs": [job([{"trace": "bad.swf"}])]}))
    assert found.startswith(message)


CSV = "name,arrival,run,mem\na,2026-01-05T00:00:10Z,2,1.5\nb,2026-01-05 00:00:00.500,3,2\n"
COLUMNS = {"id": "name", "submit": "arrival", "duration": "run", "memory": "mem"}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_with_named_columns(tmp_path: Path, kind: str) -> None:
    write(tmp_path, CSV, "t.csv")
    if kind == "parquet":
        pd.read_csv(tmp_path / "t.csv").to_parquet(tmp_path / "t.parquet")
    source = {"trace": f"t.{kind}", "columns": COLUMNS, "timeUnit": "m", "timeZone": "UTC"}
    workload = build(read(tmp_path, [pool()], [job([source])]), 0)
    assert workload.names.column().to_pylist() == ["b", "a"]
    assert workload.submit.tolist() == [0, 9_500]
    assert workload.demand.tolist() == [180_000, 120_000]
    assert workload.memory.tolist() == [2048, 1536]


def test_bad_cells_are_reported_with_their_lines(tmp_path: Path) -> None:
    write(tmp_path, "submit,duration\n0,5\n1,five\n2,-1\n3,inf\n", "t.csv")
    found = problems(write(tmp_path, {"pools": [pool()], "jobs": [job([{"trace": "t.csv"}])]}))
    assert [problem.split(":")[1] for problem in found] == ["3", "4", "5"]
    assert "expected a number, or a span of time like 90s" in found[0]
    assert "in 'duration', not 'five'" in found[0]
    assert "expected a number that is finite and not negative in 'duration', not '-1'" in found[1]


def test_absent_columns_and_files(tmp_path: Path) -> None:
    write(tmp_path, "submit,length\n0,5\n", "t.csv")
    (found,) = problems(write(tmp_path, {"pools": [pool()], "jobs": [job([{"trace": "t.csv"}])]}))
    assert "has no column 'duration', but submit, length" in found
    (found,) = problems(write(tmp_path, {"pools": [pool()], "jobs": [job([{"trace": "no.csv"}])]}))
    assert "jobs.0.simulation.workload.0.trace: no.csv cannot be read" in found


def test_the_trace_of_the_project_is_what_its_command_writes() -> None:
    assert FILE.read_text() == text(), "run: python -m tests.scenario.synthetic_trace"
    assert "SYNTHETIC" in HEADER


@pytest.mark.skipif(not SHARED.is_dir(), reason="the archive's traces are not part of the project")
@pytest.mark.parametrize(
    ("name", "count"),
    [("LCG", 188_041), ("KTH-SP2-1996-2.filtered", 28_481), ("NASA-iPSC-1993-3.1-cln", 18_066)],
)
def test_real_traces_are_read_whole(tmp_path: Path, name: str, count: int) -> None:
    """Counts from the archive; 173 jobs of the NASA trace have no run time."""
    body = pool(vmSize="Standard_M128s", taskSlotsPerNode=128)
    source = {"trace": str(SHARED / "swf" / f"{name}.swf.gz")}
    workload = build(read(tmp_path, [body], [job([source])]), 0)
    assert len(workload) in (count, count + 173)
    assert (workload.demand >= 0).all()
