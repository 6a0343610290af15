"""Scenarios made up from one whole number: plain data over pairs and triples of features.

Each feature adds its part to a scenario; what comes of their meeting is what the oracle is asked about.
"""

from collections.abc import Callable
from random import Random
from typing import Final

from tests.oracle.made_up import OPTIONS, Draw, Scenario, base, every_pool, job, operate, pool, resize


def with_quota(draw: Draw, made: Scenario) -> None:
    """Cores that several pools share, fewer than they want; both account modes."""
    made["account"] |= {
        "mode": draw.one("BatchService", "BatchService", "UserSubscription"),
        "dedicatedCoreQuota": draw.number(2, 14),
        "lowPriorityCoreQuota": draw.number(2, 14),
    }
    resize(draw, made)


def _apart(draw: Draw) -> Scenario:
    """Return times by which nodes come at other instants than those of the grid."""
    return {name: f"{draw.number(0, 80) * 5 + 2}s" for name in ("allocationLatency", "recoveryDelay")}


def with_recovery(draw: Draw, made: Scenario) -> None:
    """Low-priority nodes that are all taken at listed times, and come back.

    Nodes come at other instants than those at which they are taken: the order of the two is not stated.
    """
    for body in made["pools"]:
        body["simulation"]["timing"] |= _apart(draw)
        body["targetLowPriorityNodes"] = draw.number(1, 5)
        times = sorted({draw.time(20) for _ in range(draw.number(1, 3))}, key=lambda time: int(time[:-1]))
        body["simulation"]["preemption"] = {"model": "capacity_event", "fraction": 1, "times": times}


def with_deletion(draw: Draw, made: Scenario) -> None:
    """Tasks and jobs that are deleted."""
    for _ in range(draw.number(1, 3)):
        chosen = draw.one(*made["jobs"])
        if draw.one(True, False, False):
            operate(made, draw.time(), "deleteJob", job=chosen["id"])
        else:
            operate(made, draw.time(), "deleteTask", job=chosen["id"], task=draw.one(*chosen["tasks"])["id"])


def with_retention(draw: Draw, made: Scenario) -> None:
    """A pool that shrinks, but not before the files of its tasks may go."""
    resize(draw, made, most=2, options=("retaineddata",))


def with_upgrade(draw: Draw, made: Scenario) -> None:
    """One upgrade of the operating system."""
    chosen = draw.one(*made["pools"])
    chosen["upgradePolicy"] = {"mode": "automatic"}
    batch: Scenario = draw.one({}, {"batchSize": draw.number(1, 3)}, {"batchSize": "all"})
    operate(made, draw.time(300), "upgradeOs", pool=chosen["id"], **batch)


def with_shrink(draw: Draw, made: Scenario) -> None:
    resize(draw, made, most=2)


def with_growth(draw: Draw, made: Scenario) -> None:
    resize(draw, made, most=8)


def with_removal(draw: Draw, made: Scenario) -> None:
    """Named nodes that are removed."""
    for _ in range(draw.number(1, 2)):
        name = draw.one(*made["pools"])["id"]
        nodes = sorted({f"{name}_{draw.number(1, 4)}_{draw.one('d', 'd', 'p')}" for _ in range(draw.number(1, 2))})
        option, timeout = draw.one(*OPTIONS), draw.one("300s", "900s")
        operate(
            made,
            draw.time(),
            "removeNodes",
            pool=name,
            nodeList=nodes,
            nodeDeallocationOption=option,
            resizeTimeout=timeout,
        )


def with_failure(draw: Draw, made: Scenario) -> None:
    """Resizes that reach their timeout: nodes come too late, tasks run too long."""
    chosen = draw.one(*made["pools"])
    chosen["simulation"]["timing"] |= {
        "allocationLatency": f"{draw.number(0, 80) * 5 + 2}s",
        "allocationTail": draw.one(5, 60),
    }
    for listed in made["jobs"]:
        for one in listed["tasks"]:
            one["simulation"]["duration"] = draw.span(300, 3000)
    operate(
        made,
        draw.time(600),
        "resize",
        pool=chosen["id"],
        targetDedicatedNodes=draw.one(0, 1, 2, 12),
        nodeDeallocationOption=draw.one("taskcompletion", "retaineddata"),
        resizeTimeout="300s",
    )


def with_stop(draw: Draw, made: Scenario) -> None:
    """Resizes that are stopped while they last."""
    resize(draw, made)
    last = int(made["timeline"][-1]["at"][:-1])
    operate(made, draw.time(last, last + 300), "stopResize", pool=made["timeline"][-1]["pool"])


def with_gangs(draw: Draw, made: Scenario) -> None:
    """Multi-instance tasks among others, with one slot for each node."""
    for body in every_pool(made):
        body |= {"enableInterNodeCommunication": True, "taskSlotsPerNode": 1}
    for listed in made["jobs"]:
        for one in listed["tasks"]:
            one["requiredSlots"] = 1
            if draw.one(True, False):
                one["multiInstanceSettings"] = {"numberOfInstances": draw.number(2, 4), "coordinationCommandLine": "x"}


def with_pack(draw: Draw, made: Scenario) -> None:
    for body in every_pool(made):
        body["taskSchedulingPolicy"] = {"nodeFillType": draw.one("pack", "spread")}
        body["taskSlotsPerNode"] = 1 if body.get("enableInterNodeCommunication") else draw.number(2, 4)


def with_manager(draw: Draw, made: Scenario) -> None:
    """Job managers; with one the end of its job is the end of its manager."""
    for listed in made["jobs"]:
        if draw.one(True, True, False):
            listed["jobManagerTask"] = {
                "id": "manager",
                "commandLine": "work",
                "killJobOnCompletion": draw.one(True, True, False),
                "runExclusive": draw.one(True, False),
                "simulation": {"duration": draw.span(60, 2500)},
            }


def with_disabling(draw: Draw, made: Scenario) -> None:
    """Jobs that are disabled, enabled again, terminated."""
    for _ in range(draw.number(1, 2)):
        name, at = draw.one(*made["jobs"])["id"], draw.time()
        operate(made, at, "disableJob", job=name, disableTasks=draw.one("requeue", "terminate", "wait"))
        if draw.one(True, True, False):
            operate(made, draw.time(int(at[:-1])), draw.one("enableJob", "enableJob", "terminateJob"), job=name)


def with_schedule(draw: Draw, made: Scenario) -> None:
    """A schedule whose jobs end with their tasks, and a quota of active jobs."""
    specification = job(draw, "s", draw.one(*made["pools"])["id"], draw.number(1, 3), onAllTasksComplete="terminatejob")
    for one in specification["tasks"]:
        one["simulation"].pop("submit", None)
    del specification["id"]
    times: Scenario = {"recurrenceInterval": draw.span(120, 900), "doNotRunAfter": draw.time(600)}
    if draw.one(True, False):
        times |= {"doNotRunUntil": draw.time(0, 600)}
    if draw.one(True, False):
        times |= {"startWindow": draw.span(60, 300)}
    made["jobSchedules"] = [{"id": "s", "schedule": times, "jobSpecification": specification}]
    for listed in made["jobs"]:
        listed["onAllTasksComplete"] = draw.one("terminatejob", "noaction")
    made["account"]["activeJobAndScheduleQuota"] = draw.one(3, 4, 9)


def with_deleted_pool(draw: Draw, made: Scenario) -> None:
    operate(made, draw.time(1200), "deletePool", pool=draw.one(*made["pools"])["id"])


def with_disks(draw: Draw, made: Scenario) -> None:
    """Disks that tasks fill, and reboots that free them."""
    made["options"]["enforceLocalResources"] = "disk"
    for listed in made["jobs"]:
        for one in listed["tasks"]:
            one["simulation"]["disk"] = draw.one(0, 10, 25, 30)
    for _ in range(draw.number(0, 2)):
        name = draw.one(*made["pools"])["id"]
        operate(made, draw.time(600), "reboot", pool=name, nodeId=[f"{name}_{draw.number(1, 2)}_d"])


def with_created_pool(draw: Draw, made: Scenario) -> None:
    """A pool that is created in the course of the run, and jobs that have named it before."""
    later = made["pools"].pop() if len(made["pools"]) > 1 else pool(draw, "q")
    made["jobs"].append(job(draw, "j2", later["id"], draw.number(1, 4)))
    operate(made, draw.time(), "createPool", pool=later)


def with_trace(draw: Draw, made: Scenario) -> None:
    """Named low-priority nodes that are taken: by a trace of the pool, and by an operation."""
    body = made["pools"][0]
    body["targetLowPriorityNodes"] = draw.number(1, 5)
    body["simulation"]["timing"] |= _apart(draw)
    names = [f"{body['id']}_{number}_p" for number in range(1, 8)]
    evictions = [{"at": draw.time(20), "nodes": draw.random.sample(names, 3)} for _ in range(draw.number(1, 3))]
    body["simulation"]["preemption"] = {"model": "trace", "evictions": evictions}
    if draw.one(True, False):
        operate(made, draw.time(600), "preemptNodes", pool=body["id"], nodeId=[draw.one(*names)])


def with_moving(draw: Draw, made: Scenario) -> None:
    """A job that is disabled, moved to another pool, and enabled there."""
    if len(every_pool(made)) == 1:
        made["pools"].append(pool(draw, "q"))
    moved = draw.one(*made["jobs"])
    there = "q" if moved["poolInfo"]["poolId"] == "p" else "p"
    at = draw.time()
    operate(made, at, "disableJob", job=moved["id"], disableTasks=draw.one("requeue", "terminate", "wait"))
    then = draw.time(int(at[:-1]))
    operate(made, then, "updateJob", job=moved["id"], poolInfo={"poolId": there})
    operate(made, then, "enableJob", job=moved["id"])


def with_upgrade_policy(draw: Draw, made: Scenario) -> None:
    """The only upgrade: in batches of a percentage, with a pause between them, that waits for tasks or does not."""
    chosen = draw.one(*made["pools"])
    rolling: Scenario = {"maxBatchInstancePercent": draw.one(20, 50, 100)}
    if draw.one(True, False):
        rolling["pauseTimeBetweenBatches"] = draw.span(60, 300)
    automatic = {"enableAutomaticOSUpgrade": True, "osRollingUpgradeDeferral": draw.one(True, False)}
    chosen["upgradePolicy"] = {
        "mode": "rolling",
        "rollingUpgradePolicy": rolling,
        "automaticOSUpgradePolicy": automatic,
    }
    made["timeline"] = [one for one in made["timeline"] if one["operation"] != "upgradeOs"]
    operate(made, draw.time(300), "upgradeOs", pool=chosen["id"])


def with_outage(draw: Draw, made: Scenario) -> None:
    """Times at which the region has no VM of the size, in the middle of resizes and recoveries."""
    for body in every_pool(made):
        body["simulation"]["timing"] |= _apart(draw)
        body["simulation"]["timing"]["allocationTail"] = draw.one(0, 5, 35)
    for _ in range(draw.number(1, 2)):
        operate(made, draw.time(), "outage", size="D2", duration=f"{draw.number(4, 200) * 5 + 1}s")
    resize(draw, made, most=8)


def with_curve(draw: Draw, made: Scenario) -> None:
    """A pool whose low-priority nodes the region has all, some or none of, while it grows and shrinks."""
    body = made["pools"][0]
    body["simulation"]["timing"] |= _apart(draw)
    body["targetLowPriorityNodes"] = draw.number(1, 5)
    times = sorted({max(20, int(draw.time()[:-1])) for _ in range(draw.number(1, 4))})
    most = draw.one(99, 99, 6)
    points = [
        {"at": f"{at}s", "available": draw.one(0, most, draw.number(1, 3), draw.number(1, 5))} for at in [0, *times]
    ]
    body["simulation"]["preemption"] = {"model": "capacity_curve", "points": points}
    operate(
        made,
        draw.time(),
        "resize",
        pool=body["id"],
        targetLowPriorityNodes=draw.number(0, 8),
        resizeTimeout=draw.one("300s", "900s", "3600s"),
    )


def with_lost_capacity(draw: Draw, made: Scenario) -> None:
    """Preempted nodes that are removed while they wait, and growth of pools of the same size soon after."""
    for body in made["pools"]:
        body["simulation"]["timing"]["recoveryDelay"] = f"{draw.number(40, 200) * 5 + 2}s"
        body["simulation"]["timing"]["allocationLatency"] = f"{draw.number(0, 40) * 5 + 3}s"
        body["simulation"]["timing"]["allocationTail"] = draw.one(0, 5)
        body["targetLowPriorityNodes"] = draw.number(2, 5)
    taken = made["pools"][0]
    at = int(draw.time(600, 2400)[:-1])
    taken["simulation"]["preemption"] = {"model": "capacity_event", "fraction": 1, "times": [f"{at}s"]}
    for count, target in ((1, 0), (2, draw.number(2, 6))):
        for body in made["pools"] if count > 1 else [taken]:
            then = f"{at + count * draw.number(3, 20) * 10}s"
            operate(made, then, "resize", pool=body["id"], targetLowPriorityNodes=target, resizeTimeout="1800s")


def with_limits(draw: Draw, made: Scenario) -> None:
    """Tasks that may reach their limit, some at the instant of something else."""
    for listed in made["jobs"]:
        for one in listed["tasks"]:
            one["constraints"]["maxWallClockTime"] = draw.span(60, 1500)


FEATURES: Final[dict[str, Callable[[Draw, Scenario], None]]] = {
    "created pool": with_created_pool,
    "move": with_moving,
    "quota": with_quota,
    "recovery": with_recovery,
    "delete": with_deletion,
    "retention": with_retention,
    "upgrade": with_upgrade,
    "shrink": with_shrink,
    "growth": with_growth,
    "remove": with_removal,
    "failure": with_failure,
    "stop": with_stop,
    "gang": with_gangs,
    "pack": with_pack,
    "manager": with_manager,
    "disable": with_disabling,
    "schedule": with_schedule,
    "deleted pool": with_deleted_pool,
    "disk": with_disks,
    "trace": with_trace,
    "upgrade policy": with_upgrade_policy,
    "limit": with_limits,
    "outage": with_outage,
    "curve": with_curve,
    "lost capacity": with_lost_capacity,
}
"""In the order in which they are put into a scenario."""

MEETINGS: Final[tuple[tuple[str, ...], ...]] = (
    ("quota", "recovery"),
    ("delete", "retention"),
    ("upgrade", "shrink"),
    ("remove", "failure"),
    ("recovery", "gang", "pack"),
    ("manager", "disable"),
    ("quota", "schedule"),
    ("quota", "trace"),
    ("gang", "trace", "retention"),
    ("created pool", "quota", "recovery"),
    ("deleted pool", "move"),
    ("growth", "upgrade policy"),
    ("limit", "recovery"),
    ("outage", "recovery", "quota"),
    ("outage", "failure"),
    ("curve", "failure"),
    ("curve", "stop"),
    ("lost capacity",),
    ("lost capacity", "quota"),
    ("lost capacity", "outage"),
)


def features(seed: int) -> tuple[str, ...]:
    """Return what meets in the scenario of a seed: one of the named meetings, or any two or three features."""
    random = Random(f"features {seed}")  # noqa: S311 - no secret
    if random.random() < 0.5:
        return random.choice(MEETINGS)
    return tuple(sorted(random.sample(list(FEATURES), random.choice((2, 3)))))


def scenario(seed: int) -> Scenario:
    """Return the scenario of a seed."""
    draw = Draw(seed)
    made = base(draw)
    chosen = features(seed)
    for name, add in FEATURES.items():
        if name in chosen:
            add(draw, made)
    made["name"] = " x ".join(chosen)
    return made
