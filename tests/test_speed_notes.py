"""Where the kernel is not compiled, `--version` and every run of more than a second say so, and what it costs."""

import os
import subprocess
import sys

import pytest

import simulator.kernel
from simulator.cli.commands import MODULES, SIMULATING
from simulator.cli.speed import noting_speed

SENTENCE = "the kernel is not compiled and runs as plain Python: large runs take up to five times as long"


def test_the_version_states_what_an_interpreted_kernel_costs() -> None:
    command = [sys.executable, "-m", "simulator.cli", "--version"]
    interpreted = {**os.environ, "POOLSIGHT_KERNEL": "python"}
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env=interpreted).stdout
    assert "(kernel: python)" in shown
    assert SENTENCE in shown


@pytest.mark.parametrize(
    ("kernel", "seconds", "notes"), [("python", 1.1, 1), ("python", 0.9, 0), ("compiled", 60.0, 0)]
)
def test_only_a_long_command_on_an_interpreted_kernel_ends_with_the_note(
    kernel: str, seconds: float, notes: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulator.kernel, "SPEED", kernel)
    instants = iter((10.0, 10.0 + seconds))
    assert noting_speed(lambda: "answer", lambda: next(instants))() == "answer"
    assert capsys.readouterr().err.count(SENTENCE) == notes


def test_a_command_that_fails_late_reports_it_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulator.kernel, "SPEED", "python")
    instants = iter((0.0, 5.0))

    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        noting_speed(fail, lambda: next(instants))()
    assert SENTENCE in capsys.readouterr().err


def test_commands_that_simulate_are_commands() -> None:
    assert set(MODULES) >= SIMULATING
