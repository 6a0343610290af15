"""A pool at the mercy of an operator who does anything at any time: the laws hold all the way."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import TypeAdapter

from simulator import InputError, Scenario, Simulation
from simulator.scenario.format.schema import Operation
from simulator.states import NodeKind, TaskState
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario
from tests.examples import examples

OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)
OPTIONS = st.sampled_from(["requeue", "terminate", "taskcompletion", "retaineddata"])
SPANS = st.sampled_from(["0s", "5s", "30s", {"exponential": {"mean": "20s"}}])
STEPS = (
    "creating",
    "starting",
    "startTask",
    "rebooting",
    "reimaging",
    "upgradingOS",
    "leaving",
    "deallocating",
    "allocationLatency",
)
SYSTEMS = (
    ("2020-09", {"cloudServiceConfiguration": {"osFamily": "6"}}),  # can be reimaged
    ("2025-06", {"upgradePolicy": {"mode": "rolling"}}),  # can be deallocated
)
TASKS = 40
QUOTA = 8


class Operator(RuleBasedStateMachine):
    """Operations come a second after each other, or after a while."""

    simulation: Simulation
    described: Scenario

    @initialize(
        spans=st.fixed_dictionaries(dict.fromkeys(STEPS, SPANS)),
        slots=st.integers(1, 3),
        fails=st.sampled_from([0, 0.3]),
        lost=st.sampled_from([0, 20]),
        taken=st.sampled_from([0, 20]),
        seed=st.integers(0, 99),
        system=st.sampled_from(SYSTEMS),
        start_task=st.sampled_from([None, {"commandLine": "x"}, {"commandLine": "x", "waitForSuccess": False}]),
    )
    def describe(
        self,
        spans: dict[str, Any],
        slots: int,
        fails: float,
        lost: float,
        taken: float,
        seed: int,
        system: tuple[str, dict[str, Any]],
        start_task: Any,
    ) -> None:
        preemption = {"model": "hazard", "ratePerHour": taken} if taken else {"model": "none"}
        simulation = {
            "timing": {**spans, "recoveryDelay": "40s"},
            "startTask": {"failureProbability": fails, "crowding": 0.1},
            "contactLoss": {"ratePerHour": lost},
            "preemption": preemption,
        }
        body = pool(
            targetDedicatedNodes=2,
            targetLowPriorityNodes=1,
            taskSlotsPerNode=slots,
            **system[1],
            simulation=simulation,
        )
        body |= {} if start_task is None else {"startTask": start_task}
        work = job(TASKS, {"exponential": {"mean": "90s"}}, arrivals={"poisson": {"ratePerHour": 120}})
        account = {"dedicatedCoreQuota": QUOTA, "lowPriorityCoreQuota": QUOTA}
        options = {"unusableRecovery": "2m", "lostNodeRequeueDelay": "30s", "apiProfile": system[0]}
        self.described = scenario([body], [work], account=account, options=options, seed=seed, horizon="2h")
        self.simulation = Simulation(self.described)

    def ask(self, name: str, **body: Any) -> None:
        at = self.simulation.snapshot().now + 1
        asked = OPERATION.validate_python({"at": f"{at}s", "operation": name, "pool": "p", **body})
        try:
            self.simulation.submit(asked)
        except InputError:
            assert self.simulation.is_over or at > 2 * 3600 - 1
        self.simulation.advance(at)

    def some_nodes(self, data: st.DataObject, most: int = 1) -> list[str]:
        ids = [node.id for node in self.simulation.nodes("p")] or ["p_9_d"]
        return data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=most, unique=True))

    @rule(dedicated=st.integers(0, 6), low=st.integers(0, 6), option=OPTIONS, timeout=st.sampled_from(["5m", "1h"]))
    def resize(self, dedicated: int, low: int, option: str, timeout: str) -> None:
        targets = {"targetDedicatedNodes": dedicated, "targetLowPriorityNodes": low}
        self.ask("resize", **targets, nodeDeallocationOption=option, resizeTimeout=timeout)

    @rule()
    def stop(self) -> None:
        self.ask("stopResize")

    @rule(data=st.data(), option=OPTIONS)
    def remove(self, data: st.DataObject, option: str) -> None:
        nodes = self.some_nodes(data, 3)
        self.ask("removeNodes", nodeList=nodes, nodeDeallocationOption=option, resizeTimeout="5m")

    @rule(data=st.data(), option=OPTIONS)
    def reboot(self, data: st.DataObject, option: str) -> None:
        self.ask("reboot", nodeId=self.some_nodes(data, 2), nodeRebootOption=option)

    @rule(data=st.data(), option=OPTIONS)
    def reimage(self, data: st.DataObject, option: str) -> None:
        self.ask("reimage", nodeId=self.some_nodes(data), nodeReimageOption=option)

    @rule(data=st.data(), option=st.sampled_from(["requeue", "terminate", "taskcompletion"]))
    def disable(self, data: st.DataObject, option: str) -> None:
        self.ask("disableScheduling", nodeId=self.some_nodes(data), nodeDisableSchedulingOption=option)

    @rule(data=st.data())
    def enable(self, data: st.DataObject) -> None:
        self.ask("enableScheduling", nodeId=self.some_nodes(data, 3))

    @rule(data=st.data(), option=OPTIONS)
    def deallocate(self, data: st.DataObject, option: str) -> None:
        self.ask("deallocateNode", nodeId=self.some_nodes(data, 2), nodeDeallocateOption=option)

    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        self.ask("startNode", nodeId=self.some_nodes(data, 3))

    @rule(batch=st.sampled_from([None, 1, "all"]))
    def upgrade(self, batch: Any) -> None:
        self.ask("upgradeOs", batchSize=batch)

    @rule(count=st.integers(1, 3), state=st.sampled_from(["unknown", "unusable"]), again=st.sampled_from(["10s", "5m"]))
    def lose_contact(self, count: int, state: str, again: str) -> None:
        self.ask("loseContact", count=count, state=state, recovery=again)

    @rule(data=st.data(), state=st.sampled_from(["unknown", "unusable"]), again=st.sampled_from(["10s", "5m"]))
    def lose_contact_with(self, data: st.DataObject, state: str, again: str) -> None:
        self.ask("loseContact", nodeId=self.some_nodes(data, 2), state=state, recovery=again)

    @rule(seconds=st.integers(1, 400))
    def wait(self, seconds: int) -> None:
        self.simulation.advance(self.simulation.snapshot().now + seconds)

    @invariant()
    def nothing_is_lost_or_crowded(self) -> None:
        for held in self.simulation.directory.pools:
            kernel = self.simulation.env.kernels[held.index]
            counts = np.bincount(np.asarray(kernel.state)[: kernel.count], minlength=4)
            assert counts.sum() == kernel.count <= TASKS
            assert counts[TaskState.RUNNING] == kernel.running
            assert all(held.cores_held(kind) <= QUOTA for kind in NodeKind)
            for node in held.members:
                assert kernel.nodes.held[node.sequence] <= held.site.description.task_slots_per_node
                assert kernel.nodes.serving[node.sequence] == node.in_service

    def teardown(self) -> None:
        if hasattr(self, "simulation"):
            self.simulation.advance()
            check(self.simulation.recording())


TestOperator = Operator.TestCase
TestOperator.settings = settings(examples(25, steps=20), suppress_health_check=list(HealthCheck))


def test_an_operation_must_lie_in_the_future() -> None:
    simulation = Simulation(scenario([pool(targetDedicatedNodes=1)], [job(1, "1h")]))
    simulation.advance(100)
    late = OPERATION.validate_python({"at": "50s", "operation": "stopResize", "pool": "p"})
    with pytest.raises(InputError, match="comes too late: the run has come to 100 s"):
        simulation.submit(late)
