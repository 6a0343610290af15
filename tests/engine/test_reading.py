"""Reading a run changes nothing: not by accident, and not by a method that is within reach."""

from copy import deepcopy

import pytest

from simulator import Simulation
from simulator.engine.tasks_view import TasksView
from tests.engine.worlds import job, pool, scenario


@pytest.fixture
def simulation() -> Simulation:
    made = Simulation(scenario([pool(targetDedicatedNodes=2)], [job(6, "10m")]))
    made.advance(60)
    return made


def test_looking_marks_no_kernel_as_changed(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    marked: list[int] = []
    monkeypatch.setattr(simulation.env, "touch", marked.append)
    (held,) = simulation.directory.pools
    simulation.snapshot()
    simulation.nodes("p")
    assert (held.site.tasks.running, held.site.tasks.active) == (2, 4)
    assert marked == []
    held.site.change()
    assert marked == [held.index]


def test_a_view_of_tasks_has_no_way_to_change_them(simulation: Simulation) -> None:
    """The type checker refuses it too: an `ignore` that it does not need is an error of its own."""
    view: TasksView = simulation.directory.pools[0].site.tasks
    with pytest.raises(AttributeError):
        view.in_service(0)  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        view.running = 0  # type: ignore[misc]
    with pytest.raises(AttributeError):
        view.note = 0  # type: ignore[attr-defined]


def test_a_view_shows_numbers_and_copies_only(simulation: Simulation) -> None:
    """Whatever a caller does to what a view returns, the kernel stays as it is."""
    kernel, view = simulation.env.kernels[0], simulation.directory.pools[0].site.tasks
    before = bytes(kernel.attempts.node[: len(kernel.attempts)])
    tasks, ends = view.attempts_on(0)
    tasks[:], ends[:] = 0, 0
    list(view.tasks_on(0)).clear()
    assert bytes(kernel.attempts.node[: len(kernel.attempts)]) == before
    assert view.tasks_on(0)


def test_a_record_in_the_middle_shares_what_is_over_and_nothing_that_goes_on(simulation: Simulation) -> None:
    record = simulation.directory.world.record
    before, taken = deepcopy(record), record.copy()
    assert taken == before
    is_over = [row.end >= 0 for row in record.states]
    assert True in is_over
    assert False in is_over
    assert [one is other for one, other in zip(record.states, taken.states, strict=True)] == is_over
    taken.finish(60_000)
    taken.renumber({0: 5}, {0: 3}, range(6))
    taken.pools[3].deleted = 60_000
    assert record == before
    assert {row.pool for row in taken.nodes} == {3}
