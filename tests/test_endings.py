"""How commands end: a wrong input, a defect, a signal and an output that is gone have codes of their own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.errors import MOST_REPORTED, Problem, reports

FIRST = Path(__file__).parents[1] / "scenarios" / "first_pool.yaml"
COMMAND = (sys.executable, "-m", "simulator.cli")
BROKEN = """
import sys
import simulator.scenario
from simulator.cli import main
def load(*_, **__): raise {raised}
simulator.scenario.load = load
sys.argv = ["poolsight", "run", "a.yaml"]
main()
"""


def ended(raised: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "TMPDIR": str(folder)}
    command = [sys.executable, "-c", BROKEN.format(raised=raised)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("raised", "shown"),
    [("KeyError('a')", "a defect of the program"), ("RuntimeWarning('cast')", "RuntimeWarning: cast")],
)
def test_a_defect_leaves_a_file_to_report(tmp_path: Path, raised: str, shown: str) -> None:
    found = ended(raised, tmp_path)
    (crash,) = tmp_path.glob("poolsight-crash-*.txt")
    assert found.returncode == 70
    assert found.stderr.count("\n") == 1
    assert shown in found.stderr
    assert str(crash) in found.stderr
    assert "Traceback" in crash.read_text()
    assert "'run', 'a.yaml'" in crash.read_text()


def test_ctrl_c_and_a_broken_law(tmp_path: Path) -> None:
    assert ended("KeyboardInterrupt", tmp_path).returncode == 128 + signal.SIGINT
    assert not list(tmp_path.iterdir())
    law = ended("__import__('simulator.errors').errors.BrokenInvariantError('a slot is used twice')", tmp_path)
    assert law.returncode == 70
    assert "a law of the simulation is broken" in law.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [["run", str(FIRST)], ["run", str(FIRST), "--json"], ["sizes"]])
def test_an_output_that_is_full(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        found = subprocess.run([*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert found.returncode == 2
    assert found.stderr == "poolsight: the answer cannot be written: No space left on device\n"


@pytest.mark.parametrize("words", [["run", str(FIRST)], ["sizes"]])
def test_a_reader_that_has_seen_enough(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    found = subprocess.run([*COMMAND, *words], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="closes streams as a Unix shell does")
@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "1>&- 2>&-"])
def test_streams_that_are_closed_lead_nowhere(closed: str, tmp_path: Path) -> None:
    words = [*COMMAND, "run", str(FIRST), "--out", str(tmp_path / "out")]
    found = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {closed}', "sh", *words], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0
    assert "400 of 400 tasks" in found.stdout or "1>&-" in closed
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["tasks"]


WAITS = """
import os, signal, tempfile
import simulator.scenario
from simulator.cli import main
def load(*_, **__):
    with tempfile.TemporaryDirectory(dir={folder!r}):
        os.kill(os.getpid(), signal.{name})
        signal.pause()
simulator.scenario.load = load
import sys
sys.argv = ["poolsight", "run", "a.yaml"]
main()
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_command_and_removes_its_scratch(tmp_path: Path, name: str) -> None:
    code = WAITS.format(folder=str(tmp_path), name=name)
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 128 + getattr(signal, name)
    assert found.stderr == ""
    assert not list(tmp_path.iterdir())


def test_a_hundred_problems_are_shown_and_the_rest_is_counted() -> None:
    problems = [Problem(str(number), is_warning=number % 2 == 0) for number in range(300)]
    shown = list(reports(problems))
    assert len(shown) == MOST_REPORTED + 1
    assert shown[-1] == "and 200 more problems"
    assert not any("warning" in text for text in shown)


def test_a_message_neither_acts_on_a_terminal_nor_fills_it() -> None:
    text = str(Problem("\x1b]0;T\x07" + "a" * 5000, file="b\x1b.yaml", line=1, column=3, source="a:\x1b[31m"))
    assert "\x1b" not in text
    assert "\\x1b]0;T\\x07" in text
    assert len(text) < 1200
