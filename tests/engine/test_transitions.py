"""One story for each change of state that the table of transitions allows; together they are the whole table."""

from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from simulator import Recording, simulate
from simulator.states import NODE_TRANSITIONS, NodeState
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario

S = NodeState
Edge = tuple[NodeState | None, NodeState | None]
EDGES: set[Edge] = {(before, after) for before, afters in NODE_TRANSITIONS.items() for after in afters}
TIMES = dict.fromkeys(
    ("creating", "starting", "startTask", "rebooting", "reimaging", "upgradingOS", "leaving", "deallocating"), "10s"
)
CLOUD = {"cloudServiceConfiguration": {"osFamily": "6"}}
UPGRADED = {"upgradePolicy": {"mode": "rolling"}}
START = {"startTask": {"commandLine": "x"}}


def operation(at: float, name: str, **body: Any) -> dict[str, Any]:
    return {"at": f"{at}s", "operation": name, "pool": "p", **body}


def at_node(at: float, name: str, **body: Any) -> dict[str, Any]:
    return operation(at, name, nodeId="p_1_p", **body)


BUSY = [job(1, "100s")]
TASKS_END = {"nodeDeallocationOption": "taskcompletion"}
FAILING = {**START, "simulation": {"startTask": {"failureProbability": 1}}}
REACHED: dict[NodeState, tuple[float, dict[str, Any], list[Any], list[Any]]] = {
    S.CREATING: (5, START, [], []),
    S.STARTING: (15, START, [], []),
    S.WAITINGFORSTARTTASK: (25, START, [], []),
    S.STARTTASKFAILED: (35, FAILING, [], []),
    S.IDLE: (35, START, [], []),
    S.RUNNING: (35, START, BUSY, []),
    S.OFFLINE: (35, START, [], [at_node(32, "disableScheduling")]),
    S.REBOOTING: (35, START, [], [at_node(32, "reboot")]),
    S.REIMAGING: (35, START, [], [at_node(32, "reimage")]),
    S.UPGRADINGOS: (35, START, [], [operation(32, "upgradeOs")]),
    S.UNUSABLE: (35, START, [], [at_node(32, "loseContact", state="unusable", recovery="20s")]),
    S.UNKNOWN: (35, START, [], [at_node(32, "loseContact", recovery="20s")]),
    S.DEALLOCATING: (35, START, [], [at_node(32, "deallocateNode")]),
    S.DEALLOCATED: (50, START, [], [at_node(32, "deallocateNode")]),
    S.LEAVINGPOOL: (35, START, BUSY, [operation(31, "resize", targetLowPriorityNodes=0, **TASKS_END)]),
}
"""When a node is in a state, and what brings it there: body of the pool, jobs, timeline."""
BEFALLS = (
    S.PREEMPTED,
    S.LEAVINGPOOL,
    S.UNKNOWN,
    S.UNUSABLE,
    S.UPGRADINGOS,
    S.REBOOTING,
    S.REIMAGING,
    S.OFFLINE,
    S.DEALLOCATING,
)


def story(
    body: dict[str, Any], jobs: list[Any], timeline: list[Any], taken: float | None = None, end: float = 200
) -> Recording:
    """Simulate one low-priority node that passes each state in 10 s; `taken` is when its VM is taken back."""
    simulation = {"timing": {**TIMES, "recoveryDelay": "10s"}, **body.get("simulation", {})}
    if taken is not None:
        simulation["preemption"] = {"model": "capacity_event", "fraction": 1, "times": [f"{taken}s"]}
    stops = any(one["operation"] in ("deallocateNode", "startNode") for one in timeline)
    system, profile = (UPGRADED, "2025-06") if stops else (CLOUD, "2020-09")  # no generation has it all
    made = pool(**{"targetLowPriorityNodes": 1, **system, **body, "simulation": simulation})
    options = {"apiProfile": profile}
    return check(simulate(scenario([made], jobs, timeline=timeline, horizon=f"{end}s", options=options)))


def edges_of(recording: Recording) -> set[Edge]:
    found: set[Edge] = set()
    for _, rows in recording.node_states.groupby("node", observed=True):
        states: list[NodeState | None] = [None]
        for state in map(NodeState, rows["state"]):
            if state is S.RUNNING and state not in NODE_TRANSITIONS[states[-1]]:
                states.append(S.IDLE)  # for no time at all
            states.append(state)
        if rows["end"].max() < recording.raw.end / 1000:
            states.append(None)
        found |= set(pairwise(states))
    return {(a, b) for a, b in found if a is not b}


def befall(state: NodeState, what: NodeState) -> Recording:
    """Do something to a node in a given state."""
    at, body, jobs, timeline = REACHED[state]
    happens = {
        S.LEAVINGPOOL: operation(at, "resize", targetLowPriorityNodes=0),
        S.UNKNOWN: at_node(at, "loseContact", recovery="20s"),
        S.UNUSABLE: at_node(at, "loseContact", state="unusable", recovery="20s"),
        S.UPGRADINGOS: operation(at, "upgradeOs"),
        S.REBOOTING: at_node(at, "reboot"),
        S.REIMAGING: at_node(at, "reimage"),
        S.OFFLINE: at_node(at, "disableScheduling"),
        S.DEALLOCATING: at_node(at, "deallocateNode"),
    }
    if what is S.PREEMPTED:
        return story(body, jobs, timeline, taken=at)
    return story(body, jobs, [*timeline, happens[what]])


RETAINED = operation(31, "resize", targetLowPriorityNodes=0, resizeTimeout="5m", nodeDeallocationOption="retaineddata")
DRAINED = {**RETAINED, **TASKS_END}
SHRUNK = operation(60, "resize", targetLowPriorityNodes=0)
SHORT = [job(1, "20s")]
OWN: dict[str, tuple[set[Edge], dict[str, Any]]] = {
    "a node joins, works and leaves": (
        {
            (None, S.CREATING),
            (S.CREATING, S.STARTING),
            (S.STARTING, S.WAITINGFORSTARTTASK),
            (S.WAITINGFORSTARTTASK, S.IDLE),
            (S.IDLE, S.RUNNING),
            (S.RUNNING, S.IDLE),
            (S.IDLE, S.LEAVINGPOOL),
            (S.LEAVINGPOOL, None),
        },
        {
            "body": START,
            "jobs": [job(1, "20s", arrivals={"atOnce": {"at": "35s"}})],
            "timeline": [operation(80, "resize", targetLowPriorityNodes=0)],
        },
    ),
    "nobody waits for a start task that there is not": (
        {(S.STARTING, S.IDLE)},
        {"body": {}, "jobs": [], "timeline": []},
    ),
    "a start task fails": (
        {(S.WAITINGFORSTARTTASK, S.STARTTASKFAILED)},
        {"body": FAILING, "jobs": BUSY, "timeline": []},
    ),
    "the network is blocked": (
        {(S.STARTING, S.UNUSABLE)},
        {"body": {"simulation": {"networkBlocked": True}}, "jobs": BUSY, "timeline": []},
    ),
    "a node is disabled and enabled": (
        {(S.IDLE, S.OFFLINE), (S.OFFLINE, S.IDLE)},
        {"body": START, "jobs": [], "timeline": [at_node(35, "disableScheduling"), at_node(50, "enableScheduling")]},
    ),
    "a disabled node starts anew and stays disabled": (
        {(S.OFFLINE, S.UPGRADINGOS), (S.UPGRADINGOS, S.STARTING), (S.STARTING, S.OFFLINE)},
        {"body": {}, "jobs": [], "timeline": [at_node(32, "disableScheduling"), operation(35, "upgradeOs")]},
    ),
    "the same with a start task": (
        {(S.WAITINGFORSTARTTASK, S.OFFLINE)},
        {"body": START, "jobs": [], "timeline": [at_node(32, "disableScheduling"), operation(35, "upgradeOs")]},
    ),
    "a reboot": (
        {(S.IDLE, S.REBOOTING), (S.REBOOTING, S.STARTING)},
        {"body": START, "jobs": [], "timeline": [at_node(35, "reboot")]},
    ),
    "a reimage": (
        {(S.IDLE, S.REIMAGING), (S.REIMAGING, S.STARTING)},
        {"body": START, "jobs": [], "timeline": [at_node(35, "reimage")]},
    ),
    "a node is deallocated and started": (
        {(S.IDLE, S.DEALLOCATING), (S.DEALLOCATING, S.DEALLOCATED), (S.DEALLOCATED, S.STARTING)},
        {"body": START, "jobs": [], "timeline": [at_node(32, "deallocateNode"), at_node(60, "startNode")]},
    ),
    "a deallocated node is not wanted any more": (
        {(S.DEALLOCATED, None)},
        {"body": START, "jobs": [], "timeline": [at_node(32, "deallocateNode"), SHRUNK]},
    ),
    "nor is one that is being deallocated": (
        {(S.DEALLOCATING, None)},
        {"body": START, "jobs": [], "timeline": [at_node(55, "deallocateNode"), SHRUNK]},
    ),
    "a preempted node comes back": (
        {(S.IDLE, S.PREEMPTED), (S.PREEMPTED, S.CREATING)},
        {"body": START, "jobs": [], "timeline": [], "taken": 35},
    ),
    "a preempted node is not wanted any more": (
        {(S.PREEMPTED, None)},
        {"body": START, "jobs": [], "timeline": [operation(40, "resize", targetLowPriorityNodes=0)], "taken": 35},
    ),
    "a drain times out on a node that works": (
        {(S.RUNNING, S.LEAVINGPOOL), (S.LEAVINGPOOL, S.RUNNING)},
        {"body": START, "jobs": [job(1, "20m")], "timeline": [DRAINED], "end": 400},
    ),
    "a drain times out on a disabled node that keeps data": (
        {(S.OFFLINE, S.LEAVINGPOOL), (S.LEAVINGPOOL, S.OFFLINE)},
        {"body": START, "jobs": SHORT, "timeline": [at_node(31, "disableScheduling"), RETAINED], "end": 400},
    ),
    "a drain times out on a node that keeps data": (
        {(S.LEAVINGPOOL, S.IDLE)},
        {"body": START, "jobs": SHORT, "timeline": [RETAINED], "end": 400},
    ),
}


@cache
def seen(name: str) -> frozenset[Edge]:
    return frozenset(edges_of(story(**OWN[name][1])))


@cache
def seen_after(state: NodeState, what: NodeState) -> frozenset[Edge]:
    return frozenset(edges_of(befall(state, what)))


RETURNS = {(state, S.OFFLINE) for state in (S.STARTING, S.WAITINGFORSTARTTASK, S.UNKNOWN, S.UNUSABLE, S.LEAVINGPOOL)}
"""Ways back to `offline`: no operator's doing, reported by stories of their own."""
CHANCES = sorted((a, b) for a, b in EDGES - RETURNS if a in REACHED and b in BEFALLS)


@pytest.mark.parametrize("name", OWN)
def test_a_story_shows_its_changes_of_state(name: str) -> None:
    assert OWN[name][0] <= seen(name)


@pytest.mark.parametrize(("state", "what"), CHANCES)
def test_whatever_a_node_is_doing_this_can_befall_it(state: NodeState, what: NodeState) -> None:
    assert (state, what) in seen_after(state, what)


@pytest.mark.parametrize("broken", [S.UNKNOWN, S.UNUSABLE])
@pytest.mark.parametrize(
    ("state", "after"),
    [
        (S.STARTING, S.STARTING),
        (S.IDLE, S.IDLE),
        (S.OFFLINE, S.OFFLINE),
        (S.STARTTASKFAILED, S.STARTTASKFAILED),
    ],
)
def test_when_contact_is_back_a_node_is_what_it_was(state: NodeState, after: NodeState, broken: NodeState) -> None:
    assert (broken, after) in seen_after(state, broken)


def test_the_stories_are_the_whole_table() -> None:
    edges: set[Edge] = set()
    for name in OWN:
        edges |= seen(name)
    for state, what in CHANCES:
        edges |= seen_after(state, what)
    assert edges == EDGES
