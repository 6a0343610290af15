"""Metamorphic laws: a scenario and a changed one leave the same record, up to the change."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator import Simulation, scenario_of
from tests.engine.laws import check
from tests.examples import examples
from tests.laws.changes import doubled, in_other_units, permuted, renamed
from tests.laws.records import INSTANTS, SPANS, Record, assert_same, changed, record, rows
from tests.laws.worlds import CERTAIN, worlds
from tests.oracle.made_up import Draw, Scenario, job, pool

ORDERS = st.randoms(use_true_random=False)


@examples(8)
@given(worlds(CERTAIN))
def test_if_everything_takes_twice_as_long_everything_happens_at_twice_the_time(made: Scenario) -> None:
    """Of a world without sampler; recovery is tried again after a minute at least, so no delay is shorter."""
    for body in made["pools"]:
        timing = body["simulation"]["timing"]
        timing["recoveryDelay"] = f"{max(60, int(timing['recoveryDelay'][:-1]))}s"

    def twice(table: str, column: str, value: Any) -> Any:
        return value * 2 if value is not None and (table, column) in INSTANTS | SPANS else value

    assert_same(changed(record(made), twice), record(doubled(made)))


@examples(8)
@given(worlds(CERTAIN))
def test_names_mean_nothing(made: Scenario) -> None:
    """Of a world in which nothing is drawn: streams of random numbers are found by the names of jobs and pools."""
    assert_same(changed(record(made), lambda _, __, value: renamed(value)), record(renamed(made)))


@examples(8)
@given(worlds(), st.booleans())
def test_a_pool_without_work_changes_nothing_beside_it(made: Scenario, is_first: bool) -> None:
    """But private addresses, which all pools share."""
    idle = pool(Draw(1), "idle")
    idle["simulation"]["account"] = "other"
    pools = [idle, *made["pools"]] if is_first else [*made["pools"], idle]

    def rest(found: Record) -> Record:
        kept = {name: [row for row in table if row.get("pool") != "idle"] for name, table in found.items()}
        return changed(kept, lambda _, column, value: None if column == "ip" else value)

    assert_same(rest(record(made)), rest(record({**made, "pools": pools, "accounts": {"other": {}}})))


@examples(8)
@given(worlds(), st.integers(0, 2**32), st.booleans())
def test_a_pool_with_work_of_its_own_changes_nothing_beside_it(made: Scenario, seed: int, is_first: bool) -> None:
    """Its tasks start and end, its job ends and its nodes leave on the very ticks on which others do."""
    draw = Draw(seed)
    draw.grid = 60
    other = pool(draw, "zz")
    other["simulation"] |= {"account": "other", "zone": 2, "timing": dict.fromkeys(other["simulation"]["timing"], "0s")}
    other["simulation"]["timing"]["allocationTail"] = 0
    work = job(draw, "zj", "zz", 6, onAllTasksComplete="terminatejob")
    pools = [other, *made["pools"]] if is_first else [*made["pools"], other]
    drain = {"targetDedicatedNodes": 0, "nodeDeallocationOption": "taskcompletion", "resizeTimeout": "3600s"}
    timeline = [*made["timeline"], {"at": draw.time(), "operation": "resize", "pool": "zz", **drain}]
    busy = {**made, "pools": pools, "jobs": [*made["jobs"], work], "timeline": timeline, "accounts": {"other": {}}}

    def rest(found: Record) -> Record:
        names = [f"{row['job']}/{row['id']}" for row in found["tasks"]]
        for table in found.values():
            table[:] = [row for row in table if "zz" not in row.values() and "zj" not in row.values()]
        shared = {"ip", "task"}  # addresses of all pools together, and numbers of all tasks
        named = changed(found, lambda _, column, value: names[value] if column == "task" else value)
        return changed(named, lambda name, column, value: None if column in shared and name != "attempts" else value)

    assert_same(rest(record(made)), rest(record(busy)))


@examples(8)
@given(worlds(), ORDERS)
def test_the_order_of_keys_means_nothing(made: Scenario, order: Random) -> None:
    assert_same(record(made), record(permuted(made, order)))


@examples(8)
@given(worlds(), ORDERS)
def test_a_time_may_be_written_in_any_unit(made: Scenario, order: Random) -> None:
    assert_same(record(made), record(in_other_units(made, order)))


@examples(8)
@given(worlds(CERTAIN), st.integers(1, 6), st.integers(1, 9))
def test_a_group_may_be_split_in_two(made: Scenario, half: int, length: int) -> None:
    """Tasks that are equal are so in one group or in two; only their ids show."""
    group = {"duration": f"{length * 60}s", "requiredSlots": 1}
    whole, split = [{**group, "count": 2 * half}], [{**group, "count": half}] * 2

    def nameless(table: str, column: str, value: Any) -> Any:
        return None if (table, column) == ("tasks", "id") else value

    def grouped(groups: list[Any]) -> Record:
        jobs = [{**body, "simulation": {"workload": groups}} for body in made["jobs"]]
        return changed(record({**made, "jobs": jobs}), nameless)

    assert_same(grouped(whole), grouped(split))


@examples(8)
@given(worlds(), st.integers(60, 5000))
def test_a_longer_run_begins_like_a_shorter_one(made: Scenario, horizon: int) -> None:
    longer, shorter = record(made), record({**made, "horizon": f"{horizon}s"})
    assert_same(before(horizon, shorter), before(horizon, longer))


def before(end: int, found: Record) -> Record:
    """Return what is known of each attempt, state, resize and evaluation before an instant."""
    names = [f"{row['job']}/{row['id']}" for row in found["tasks"]]
    kept: Record = {}
    for name, begin in (
        ("attempts", "assigned"),
        ("jobs", "start"),
        ("node_tasks", "start"),
        ("node_states", "start"),
        ("start_tasks", "start"),
        ("resizes", "start"),
        ("operations", "time"),
        ("pool_timeline", "time"),
        ("evaluations", "time"),
    ):
        kept[name] = [cut(row, end) for row in found[name] if row[begin] < end]
    for row in kept["attempts"]:
        row["task"] = names[row["task"]]
    for row in kept["jobs"]:
        del row["pool"]  # where the job was at the end: it may have moved
    return kept


def cut(row: dict[str, Any], end: int) -> dict[str, Any]:
    """Return a row without what was known only at its end, if that was not before an instant."""
    if row.get("end", 0) is not None and row.get("end", 0) < end:
        return dict(row)
    late = ("end", "outcome", "exit_code", "code", "message", "dedicated", "low_priority", "kept", "kept_until")
    return {key: value for key, value in row.items() if key not in late}


@examples(8)
@given(worlds(), st.lists(st.integers(0, 5400), max_size=6), st.integers(1, 700))
def test_any_stepping_leaves_the_same_record(made: Scenario, stops: list[int], step: int) -> None:
    """In pieces, and with snapshots between them: who looks changes nothing."""
    run = Simulation(scenario_of(made))
    for instant in sorted({*stops, *range(0, 5400, step)}):
        run.advance(instant)
        run.snapshot()
        for body in made["pools"]:
            run.nodes(body["id"])
    run.advance()
    assert_same(record(made), rows(check(run.recording())))
