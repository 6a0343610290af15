"""Common random numbers in the control plane: the draws of a node do not depend on the number of nodes.

Each node of a pool, counted by kind as it appears, takes as long for each step of its start and is taken away after as
long as in any other pool of that name.
"""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Recording, simulate
from simulator.states import NodeKind, NodeState
from simulator.streams import BLOCK, IndexedDraws, stream
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario
from tests.examples import examples

STEPS: Final = (NodeState.CREATING, NodeState.STARTING, NodeState.WAITINGFORSTARTTASK)
VARYING: Final = {"exponential": {"mean": "90s"}}
TIMES: Final = ("allocationLatency", "creating", "starting", "startTask", "leaving", "recoveryDelay")
TIMING: Final = dict.fromkeys(TIMES, VARYING)
PREEMPTION: Final = [
    {"model": "hazard", "ratePerHour": 6},
    {"model": "weibull", "shape": 0.7, "scale": "10m"},
    {
        "model": "bathtub",
        "early": {"shape": 0.5, "scale": "1h"},
        "ratePerHour": 3,
        "wearOut": {"shape": 4, "scale": "20m"},
    },
]
Story = list[tuple[NodeState, int]]


def run(dedicated: int, low_priority: int, model: dict[str, Any], replication: int = 0, **body: Any) -> Recording:
    simulation = {"timing": TIMING, "preemption": model, "startTask": {"failureProbability": 0.3}}
    start_task = {"commandLine": "x", "maxTaskRetryCount": 2, "waitForSuccess": True}
    made = pool(
        targetDedicatedNodes=dedicated,
        targetLowPriorityNodes=low_priority,
        startTask=start_task,
        simulation=simulation,
        **body,
    )
    return check(simulate(scenario([made], [job(4, "40m")], horizon="90m"), replication))


def stories(recording: Recording) -> dict[tuple[NodeKind, int], Story]:
    """Return what each node went through, by kind and place, and how long each state took, but the last one."""
    nodes = recording.raw.recorder.nodes
    places = {kind: [row for row, node in enumerate(nodes) if node.kind == kind] for kind in NodeKind}
    found: dict[tuple[NodeKind, int], Story] = {}
    for kind, rows in places.items():
        for place, row in enumerate(rows):
            states = [one for one in recording.raw.recorder.states if one.node == row and one.end < recording.raw.end]
            found[kind, place] = [(NodeState(one.state), one.end - one.start) for one in states]
    return found


def boots(story: Story) -> list[Story]:
    """Cut a story into starts, each from `creating` to the first state that is no step of it."""
    found: list[Story] = []
    for state, took in story:
        if state is NodeState.CREATING:
            found.append([])
        if state in STEPS and found:
            found[-1].append((state, took))
    return found


def first_lives(recording: Recording) -> dict[int, int]:
    """Return how long the first VM of each low-priority node stood that was taken away, by place."""
    found = {}
    for (kind, place), story in stories(recording).items():
        names = [state for state, _ in story]
        if kind is NodeKind.LOW_PRIORITY and NodeState.PREEMPTED in names:
            found[place] = sum(took for _, took in story[: names.index(NodeState.PREEMPTED)])
    return found


@examples(12)
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.sampled_from(PREEMPTION),
    st.integers(0, 50),
)
def test_more_nodes_do_not_change_the_draws_of_those_that_were_there(
    sizes: tuple[int, int], more: tuple[int, int], model: dict[str, Any], replication: int
) -> None:
    """Starts, start-task failures, evictions and the way back: the whole story of each node is the same."""
    few = stories(run(*sizes, model, replication))
    many = stories(run(sizes[0] + more[0], sizes[1] + more[1], model, replication))
    for node, story in few.items():
        other = many[node]
        shared = min(len(story), len(other)) - 1  # tasks come and go at other times; states of service are not drawn
        assert boots(story[:shared]) == boots(other[:shared]), node


@pytest.mark.parametrize("model", PREEMPTION, ids=lambda model: str(model["model"]))
def test_each_node_is_taken_away_after_the_same_time(model: dict[str, Any]) -> None:
    few, many = (first_lives(run(dedicated, spot, model)) for dedicated, spot in ((0, 6), (7, 20)))
    assert few
    assert {place: many[place] for place in few} == few


def test_another_policy_does_not_change_draws() -> None:
    """Fill type, order of removal and a resize in between change who works, not how nodes start or are taken."""
    model = PREEMPTION[0]
    plain = run(3, 3, model)
    spread = run(3, 3, model, taskSchedulingPolicy={"nodeFillType": "spread"}, taskSlotsPerNode=2)
    assert first_lives(plain) == first_lives(spread)
    for node, story in stories(plain).items():
        assert boots(story)[0] == boots(stories(spread)[node])[0]


def test_orders_of_one_kind_are_delivered_whenever_the_other_is_wanted() -> None:
    """The first dedicated node appears at the same moment beside any number of low-priority ones."""
    model = PREEMPTION[0]

    def appeared(recording: Recording, kind: NodeKind) -> int:
        rows = [row for row, node in enumerate(recording.raw.recorder.nodes) if node.kind == kind]
        return min(one.start for one in recording.raw.recorder.states if one.node in rows)

    alone, beside = run(0, 3, model), run(5, 3, model)
    assert appeared(alone, NodeKind.LOW_PRIORITY) == appeared(beside, NodeKind.LOW_PRIORITY)


@given(st.lists(st.integers(0, 2 * BLOCK), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_what_an_item_draws_does_not_depend_on_the_order_of_items(items: list[int], shuffler: Any) -> None:
    def draw(order: list[int]) -> dict[int, list[float]]:
        draws = IndexedDraws(lambda turn: stream(1, 2, f"x:{turn}"), lambda u: u)
        found: dict[int, list[float]] = {}
        for item in order:
            found.setdefault(item, []).append(draws.next(item))
        return found

    other = list(items)
    shuffler.shuffle(other)
    assert draw(items) == draw(other)
