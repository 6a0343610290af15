"""A command line is read as a real shell would run it, or not at all."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.results.answer.metrics import summarize
from simulator.scenario.format.command_lines import CommandRun, is_unread, read_command, seconds_of
from simulator.workload.build import build
from tests.features.story import Body, job, pool, problems_of, run, scenario

READ = [
    ("sleep 10", 10, 0),
    ("/bin/sleep 10", 10, 0),
    ("sleep 1m", 60, 0),
    ("sleep 1.5", 1.5, 0),
    ("sleep .5h", 1800, 0),
    ("sleep 1 2", 3, 0),
    ("sleep 1m 30s", 90, 0),
    ("sleep infinity", math.inf, 0),
    ("sleep 10; sleep 20", 30, 0),
    ("sleep 10 && sleep 20", 30, 0),
    ("sleep 10 || sleep 20", 10, 0),
    ("false || sleep 20", 20, 0),
    ("false && sleep 20 || sleep 3", 3, 0),
    ("sleep 10; exit 3", 10, 3),
    ("sleep 10\nexit 3\nsleep 5", 10, 3),
    ("false; exit", 0, 1),
    ("sleep 5 > /dev/null 2>&1", 5, 0),
    ("echo done >> log; sleep 5", 5, 0),
    ("timeout 5m sleep 60", 60, 0),
    ("timeout 5m sleep 600", 300, 124),
    ("timeout 5 sleep infinity", 5, 124),
    ("timeout 0 sleep 600", 600, 0),
    ("timeout 1m bash -c 'sleep 10; exit 4'", 10, 4),
    ("/bin/bash -c 'sleep 10; sleep 20'", 30, 0),
    ('/bin/sh -c "sleep 10"', 10, 0),
    ("bash -lc 'sleep 10'", 10, 0),
    ("""bash -c "bash -c 'sleep 10; exit 3'; sleep 5" """, 15, 0),
    ("sh -c 'sleep 10; exit 3' && sleep 5", 10, 3),
    ("""bash -c 'echo "it'"'"'s"; sleep 5'""", 5, 0),
    ("timeout 30", 30, 0),
    ("timeout /t 30 /nobreak", 30, 0),
    ('cmd /c "timeout /t 30"', 30, 0),
    ("cmd.exe /c timeout /t 30 /nobreak >nul", 30, 0),
    (r"C:\Windows\System32\cmd.exe /c timeout /t 30 && exit /b 3", 30, 3),
    ("cmd /c ping -n 11 127.0.0.1 > nul", 10, 0),
    ("cmd /c powershell Start-Sleep 30", 30, 0),
    ("powershell Start-Sleep 30", 30, 0),
    ("powershell -NoProfile -ExecutionPolicy Bypass -Command Start-Sleep -Seconds 30", 30, 0),
    ('pwsh -c "Start-Sleep -Milliseconds 1500; exit 2"', 1.5, 2),
]
UNREAD = [
    "for i in 1 2 3; do sleep 5; done",
    "while true; do sleep 5; done",
    "if true; then sleep 5; fi",
    "sleep 5 | cat",
    "sleep 5 &",
    "sleep 5 & wait",
    "sleep $SECONDS",
    'sleep "$SECONDS"',
    "sleep `cat time`",
    "sleep $(cat time)",
    "(sleep 5)",
    "{ sleep 5; }",
    "./prepare && sleep 5",
    "sleep 5; python work.py",
    "python work.py; exit 3",
    "timeout 5m ./work",
    "timeout -s KILL 5 sleep 10",
    "timeout 5 sleep 5",
    "sleep five",
    "sleep -1",
    "sleep 5; ; sleep 5",
    "sleep 5 && ",
    "sleep 'unfinished",
    "sleep 5 # a while",
    "bash -ec 'false; sleep 5'",
    "bash work.sh; sleep 5",
    "exit 256",
    "cmd /c timeout /t %SECONDS%",
    "cmd /c timeout /t 5 & exit 3",
    "cmd /c ping -n 11 example.com",
    "cmd /c for %i in (1 2) do timeout /t 5",
    "powershell Start-Sleep $seconds",
    "powershell Start-Sleep 1.5",
    'powershell "1..3 | % { Start-Sleep 5 }"',
]
NO_TIME = ["", "  ", "work.exe", "python work.py --timeout 30 --sleep-mode", "/bin/bash -c 'make all'"]


@pytest.mark.parametrize(("line", "seconds", "code"), READ)
def test_what_is_read(line: str, seconds: float, code: int) -> None:
    assert read_command(line) == CommandRun(seconds, code)
    assert not is_unread(line)


@pytest.mark.parametrize("line", UNREAD)
def test_what_is_not_read_is_known_as_such(line: str) -> None:
    assert read_command(line) is None
    assert is_unread(line)


@pytest.mark.parametrize("line", NO_TIME)
def test_a_program_states_no_time_and_is_no_cause_for_a_warning(line: str) -> None:
    assert (seconds_of(line), is_unread(line)) == (None, False)


def test_a_command_that_does_not_wait_states_no_time() -> None:
    """`true` or `exit 3` stands where somebody has yet to write the work: the job's default is its time."""
    assert seconds_of("echo hello") is None
    assert seconds_of("sleep 0") == 0


def test_shells_inside_shells_end_somewhere() -> None:
    assert read_command("cmd /c " * 5000 + "timeout /t 3") is None


# ---- against a shell ---------------------------------------------------------------------------------------

Simple = tuple[str, float, int, bool]
"""A command, its seconds, its exit code, and whether the shell ends with it."""
SIMPLE: st.SearchStrategy[Simple] = st.one_of(
    st.integers(0, 99).map(lambda n: (f"sleep {n}", float(n), 0, False)),
    st.tuples(st.integers(0, 9), st.integers(1, 9)).map(
        lambda t: (f"sleep {t[0]}m {t[1]}", t[0] * 60 + t[1], 0, False)
    ),
    st.sampled_from([("true", 0.0, 0, False), ("false", 0.0, 1, False), ("echo 'a; b'", 0.0, 0, False)]),
    st.integers(0, 255).map(lambda n: (f"exit {n}", 0.0, n, True)),
    st.tuples(st.integers(1, 9), st.integers(1, 9)).map(
        lambda t: (f"timeout {2 * t[0]} sleep {2 * t[1] + 1}", *_limited(2.0 * t[0], 2.0 * t[1] + 1), False)
    ),
)
LISTS = st.lists(st.tuples(st.sampled_from([";", "&&", "||", "\n"]), SIMPLE), min_size=1, max_size=6)


def _limited(limit: float, seconds: float) -> tuple[float, int]:
    return (seconds, 0) if seconds < limit else (limit, 124)


def evaluate(commands: list[tuple[str, Simple]]) -> tuple[float, int]:
    """Run commands as the standard of shells says, on values instead of a clock: the reference."""
    time, status = 0.0, 0
    for place, (joint, (_, seconds, code, ends)) in enumerate(commands):
        if place and ((joint == "&&" and status != 0) or (joint == "||" and status == 0)):
            continue
        time, status = time + seconds, code
        if ends:
            break
    return time, status


def written(commands: list[tuple[str, Simple]]) -> str:
    """Write commands as a line."""
    return "".join((f" {joint} " if place else "") + one[0] for place, (joint, one) in enumerate(commands))


@given(LISTS)
def test_lists_of_commands_take_what_a_shell_would_take(commands: list[tuple[str, Simple]]) -> None:
    time, status = evaluate(commands)
    assert read_command(written(commands)) == CommandRun(time, status)


@given(LISTS, LISTS)
def test_a_shell_in_a_shell_is_one_command(inner: list[tuple[str, Simple]], outer: list[tuple[str, Simple]]) -> None:
    time, status = evaluate(inner)
    script = written(inner).replace("\\", "\\\\").replace('"', '\\"')
    nested: tuple[str, Simple] = (";", (f'/bin/bash -c "{script}"', time, status, False))
    assert read_command(written([nested, *outer])) == CommandRun(*evaluate([nested, *outer]))


@given(st.text(max_size=40))
def test_any_line_is_read_or_not(line: str) -> None:
    found = read_command(line)
    assert found is None or found.seconds >= 0


@given(LISTS, st.sampled_from(["$X", "| cat", "& ", "`x`", "(x)", "./work"]), st.integers(0, 6))
def test_one_unknown_word_makes_the_whole_unknown(commands: list[tuple[str, Simple]], word: str, place: int) -> None:
    """Where the shell comes to it, or cannot even read the line."""
    lines = [one[0] for _, one in commands if not one[3]]
    lines.insert(min(place, len(lines)), word)
    assert read_command("; ".join(lines)) is None


# ---- in a scenario -----------------------------------------------------------------------------------------


def test_duration_and_exit_code_of_a_task_come_from_its_command_line() -> None:
    tasks = [
        {"id": "a", "commandLine": "/bin/bash -c 'sleep 1m; exit 3'"},
        {"id": "b", "commandLine": "sleep 10; sleep 20"},
    ]
    found = run(pool(nodes=2), job(tasks=tasks)).frame("tasks")
    assert found["end"].tolist() == [60, 30]
    assert found["exit_code"].tolist() == [3, 0]
    assert set(found["duration_source"]) == {"command line"}


def test_simulation_and_settings_come_before_the_command_line() -> None:
    settings = [{"name": "SIM_EXIT_CODE", "value": "0"}, {"name": "SIM_DURATION", "value": "7"}]
    tasks = [{"id": "a", "commandLine": "sleep 10; exit 3", "environmentSettings": settings}]
    workload = build(scenario(pool(nodes=1), job(tasks=tasks)), 0)
    assert (workload.demand.tolist(), workload.failures.tolist()) == ([7000], [0])


def test_a_task_that_never_ends_runs_until_its_limit() -> None:
    tasks = [{"id": "a", "commandLine": "sleep infinity", "constraints": {"maxWallClockTime": "PT10M"}}]
    (row,) = run(pool(nodes=1), job(tasks=tasks)).frame("tasks").to_dict("records")
    assert (row["end"], row["succeeded"]) == (600, False)


def test_exit_codes_of_special_tasks_are_read_too() -> None:
    work: Body = {
        "jobPreparationTask": {"commandLine": "sleep 5"},
        "jobReleaseTask": {"commandLine": "sleep 5; exit 1"},
        "onAllTasksComplete": "terminatejob",
    }
    found = run(pool(nodes=1), job(tasks=[{"id": "a", "commandLine": "sleep 5"}], **work)).frame("node_tasks")
    assert found["outcome"].tolist() == ["succeeded", "failed"]
    started = run(pool(nodes=1, startTask={"commandLine": "sleep 5; exit 7", "waitForSuccess": True}), horizon="1h")
    assert started.frame("node_states")["state"].tolist()[-1] == "starttaskfailed"
    assert started.frame("start_tasks")["exit_code"].tolist() == [7]


def test_what_was_not_read_is_reported_once_with_an_example(tmp_path: Path) -> None:
    loop = "bash -c 'for i in 1 2 3; do sleep 5; done'"
    tasks: list[Body] = [{"id": f"t{k}", "commandLine": loop} for k in range(3)]
    tasks.append({"id": "program", "commandLine": "make all"})
    tasks.append({"id": "known", "commandLine": loop, "simulation": {"duration": "15s"}})
    work = job(tasks=tasks, simulation={"defaults": {"duration": "33s"}})
    (found,) = problems_of(tmp_path, pool(nodes=1), work)
    assert (
        "jobs.0.tasks.0.commandLine: warning: 3 command lines name a time or an exit code and cannot be read" in found
    )
    assert loop in found


def test_every_kind_of_task_is_looked_at(tmp_path: Path) -> None:
    loop = {"commandLine": "sleep $X"}
    pools = pool(nodes=3, startTask=loop, enableInterNodeCommunication=True)
    gang = {"numberOfInstances": 2, "coordinationCommandLine": "sleep $Y"}
    tasks = [{"id": "a", "commandLine": "sleep 5", "multiInstanceSettings": gang}]
    special: Body = {"jobPreparationTask": loop, "jobReleaseTask": loop, "jobManagerTask": {"id": "m", **loop}}
    found = [text for text in problems_of(tmp_path, pools, job(tasks=tasks, **special)) if "cannot be read" in text]
    assert len(found) == 1
    assert "pools.0.startTask.commandLine: warning: 5 command lines" in found[0]


def test_the_answer_shows_it_too() -> None:
    tasks = [{"id": "a", "commandLine": "sleep $X"}]
    recording = run(pool(nodes=1), job(tasks=tasks, simulation={"defaults": {"duration": "33s"}}))
    found = summarize(recording)["warnings"]
    assert found == [text for text in found if "a command line names a time" in text and "`sleep $X`" in text]
    assert len(found) == 1
