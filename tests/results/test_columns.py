"""What tables and answers are made of: merged series, quantiles, and what a file knows of its columns."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import simulate
from simulator.columns.broadcast import constant
from simulator.results.answer.metrics import quantiles
from simulator.results.record.pool_timeline import Merged
from simulator.results.write import write
from tests.engine.worlds import job, pool, scenario

keys = st.lists(st.integers(0, 60), max_size=120).map(sorted)


@given(st.lists(keys, min_size=1, max_size=5), st.tuples(st.integers(0, 60), st.integers(1, 200)))
def test_merged_series_count_what_has_happened_so_far(series: list[list[int]], at_once: tuple[int, int]) -> None:
    columns = {number: np.array(one, dtype=np.int64) for number, one in enumerate(series)}
    columns[len(series)] = constant(at_once[0], at_once[1], np.int64)
    merged = Merged(columns)
    assert merged.keys.tolist() == sorted({key for column in columns.values() for key in column.tolist()})
    for name, column in columns.items():
        found = merged.so_far(name)
        assert found.dtype == np.int32
        assert found.tolist() == [int((column <= key).sum()) for key in merged.keys]


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=300))
def test_quantiles_are_those_of_numpy_to_the_last_bit(values: list[float]) -> None:
    column = np.array(values)
    found = quantiles(column)
    assert found is not None
    assert [found["p50"], found["p95"], found["p99"]] == np.quantile(column, [0.5, 0.95, 0.99]).tolist()
    assert (found["mean"], found["max"]) == (column.mean(), column.max())


def test_a_file_reports_the_bounds_of_its_numbers_and_none_of_its_few_names(tmp_path: Path) -> None:
    write(simulate(scenario([pool()], [job(9, "60s")])), tmp_path / "out")
    group = pq.read_metadata(tmp_path / "out" / "tasks.parquet").row_group(0)
    columns = {group.column(place).path_in_schema: group.column(place) for place in range(group.num_columns)}
    assert (columns["task"].statistics.min, columns["task"].statistics.max) == (0, 8)
    assert not columns["job"].is_stats_set


@pytest.mark.parametrize("days", [20, 60])
def test_the_pools_of_a_long_run_have_each_a_timeline_of_their_own(days: int) -> None:
    arrivals = {"poisson": {"ratePerHour": 2, "until": f"{days - 1}d"}}
    workload = [{"duration": "30m", "arrivals": arrivals}]
    names = ("first", "last")
    made = simulate(
        scenario(
            [pool(id=name, targetDedicatedNodes=1) for name in ("first", "idle", "last")],
            [{"id": name, "poolInfo": {"poolId": name}, "simulation": {"workload": workload}} for name in names],
            horizon=f"{days}d",
        )
    )
    timeline = made.pool_timeline
    assert set(timeline["pool"]) == {"first", "idle", "last"}
    assert timeline["queued_tasks"].min() == 0
    for name in names:
        mine = timeline[timeline["pool"] == name]
        submitted = made.tasks["submit"][made.tasks["job"] == name]
        assert mine["queued_tasks"].max() > 0
        assert set(submitted) <= set(mine["time"]), "every arrival is an instant of its pool"
