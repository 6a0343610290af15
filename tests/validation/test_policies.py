"""Policies against what others have published and proven: EASY backfilling, bounds and anomalies of lists."""

import gzip
from collections.abc import Iterator, Sequence
from functools import cache
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pytest

from simulator import scenario_of, simulate
from tests.features.story import document, job, pool, run, task

SHARED: Final = Path(__file__).parents[3] / "shared" / "data" / "swf"
KTH: Final = SHARED / "KTH-SP2-1996-2.filtered.swf.gz"
PROCESSORS: Final = 100
ORDERS: Final = {"user": {}, "perfect": {"source": "perfect"}, "double": {"times": 2}}


class Published(NamedTuple):
    """A row of the results behind a paper of SC'15 on backfilling with predictions (`jad-darrous/predictsim`)."""

    queue: str
    estimates: str
    mean_flow: float
    max_flow: int
    mean_slowdown: float
    max_slowdown: float


ROWS: Final = (
    Published("easy", "user", 15_696.7981812436, 309_231, 92.5765397336, 14_805.2),
    Published("easy", "perfect", 15_187.6077033812, 356_843, 71.7223851124, 10_017.2),
    Published("easy", "double", 14_900.1694111864, 382_389, 79.9302510862, 21_370.4),
    Published("easy_sjbf", "user", 14_764.0026684456, 372_238, 69.4054005803, 14_805.2),
    Published("easy_sjbf", "perfect", 14_295.9468417542, 335_193, 49.8477189313, 9_941.7),
    Published("easy_sjbf", "double", 14_063.9175941856, 382_389, 58.9125322400, 21_395.5),
)


def machine(slots: int, trace: Path, queue: str, nodes: int = 1, **simulation: Any) -> dict[str, Any]:
    """Return a machine that replays a trace as published simulators do: nothing takes time but the jobs."""
    workload = {"trace": str(trace), "processors": "requested"}
    big = {**pool(nodes=nodes), "vmSize": "Standard_D64s_v3", "taskSlotsPerNode": slots}
    made = document(big, {**job(), "simulation": {"workload": [workload], **simulation}}, policies={"queue": queue})
    made["options"]["passes"] = "each_event"
    return made


@cache
def prepared(folder: Path) -> Path:
    """Write the KTH-SP2 log as the publication prepared it: jobs that fit and ran, no longer than they had asked."""
    if not KTH.is_file():
        pytest.skip("the log of the Parallel Workloads Archive is not part of the project")
    lines = []
    for line in gzip.decompress(KTH.read_bytes()).decode().splitlines():
        cells = line.split()
        if not cells or cells[0].startswith(";"):
            continue
        run_time, asked, processors = float(cells[3]), float(cells[8]), max(int(cells[7]), int(cells[4]))
        if processors <= PROCESSORS and run_time > 0 and asked > 0:
            cells[3] = str(min(run_time, asked))
            lines.append(" ".join(cells))
    path = folder / "kth.swf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.long
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.queue}-{row.estimates}")
def test_published_backfilling_on_kth_comes_out_to_every_printed_digit(
    row: Published, tmp_path_factory: pytest.TempPathFactory
) -> None:
    trace = prepared(tmp_path_factory.getbasetemp())
    tasks = simulate(scenario_of(machine(PROCESSORS, trace, row.queue, estimates=ORDERS[row.estimates])))
    frame = tasks.table("tasks").to_pandas()
    flow, ran = frame["end"] - frame["submit"], frame["end"] - frame["first_start"]
    slowdown = np.maximum(1, flow / np.maximum(ran, 10))
    assert len(frame) == 28_481
    assert (f"{flow.mean():.10f}", flow.max()) == (f"{row.mean_flow:.10f}", row.max_flow)
    assert (f"{slowdown.mean():.10f}", f"{slowdown.max():.1f}") == (
        f"{row.mean_slowdown:.10f}",
        f"{row.max_slowdown:.1f}",
    )


def starts_first_come_first_served(jobs: Sequence[tuple[float, float, int]], processors: int) -> Iterator[float]:
    """Yield when jobs of (submit, run time, processors) start where none passes another: a replay by itself."""
    running: list[tuple[float, int]] = []
    free, now = processors, 0.0
    for submit, run_time, needed in jobs:
        now = max(now, submit)
        while running and (running[0][0] <= now or free < needed):
            end, given = heappop(running)
            now, free = max(now, end), free + given
        free -= needed
        heappush(running, (now + run_time, needed))
        yield now


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "slots", "nodes"), [("NASA-iPSC-1993-3.1-cln", 128, 1), ("LCG", 250, 6)], ids=["NASA", "LCG"]
)
def test_archive_logs_under_fcfs_start_as_in_an_independent_replay(name: str, slots: int, nodes: int) -> None:
    path = SHARED / f"{name}.swf.gz"
    if not path.is_file():
        pytest.skip("the logs of the Parallel Workloads Archive are not part of the project")
    frame = simulate(scenario_of(machine(slots, path, "fcfs", nodes))).table("tasks").to_pandas()
    ran = frame["end"] - frame["first_start"]
    jobs = list(zip(frame["submit"], ran, frame["slots"], strict=True))
    assert list(starts_first_come_first_served(jobs, slots * nodes)) == frame["first_start"].tolist()


def makespan(queue: str, machines: int, lengths: Sequence[int], **after: list[str]) -> float:
    """Return when the last of tasks t1, t2, … ends, one at a time on a machine; `after` has the parents of some."""
    tasks = []
    for number, length in enumerate(lengths, 1):
        parents = after.get(f"t{number}")
        rest: dict[str, Any] = {"dependsOn": {"taskIds": parents}} if parents else {}
        tasks.append(task(f"t{number}", f"{length}s", **rest))
    body = {**job(tasks=tasks), "usesTaskDependencies": bool(after)}
    return float(run(pool(nodes=machines), body, policies={"queue": queue}).table("tasks").to_pandas()["end"].max())


@pytest.mark.parametrize("machines", [2, 3, 5])
def test_a_list_can_take_as_long_as_grahams_bound_states(machines: int) -> None:
    """Twice as long as needed, less one part: short tasks first, and the one that is as long as all of them last."""
    lengths = [1] * (machines * (machines - 1)) + [machines]
    assert makespan("fcfs", machines, lengths) == 2 * machines - 1
    assert makespan("ljf", machines, lengths) == machines


@pytest.mark.parametrize("machines", [2, 3, 4])
def test_longest_first_can_take_as_long_as_its_bound_states(machines: int) -> None:
    lengths = [length for length in range(2 * machines - 1, machines, -1) for _ in range(2)] + [machines] * 3
    assert makespan("ljf", machines, lengths) == 4 * machines - 1
    assert (4 * machines - 1) / (3 * machines) == pytest.approx(4 / 3 - 1 / (3 * machines))


LENGTHS: Final = (3, 2, 2, 2, 4, 4, 4, 4, 9)
AFTER: Final = {"t9": ["t1"], **{f"t{child}": ["t4"] for child in (5, 6, 7, 8)}}


def test_more_machines_shorter_tasks_and_fewer_constraints_can_all_make_work_last_longer() -> None:
    """Graham's anomalies."""
    assert makespan("fcfs", 3, LENGTHS, **AFTER) == 12
    assert makespan("fcfs", 4, LENGTHS, **AFTER) == 15
    assert makespan("fcfs", 3, [length - 1 for length in LENGTHS], **AFTER) == 13
    assert (
        makespan("fcfs", 3, LENGTHS, **{child: found for child, found in AFTER.items() if child not in ("t5", "t6")})
        == 16
    )


def test_fair_shares_become_equal_whoever_came_first() -> None:
    """A job that had the pool to itself for an hour waits until the other has used as much, then they take turns."""
    early, late = job("early", count=400, duration="60s"), job("late", count=400, duration="60s", at="1h")
    recording = run(pool(nodes=4), early, late, policies={"queue": {"policy": "fair_share", "halfLife": "1000h"}})
    frame = recording.table("tasks").to_pandas()

    def begun(name: str, until: float) -> int:
        return int(((frame["job"] == name) & (frame["first_start"] < until)).sum())

    assert begun("late", 3600) == 0
    assert begun("early", 2 * 3600) - begun("early", 3600) <= 4
    assert abs(begun("early", 2.4 * 3600) - begun("late", 2.4 * 3600)) <= 4
