"""What is asked about one id at one instant is answered in the order in which it is asked, in a file and on the way."""

from random import Random
from typing import Any

import pytest

from simulator import InputError, Recording, Simulation, simulate, summarize
from simulator.results.record.tables import NAMES, arrow
from tests.engine.laws import check
from tests.features.story import Body, job, operation, pool, run, scenario, task

ON_TASKS = ("addTasks", "addTasks", "deleteTask", "deleteTask", "terminateTask")
ON_ALL = (*ON_TASKS, "addJob", "addJob", "deleteJob", "terminateJob")
Asked = tuple[str, str, str]
"""When, what, and about which task."""


def on(at: str, name: str, **keys: Any) -> Body:
    return operation(at, name, pool=None, job=keys.pop("job", "j"), **keys)


def listed() -> Body:
    return job("j", tasks=[task("a", "300s")])


def body(at: str, name: str, about: str) -> Body:
    match name:
        case "addJob":
            return on(at, name, job=listed())
        case "addTasks":
            return on(at, name, tasks=[task(about, "200s")])
        case "deleteTask" | "terminateTask":
            return on(at, name, task=about)
        case _:
            return on(at, name)


class Service:
    """One job with its tasks, as the service's reference describes it: each request is answered by itself."""

    def __init__(self) -> None:
        self.state = "active"
        self.tasks = {"a": "active"}

    def answer(self, name: str, about: str) -> str:
        if name == "addJob":
            if self.state:
                return "JobExists"
            self.state, self.tasks = "active", {"a": "active"}
            return "Success"
        if not self.state:
            return "JobNotFound"
        if name == "deleteJob":
            self.state = ""
            return "Success"
        if name == "deleteTask":
            return "Success" if self.tasks.pop(about, None) else "TaskNotFound"
        if self.state == "completed":
            return "JobCompleted"
        if name == "terminateJob":
            self.state = "completed"
            return "Success"
        return self._on_task(name, about)

    def _on_task(self, name: str, about: str) -> str:
        if name == "addTasks":
            code = "TaskExists" if about in self.tasks else "Success"
            self.tasks.setdefault(about, "active")
            return code
        if about not in self.tasks:
            return "TaskNotFound"
        code = "TaskCompleted" if self.tasks[about] == "completed" else "Success"
        self.tasks[about] = "completed"
        return code


def drawn(seed: int) -> list[Asked]:
    random = Random(seed)  # noqa: S311 - chooses what is asked
    kinds = ON_TASKS if seed % 2 else ON_ALL
    count = random.randint(2, 6)
    return [
        (at, random.choice(kinds), random.choice("ab"))
        for at in sorted(random.choices(["10s", "20s"], [4, 1], k=count))
    ]


def expected(asked: list[Asked]) -> list[str]:
    service = Service()
    return [service.answer(name, about) for _, name, about in asked]


def codes(found: Recording) -> list[str]:
    return [str(code) for code in found.operations["code"]]


@pytest.mark.parametrize("first", range(0, 24, 8))
def test_what_a_client_asks_is_answered_as_the_service_would(first: int) -> None:
    """What was accepted is a file; where it can be read, it runs to the same tables."""
    for seed in range(first, first + 8):
        asked = drawn(seed)
        steps = Simulation(scenario(pool(nodes=3), listed(), timeline=[], horizon="10m"))
        got = [str(steps.submit(body(*one)).code) for one in asked]
        assert got == expected(asked), (seed, asked)
        steps.advance()
        found = steps.recording()
        check(found)
        again = simulate(steps.scenario)
        assert all(arrow(found, name).equals(arrow(again, name)) for name in NAMES), (seed, asked)


def test_what_a_file_asks_is_answered_as_the_service_would() -> None:
    """A second id without a deletion before is refused as the file is read: about half of what is drawn."""
    answered = 0
    for seed in range(40):
        asked = drawn(seed)
        try:
            given = scenario(pool(nodes=3), listed(), timeline=[body(*one) for one in asked], horizon="10m")
        except InputError:
            continue
        found = simulate(given)
        check(found)
        assert codes(found) == expected(asked), (seed, asked)
        answered += 1
    assert answered > 10


def test_a_second_addition_at_the_instant_of_the_deletion_finds_the_first() -> None:
    timeline = [
        on("10s", "deleteTask", task="a"),
        on("10s", "addTasks", tasks=[task("a", "20s")]),
        on("10s", "addTasks", tasks=[task("A", "30s"), task("b", "5s")]),
    ]
    found = run(pool(nodes=2), job("j", tasks=[task("a", "60s")]), timeline=timeline, horizon="10m")
    assert codes(found) == ["Success", "Success", "TaskExists"]
    done = found.tasks[found.tasks["succeeded"]]
    assert done[["id", "end"]].to_numpy().tolist() == [["a~2", 30.0], ["b", 15.0]]


@pytest.mark.parametrize("way", ["announced", "submitted"])
@pytest.mark.parametrize(("deleted", "end"), [(False, 46.0), (True, 31.0)])
def test_a_task_of_a_group_is_refused_when_it_comes_and_its_id_was_taken_meanwhile(
    way: str, *, deleted: bool, end: float
) -> None:
    """It comes at 30 s; what is deleted at 5 s is not there yet, so that its id is free, and again from 25 s on."""
    timeline = [
        on("5s", "deleteTask", task="task-1"),
        on("6s", "addTasks", tasks=[task("task-1", "40s")]),
        *([on("25s", "deleteTask", task="task-1")] if deleted else []),
    ]
    first = job(count=1, at="30s", duration="1s")
    steps = Simulation(scenario(pool(nodes=3), first, timeline=timeline if way == "announced" else [], horizon="2m"))
    for one in timeline if way == "submitted" else []:
        steps.submit(one)
    steps.advance()
    found = steps.recording()
    check(found)
    assert codes(found)[:2] == ["TaskNotFound", "Success"]
    assert found.tasks[found.tasks["succeeded"]]["end"].tolist() == [end]
    assert ("its id was taken" in summarize(found)["tasks"].unfinished_why) is not deleted
