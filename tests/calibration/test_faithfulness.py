"""A back-test learns from what had been seen by the cut, and measures are of what they say they are."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulator.calibration.against import Row, scaled_by
from simulator.calibration.calibrate import findings
from simulator.calibration.evidence import Evidence
from simulator.calibration.findings import Finding, Learned, Missing
from simulator.calibration.forecast import Course
from simulator.calibration.lives import evictions, lives_of
from simulator.calibration.nodes import allocation_latency
from simulator.calibration.split import split
from simulator.calibration.words import rows_to_dict
from simulator.errors import InputError
from simulator.experiment.estimates import mean
from simulator.fits import Sample, choose
from simulator.history.options import Options
from simulator.history.past import Past
from simulator.history.pools import Given
from simulator.history.read import read_past
from simulator.scenario.format.pool_operations import Resize


def runs(folder: Path, *, more: str = "", cells: str = "") -> Past:
    """Return a past of a task each minute, as long as its number is great."""
    rows = "".join(f"t{n},j,farm,{n * 60},{n * 60 + 5},{n * 60 + 30 + n}{cells}\n" for n in range(100))
    (folder / "runs.csv").write_text(f"id,job,pool,submit,start,end{more}\n{rows}")
    return read_past([folder / "runs.csv"], Options())


def with_nodes(seen: Past, rows: list[tuple[str, str, float, str]], kind: str = "low_priority") -> Past:
    """Return a past with a log of the states of its nodes: pool, node, time, state."""
    frame = pd.DataFrame(rows, columns=["pool", "node", "time", "state"]).assign(kind=kind, size="", file="s", row=0)
    frame = frame.astype(dict.fromkeys(("pool", "node", "state", "kind", "size", "file"), object))
    return replace(seen, nodes=frame, files=(*seen.files, replace(seen.files[0], name="s", format="node-states")))


def taken(
    until: float, spans: list[float], *, pool: str = "farm", node: str = "n"
) -> list[tuple[str, str, float, str]]:
    """Return the states of a node that lives and is taken after each span."""
    rows, time = [], 0.0
    for span in spans:
        rows.append((pool, node, time, "creating"))
        rows.append((pool, node, time + 1, "idle"))
        rows.append((pool, node, time + span, "preempted"))
        time += span + 60
    return [row for row in rows if row[2] < until]


SPANS = np.random.default_rng(3).exponential(200, 60).round(1).tolist()


def test_evictions_of_the_time_to_come_do_not_change_what_is_predicted(tmp_path: Path) -> None:
    seen = runs(tmp_path)
    cut = split(seen, 0.7).cut
    dumps = []
    for until in (cut, 1e9):
        parts = split(with_nodes(seen, taken(until, SPANS)), 0.7)
        course = Course.of(parts, Given(), tmp_path)
        pool = course.predicted(findings(Evidence.of(parts.first)), 1).pools[0]
        assert "Hazard" in type(pool.simulation.preemption).__name__
        dumps.append(pool)
    assert dumps[0].simulation == dumps[1].simulation
    found = findings(Evidence.of(parts.first))
    assert course.predicted(found, 1).pools[0].simulation != course.predicted(found, 2).pools[0].simulation


@pytest.mark.parametrize("spans", [[100.0] * 12, [100.0] * 6 + [5000.0] * 6])
def test_lives_of_no_hazard_are_no_fault(tmp_path: Path, spans: list[float]) -> None:
    (found,) = evictions(Evidence.of(with_nodes(runs(tmp_path), taken(1e9, spans))))
    if isinstance(found, Missing):
        assert "whose times no hazard has" in found.why
    else:
        assert found.value["model"] in ("hazard", "weibull")


def test_a_past_without_ends_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs.csv").write_text("id,submit,duration\n" + "".join(f"t{n},{n * 60},30\n" for n in range(100)))
    with pytest.raises(InputError, match="--map end=COLUMN"):
        split(read_past([tmp_path / "runs.csv"], Options()), 0.7)


def test_what_never_ended_is_no_number_of_the_table() -> None:
    one = mean(np.array([1.0, 2.0]))
    assert rows_to_dict([Row("makespan", float("inf"), one, one, one)])["makespan"]["recorded"] is None


def test_quantities_are_drawn_apart() -> None:
    choice = choose(Sample.of(np.random.default_rng(1).exponential(100, 50)), ("exponential",))
    assert choice is not None
    one, two = (Learned(name, {}, choice.fit.body, 50, pd.DataFrame(), choice) for name in ("duration", "creating"))
    assert [one.other(n) for n in range(5)] != [two.other(n) for n in range(5)]


def groups(course: Course, found: list[Finding]) -> list[Any]:
    return [
        one for one in course.predicted(found, 1).jobs[0].simulation.workload if hasattr(one, "max_task_retry_count")
    ]


def test_tasks_are_retried_as_often_as_was_seen(tmp_path: Path) -> None:
    parts = split(runs(tmp_path, more=",retries", cells=",2"), 0.7)
    course = Course.of(parts, Given(), tmp_path)
    assert set(course.retries.values()) == {2}
    assert 2 in {one.max_task_retry_count for one in groups(course, list(findings(Evidence.of(parts.first))))}


def test_nothing_is_predicted_without_a_law_of_durations(tmp_path: Path) -> None:
    course = Course.of(split(runs(tmp_path), 0.7), Given(), tmp_path)
    with pytest.raises(InputError, match="too few tasks ended before the cut"):
        course.predicted([], 1)


def test_what_goes_on_at_the_cut_has_no_final_counts(tmp_path: Path) -> None:
    parts = split(runs(tmp_path, more=",retries", cells=",2"), 0.7)
    known = parts.first.tasks
    going = known["outcome"].isin(["running", "waiting"])
    assert going.any()
    assert known["retries"][going].isna().all()
    assert (known["retries"][~going] == 2).all()


def resized(seen: Past, rows: list[tuple[str, float, int]]) -> Past:
    """Return a past with resizes: pool, time, dedicated nodes asked for."""
    frame = pd.DataFrame(rows, columns=["pool", "time", "target_dedicated"])
    frame = frame.assign(change="resize", file="r", row=0, size="", code="").reindex(columns=seen.pools.columns)
    return replace(seen, pools=frame.astype(dict.fromkeys(("pool", "change", "size", "code", "file"), object)))


def test_only_growths_bring_nodes(tmp_path: Path) -> None:
    seen = resized(runs(tmp_path), [("farm", 0, 4), ("farm", 100, 2), ("farm", 200, 6), ("other", 50, 1)])
    assert Evidence.of(seen).growths["time"].tolist() == [0, 50, 200]
    assert Evidence.of(seen, 60).growths["time"].tolist() == [200]


def test_a_node_that_comes_back_is_of_no_growth(tmp_path: Path) -> None:
    seen = resized(runs(tmp_path), [("farm", float(at), number) for number, at in enumerate(range(10, 2000, 100), 1)])
    rows = [("farm", f"n{at}", at + 30.0, "creating") for at in range(10, 2000, 100)]
    back = [("farm", f"n{at}", at + 1015.0, "creating") for at in range(10, 900, 100)]
    (found,) = allocation_latency(Evidence.of(with_nodes(seen, rows + back, "dedicated"), 1000.0))
    assert isinstance(found, Learned)
    assert found.value == "30s"


def test_nodes_of_one_name_in_two_pools_are_two(tmp_path: Path) -> None:
    both = [*taken(1e9, [900.0], pool="a"), *taken(1e9, [500.0], pool="b")]
    evidence = Evidence.of(with_nodes(runs(tmp_path), both))
    assert sorted(lives_of(evidence, evidence.spells).ended) == [500, 900]


def test_ends_between_two_looks_count_for_the_criterion() -> None:
    choice = choose(Sample.of([], (), [(n, n + 5.0) for n in range(1, 11)]), ("exponential",))
    assert choice is not None
    assert choice.tried[0].ended == 10
    assert choice.tried[0].aic == pytest.approx(2 - 2 * choice.tried[0].log_likelihood + 4 / 8)


def test_a_formula_keeps_the_interval_of_its_pool() -> None:
    change = scaled_by("$TargetDedicatedNodes = 1;")
    stated, other = change(
        [{"id": "a", "autoScaleEvaluationInterval": "PT10M"}, {"id": "b", "targetDedicatedNodes": 2}]
    )
    assert stated["autoScaleEvaluationInterval"] == "PT10M"
    assert set(other) == {"id", "enableAutoScale", "autoScaleFormula"}


def test_a_pool_with_an_id_of_its_own_keeps_its_resizes(tmp_path: Path) -> None:
    seen = runs(tmp_path)
    seen = replace(seen, tasks=seen.tasks.assign(pool="my farm"))
    course = Course.of(split(resized(seen, [("my farm", 0, 4), ("my farm", 600, 6)]), 0.7), Given(), tmp_path)
    (event,) = course.recorded([]).timeline
    assert isinstance(event, Resize)
    assert (event.at, event.pool) == (600, "my_farm")
