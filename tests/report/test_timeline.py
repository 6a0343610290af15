"""The timeline obeys the rules of the trace event format and holds what the recording holds."""

import gzip
import json
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator import InputError, Recording
from simulator.report.chrome_trace import CHUNK, WHOLE, Window, write
from tests.features.story import job, pool, task
from tests.features.story import run as play
from tests.report import runs

NEEDED = {
    "M": {"pid", "tid", "name", "args"},
    "X": {"pid", "tid", "ts", "dur", "name", "cat"},
    "C": {"pid", "tid", "ts", "name", "args"},
    "i": {"pid", "tid", "ts", "name", "s"},
}
META = {"process_name": "name", "thread_name": "name", "process_labels": "labels", "process_sort_index": "sort_index"}


def made(run: Recording, folder: Path, name: str = "run.json.gz", inside: Window = WHOLE) -> dict[str, Any]:
    path = folder / name
    count = write(run, path, inside)
    text = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    trace: dict[str, Any] = json.loads(text)
    assert len(trace["traceEvents"]) == count
    return trace


def check_rules(trace: dict[str, Any]) -> None:
    """Check what the format and its readers ask for."""
    events = trace["traceEvents"]
    named: dict[str, set[tuple[int, int]]] = defaultdict(set)
    tracks: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for event in events:
        phase = event["ph"]
        assert NEEDED[phase] <= event.keys(), event
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
        for key in ("ts", "dur"):
            if key in event:
                assert isinstance(event[key], int), event
                assert event[key] >= 0, event
        if phase == "M":
            assert META[event["name"]] in event["args"], event
            named[event["name"]].add((event["pid"], event["tid"]))
        if phase == "X":
            tracks[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
        if phase == "C":
            assert event["args"]
            assert all(isinstance(value, int | float) for value in event["args"].values())
        if phase == "i":
            assert event["s"] in ("g", "p", "t")
    pids = {event["pid"] for event in events}
    assert pids == {pid for pid, _ in named["process_name"]}
    used = {(event["pid"], event["tid"]) for event in events if event["ph"] in ("X", "i")}
    assert used <= named["thread_name"]
    for track, spans in tracks.items():
        spans.sort()
        for (_, end), (start, _) in pairwise(spans):
            assert end <= start, (track, end, start)


@pytest.mark.parametrize("name", runs.ALL)
def test_every_run_obeys_the_rules(name: str, tmp_path: Path) -> None:
    check_rules(made(runs.ALL[name](), tmp_path))


def test_a_window_has_what_goes_on_inside_it(tmp_path: Path) -> None:
    run = runs.busy()
    begin, end = run.end / 4, run.end / 2
    whole, part = made(run, tmp_path), made(run, tmp_path, inside=Window(begin, end))
    check_rules(part)

    def spans(trace: dict[str, Any]) -> Counter[tuple[int, int, int, str]]:
        events = [event for event in trace["traceEvents"] if event["ph"] == "X"]
        return Counter((event["pid"], event["ts"], event["dur"], event["name"]) for event in events)

    expected = Counter(
        {
            key: count
            for key, count in spans(whole).items()
            if key[1] + key[2] > round(begin * 1e6) and key[1] < round(end * 1e6)
        }
    )
    assert 0 < len(expected) < len(spans(whole))
    assert spans(part) == expected
    instants = [event["ts"] / 1e6 for event in part["traceEvents"] if event["ph"] == "C"]
    assert instants
    assert all(begin <= at < end for at in instants)


def test_a_broken_trace_is_found() -> None:
    """The check itself can fail."""
    names = [
        {"ph": "M", "pid": 1, "tid": 0, "name": "process_name", "args": {"name": "n"}},
        {"ph": "M", "pid": 1, "tid": 1, "name": "thread_name", "args": {"name": "slot 1"}},
    ]
    first = {"ph": "X", "pid": 1, "tid": 1, "ts": 0, "dur": 10, "name": "a", "cat": "task"}
    check_rules({"traceEvents": [*names, first, {**first, "ts": 10}]})
    for broken in ({**first, "ts": 9}, {**first, "ts": 20.5}, {**first, "tid": 2, "ts": 20}, {**first, "pid": 2}):
        with pytest.raises(AssertionError):
            check_rules({"traceEvents": [*names, first, broken]})


def test_tasks_are_on_the_slots_of_their_node(tmp_path: Path) -> None:
    run = runs.busy()
    events = made(run, tmp_path, "run.json")["traceEvents"]
    names = {event["pid"]: event["args"]["name"] for event in events if event["name"] == "process_name"}
    found = Counter(
        (event["name"], names[event["pid"]].removeprefix("node "), event["ts"], event["dur"])
        for event in events
        if event.get("cat") == "task"
    )
    tasks, wanted = run.tasks, Counter[tuple[str, str, int, int]]()
    for row in run.attempts.to_dict("records"):
        span = (round(row["assigned"] * 1e6), round((row["end"] - row["assigned"]) * 1e6))
        wanted[tasks["id"][row["task"]], row["node"], *span] += int(tasks["slots"][row["task"]])
    assert found == wanted
    slots = [event["tid"] for event in events if event.get("cat") == "task"]
    assert set(slots) <= {1, 2, 3, 4}


def test_what_a_checkpoint_kept_stands_with_the_attempt(tmp_path: Path) -> None:
    saves = {"checkpoints": {"interval": "10m"}}
    events = {"model": "capacity_event", "fraction": 1, "times": ["25m"]}
    body = pool(low_priority=1, simulation={"preemption": events, "timing": {"recoveryDelay": "5m"}})
    trace = made(play(body, job(tasks=[task("a", "60m", simulation=saves)])), tmp_path)
    check_rules(trace)
    assert [event["args"].get("kept_s") for event in trace["traceEvents"] if event["name"] == "a"] == [1200, None]


def test_states_counters_and_instants_are_those_of_the_recording(tmp_path: Path) -> None:
    run = runs.busy()
    events = made(run, tmp_path)["traceEvents"]
    states = [event for event in events if event.get("cat") == "node state"]
    assert len(states) == len(run.node_states)
    lost = [event["ts"] for event in events if event["ph"] == "i" and event["name"] == "preemption"]
    assert sorted(lost) == sorted(round(t * 1e6) for t in run.node_states.query("state == 'preempted'")["start"])
    counters = [event for event in events if event["ph"] == "C" and event["name"] == "tasks"]
    level = {event["ts"]: event["args"] for event in counters}
    held: dict[str, int] = {"waiting": 0, "running": 0}
    for row in run.pool_timeline.to_dict("records"):
        held = level.get(round(row["time"] * 1e6), held)
        assert held == {"waiting": row["queued_tasks"], "running": row["running_tasks"]}


def test_evaluations_and_resizes_are_instants_of_their_pool(tmp_path: Path) -> None:
    run = runs.scaled()
    events = made(run, tmp_path)["traceEvents"]
    instants = [event for event in events if event["ph"] == "i"]
    evaluations = [event for event in instants if event["name"].startswith("evaluation")]
    assert [event["ts"] for event in evaluations] == [round(t * 1e6) for t in run.evaluations["time"]]
    assert [event["args"]["results"] for event in evaluations] == list(run.evaluations["results"])
    refused = [event for event in instants if event["name"] == "resize: AccountCoreQuotaReached"]
    assert len(refused) == (run.resizes["code"] == "AccountCoreQuotaReached").sum() > 0


def test_a_long_run_is_written_in_pieces_that_fit_together(tmp_path: Path) -> None:
    trace = made(runs.many(100, 3000), tmp_path)
    assert len(trace["traceEvents"]) > CHUNK
    check_rules(trace)


def test_equal_runs_give_equal_bytes(tmp_path: Path) -> None:
    write(runs.busy(), tmp_path / "a.json.gz")
    write(runs.busy(), tmp_path / "other name.json.gz")
    assert (tmp_path / "a.json.gz").read_bytes() == (tmp_path / "other name.json.gz").read_bytes()


def test_another_suffix_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.json or \.json\.gz"):
        write(runs.single(), tmp_path / "run.txt")
    with pytest.raises(InputError, match="cannot be written"):
        write(runs.single(), tmp_path / "nowhere" / "run.json")
