"""How long nodes take to come and how long they live, against the distributions they were given."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from simulator import Recording, Scenario, simulate
from tests.engine.laws import check
from tests.engine.worlds import LINUX

HOUR = 3600.0
NODES = 400


def described(preemption: dict[str, Any], horizon: str, **timing: Any) -> Scenario:
    size = {"vcpus": 2, "memoryGiB": 8, "dedicatedLinux": 0.1}
    body = {
        "id": "p",
        "vmSize": "Own",
        "virtualMachineConfiguration": LINUX,
        "targetLowPriorityNodes": NODES,
        "simulation": {"preemption": preemption, "timing": timing},
    }
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": [{"count": 1, "duration": "90d"}]}}
    options = {"options": {"timingPreset": "instant"}, "horizon": horizon}
    return Scenario.model_validate({"sizes": {"Own": size}, "pools": [body], "jobs": [job], **options})


def first_lives(run: Recording) -> npt.NDArray[np.float64]:
    """Return the hours from a node's first `creating` to its first loss."""
    states = run.node_states
    begin = states.groupby("node", observed=True)["start"].min()
    lost = states[states["state"] == "preempted"].groupby("node", observed=True)["start"].min()
    assert len(lost) == NODES
    return ((lost - begin) / HOUR).to_numpy()


def bathtub(hours: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the share of lives that have ended: the earliest of three independent ends."""
    alive = stats.weibull_min.sf(hours, 0.5, scale=20) * stats.expon.sf(hours, scale=20)
    return np.asarray(1 - alive * stats.weibull_min.sf(hours, 4, scale=24))


@pytest.mark.parametrize(
    ("model", "distribution"),
    [
        ({"model": "hazard", "ratePerHour": 0.5}, stats.expon(scale=2).cdf),
        ({"model": "hazard", "evictionRateBand": "20+"}, stats.expon(scale=-1 / np.log(0.75)).cdf),
        ({"model": "weibull", "shape": 3, "scale": "10h"}, stats.weibull_min(3, scale=10).cdf),
        (
            {
                "model": "bathtub",
                "early": {"shape": 0.5, "scale": "20h"},
                "ratePerHour": 0.05,
                "wearOut": {"shape": 4, "scale": "24h"},
            },
            bathtub,
        ),
    ],
    ids=["hazard", "band", "weibull", "bathtub"],
)
def test_lives_of_low_priority_nodes_have_their_distribution(model: dict[str, Any], distribution: Any) -> None:
    run = check(simulate(described(model, "60d", recoveryDelay="90d")))
    assert stats.kstest(first_lives(run), distribution).pvalue > 0.001


def test_nodes_never_exceed_a_capacity_curve_and_come_back_with_it() -> None:
    points = [(0, 400), (1, 250), (2, 300), (3, 0), (4, 390)]
    curve = [{"at": f"{hour}h", "available": available} for hour, available in points]
    run = check(simulate(described({"model": "capacity_curve", "points": curve}, "5h")))
    timeline = run.pool_timeline
    with_vm = timeline["current_low_priority"] - timeline["preempted_nodes"]
    for hour, available in points:
        at = timeline["time"].searchsorted(hour * HOUR, side="right") - 1
        assert with_vm.iloc[at] == available
        assert timeline["current_low_priority"].iloc[at] == NODES, "preempted nodes keep their place"


def test_capacity_events_take_their_share_at_poisson_times() -> None:
    model = {"model": "capacity_event", "meanInterval": "10h", "fraction": 0.25}
    run = check(simulate(described(model, "90d", recoveryDelay="0s")))
    states = run.node_states
    events = states[states["state"] == "preempted"].groupby("start").size()
    assert (events == NODES // 4).all()
    low, high = stats.poisson.interval(0.999, 90 * 24 / 10)
    assert low <= len(events) <= high


@pytest.mark.parametrize(("model", "tail"), [("linear", "linear"), ("log", "log")])
def test_nodes_come_after_latency_tail_and_boot(model: str, tail: str) -> None:
    """The mean instant at which the k-th of 60 nodes can take work, with the typical preset."""
    body = {"id": "p", "vmSize": "Standard_D2_v3", "virtualMachineConfiguration": LINUX, "targetDedicatedNodes": 60}
    job = {"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": [{"count": 60, "duration": "2h"}]}}
    scenario = Scenario.model_validate({"pools": [body], "jobs": [job], "options": {"allocationTailModel": tail}})
    sigma = [np.log(q / m) / 1.6448536 for m, q in ((210, 480), (60, 120))]
    latency, starting = (m * np.exp(s**2 / 2) for m, s in zip((210, 60), sigma, strict=True))
    ready = np.array([in_service(simulate(scenario, replication)) for replication in range(80)])
    for k in (0, 20, 59):
        behind = 0.45 * k if model == "linear" else 63 * np.log(k + 1)
        found = stats.ttest_1samp(ready[:, k], 0).confidence_interval(0.999)
        assert found.low <= latency + behind + 30 + starting <= found.high


def in_service(run: Recording) -> npt.NDArray[np.float64]:
    states = run.node_states
    usable = states[states["state"].isin(["idle", "running"])]
    return usable.groupby("node", observed=True)["start"].min().to_numpy()
