"""A deadline is a span or an instant of the scenario's clock, and the answer names what is known of it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from simulator import InputError, scenario_of
from simulator.cli.deadlines import read_deadline
from tests.command_line import app
from tests.engine.worlds import job, pool, scenario
from tests.features.story import UBUNTU

EVENING = "2026-01-05T20:00:00Z"
NIGHT = scenario([pool(targetDedicatedNodes=1)], [job(2, "1h")], origin=EVENING)


def poolsight(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("10h", 10),
        ("PT10H", 10),
        ("06:00", 10),
        ("6:00", 10),
        ("06:00Z", 10),
        ("21:30", 1.5),
        ("20:00", 24),
        ("2026-01-06T06:00:00Z", 10),
        ("2026-01-06T07:00+01:00", 10),
        ("2026-01-06", 4),
    ],
)
def test_a_deadline_is_a_span_or_an_instant(text: str, hours: float) -> None:
    found = read_deadline(text, NIGHT)
    assert found is not None
    assert found.seconds == 3600 * hours
    assert (found.note is None) == text.endswith(("h", "H"))


def test_an_instant_counts_from_the_first_task() -> None:
    later = job(1, "1h", arrivals={"atOnce": {"at": "4h"}})
    found = read_deadline("06:00", scenario([pool(targetDedicatedNodes=1)], [later], origin=EVENING))
    assert found is not None
    assert found.seconds == 6 * 3600
    assert found.note == "deadline 2026-01-06T06:00:00Z: 6 h after the first task is added"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("25:00", "a time of day like 06:00"),
        ("soon", "a date like 2026-01-06T06:00:00Z"),
        ("8", "a bare number has no unit"),
        ("2026-13-01", "not '2026-13-01'"),
        ("2026-01-05T19:00:00Z", "is not after the first task, which comes at 2026-01-05T20:00:00Z"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=r"--deadline: ") as caught:
        read_deadline(text, NIGHT)
    assert why in str(caught.value)


def chancy(directory: Path) -> Path:
    """Write a scenario that is done after two hours in about half of its runs."""
    body = {
        "sizes": {"D2": {"vcpus": 2, "memoryGiB": 8, "dedicatedLinux": 0.1}},
        "options": {"timingPreset": "instant"},
        "origin": EVENING,
        "pools": [{"id": "p", "vmSize": "D2", "virtualMachineConfiguration": UBUNTU, "targetDedicatedNodes": 1}],
        "jobs": [job(1, {"exponential": {"mean": "3h"}})],
    }
    scenario_of(body)
    file = directory / "chancy.json"
    file.write_text(json.dumps(body))
    return file


@pytest.mark.parametrize("text", ["2h", "22:00"])
def test_the_heading_names_the_points_that_were_asked_for(tmp_path: Path, text: str) -> None:
    words = ("--replications", "auto", "--cap", 20, "--precision", 1, "--deadline", text, "--workers", 1)
    missed = poolsight("run", chancy(tmp_path), *words, "--points", 0.01).stdout.splitlines()[0]
    assert "the cap, did not reach 100 % precision of makespan and cost and ± 1 points of P(makespan ≤ 2 h)" in missed
    assert "reached: makespan ± " in missed
    assert "P(makespan ≤ 2 h) ± 2" in missed
    enough = poolsight("run", chancy(tmp_path), *words, "--points", 0.3).stdout
    assert "20 replications were enough for 100 % precision of makespan and cost and ± 30 points of P(" in enough
    assert ("deadline 2026-01-05T22:00:00Z: 2 h after the first task is added" in enough) == (text == "22:00")


def test_json_has_the_half_width_reached_and_wanted(tmp_path: Path) -> None:
    words = ("--deadline", "22:00", "--workers", 1, "--json")
    auto = ("--replications", "auto", "--cap", 20, "--precision", 1, "--points", 0.01)
    found = json.loads(poolsight("run", chancy(tmp_path), *auto, *words).stdout)
    assert found["reached"] is False
    assert found["deadline"]["half_width_wanted"] == 0.01
    assert found["deadline"]["half_width"] > 0.1
    assert found["deadline"]["limit_s"] == 7200
    assert "2026-01-05T22:00:00Z" in found["deadline"]["read_as"]
    fixed = json.loads(poolsight("run", chancy(tmp_path), "--replications", 5, *words).stdout)
    assert fixed["deadline"]["half_width_wanted"] is None
