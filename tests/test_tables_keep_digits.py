"""No table of a command loses a digit: piped, on a terminal of 80 columns, with long names of designs."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from simulator.cli import compare as compare_command
from simulator.cli import experiments, page, plan, sweep
from simulator.experiment import compare, load_experiment, replicate
from simulator.experiment import sweep as run_sweep
from simulator.planning.plan import make_plan
from simulator.planning.plan_file import load_plan
from tests.engine.worlds import job, pool, scenario
from tests.features.story import UBUNTU

LONG = "a_design_with_a_rather_long_name_that_somebody_chose"
SMALL = scenario([pool(targetDedicatedNodes=2)], [job(30, {"exponential": {"mean": "12h"}})])


def files(folder: Path) -> tuple[Path, Path]:
    """Write a sweep and a plan whose designs have long names."""
    body = {
        "sizes": {"D2": {"vcpus": 2, "memoryGiB": 8, "dedicatedLinux": 123.456}},
        "pools": [{"id": "p", "vmSize": "D2", "virtualMachineConfiguration": UBUNTU, "targetDedicatedNodes": 1}],
        "jobs": [job(9, {"exponential": {"mean": "12h"}})],
    }
    (folder / "small.json").write_text(json.dumps(body))
    axes = {LONG: {"path": "pools.p.targetDedicatedNodes", "values": [1, 2]}}
    study = {"scenario": "small.json", "axes": axes}
    (folder / "sweep.json").write_text(json.dumps({**study, "replications": 3}))
    kept = {"minimize": "cost", "subject_to": ["P(makespan <= 90h) >= 0.5"]}
    search = {"method": "exhaustive", "first": 4, "cap": 8, "fresh": 4}
    (folder / "plan.json").write_text(json.dumps({**study, **kept, "search": search}))
    return folder / "sweep.json", folder / "plan.json"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Callable[[], None]]:
    made, asked = files(tmp_path_factory.mktemp("tables"))
    experiment = load_experiment(made)
    frame = run_sweep(experiment, workers=1)
    runs = replicate(SMALL, 5, workers=1)
    both = compare({"one": SMALL, LONG: SMALL.model_copy(update={"seed": 2})}, 5, workers=1)
    planned = make_plan(load_plan(asked), workers=1)
    return {
        "replications": lambda: experiments.show_replications(runs, [0.9]),
        "compare": lambda: compare_command._show_comparison(both),
        "sweep": lambda: sweep._show(experiment, frame, None),
        "plan": lambda: plan._show(planned),
    }


@pytest.mark.parametrize("name", ["replications", "compare", "sweep", "plan"])
@pytest.mark.parametrize("columns", [None, 80, 60])
def test_tables_keep_every_digit(
    answers: dict[str, Callable[[], None]],
    name: str,
    columns: int | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if columns is not None:
        terminal = Console(force_terminal=True, color_system=None, width=columns, highlight=False)
        for module in (experiments, compare_command, page):
            monkeypatch.setattr(module, "console", lambda: terminal)
    answers[name]()
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert re.search(r"\d", shown)
