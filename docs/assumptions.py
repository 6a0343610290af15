"""What is known about each assumption of the model: where its default comes from, and what it changes.

`docs/generate.py` puts these notes into the tables of `docs/model.md` and `docs/autoscale-language.md`, beside the
defaults and allowed values that it reads from the code. A test fails where an option has no note, or a note no option.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Mark(StrEnum):
    """How well the default is supported."""

    DOCUMENTED = "documented"
    """Stated by the service's documentation or by its interface."""
    RECORDED = "recorded"
    """Printed by the service itself: a recorded test of one of its SDKs, a log, an answer quoted in public."""
    MEASURED = "measured"
    """Reported by users or by engineers of the service; the shape around the figure is chosen."""
    ASSUMED = "assumed"
    """Chosen, because nothing is published or sources disagree."""
    NONE = ""
    """Not about the service: a setting of the simulator alone."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a table says beside an option's default and allowed values."""

    mark: Mark
    source: str
    """Article, reference or public thread; empty where there is none."""
    effect: str
    section: str = ""
    """Anchor of the section in `docs/model.md` that explains it."""


D, R, M, A, N = Mark.DOCUMENTED, Mark.RECORDED, Mark.MEASURED, Mark.ASSUMED, Mark.NONE

OPTIONS: Final[Mapping[str, Note]] = {
    "apiProfile": Note(
        D,
        "Batch REST API versions 2020-09-01.12.0, 2024-02-01.19.0, 2025-06-01, 2026-10-01",
        "which operations and keys exist",
        "service-generations",
    ),
    "timingPreset": Note(
        A,
        "each value has an origin of its own; see the published figures",
        "every time in the life of a node; the largest single influence",
        "timing-presets",
    ),
    "unusableRecovery": Note(
        M,
        "15 to 45 min or more: Azure-Samples/azure-batch-samples#238",
        "how long a node without contact is out of service",
        "lost-contact",
    ),
    "lostNodeRequeueDelay": Note(
        A, "", "how long tasks of such a node are missing before they wait again", "lost-contact"
    ),
    "rebootAllowedStates": Note(
        A,
        "the REST reference names `idle` and `running` only",
        "whether a broken node can be saved",
        "reboots-and-reimages",
    ),
    "cpuSlowdown": Note(
        A,
        "oversubscription is allowed: article *Best practices*",
        "whether cores limit placement, or slow tasks down",
        "cpu-sharing",
    ),
    "enforceLocalResources": Note(
        A,
        "a full disk makes a node unusable: article *Pool and node errors*",
        "whether full disks break nodes; whether memory limits placement",
        "local-disk-and-memory",
    ),
    "interNodeCap": Note(
        D,
        "article *Quotas and limits*; another article still says 50",
        "how large a pool with inter-node communication can be",
        "inter-node-communication",
    ),
    "interNodeAllocationProbability": Note(
        A, "", "how many of the wanted nodes such a pool gets", "inter-node-communication"
    ),
    "equalPriorityPolicy": Note(
        M,
        "equal chances: article *Jobs and tasks*, Azure/Batch#3",
        "who waits where several jobs share a pool",
        "order-among-jobs",
    ),
    "taskOrder": Note(
        M,
        "no order is guaranteed: article *Best practices*; backfill: Azure/Batch#135",
        "waiting times of single tasks",
        "order-inside-a-job",
    ),
    "passes": Note(
        A,
        "published simulators of parallel machines make a pass after each event",
        "which task starts where several ends and arrivals coincide",
        "policies",
    ),
    "gangReserve": Note(A, "", "whether small tasks can starve a multi-instance task", "multi-instance-tasks"),
    "gangNodeTypes": Note(A, "", "whether multi-instance tasks face preemption", "multi-instance-tasks"),
    "terminateWhenEmpty": Note(
        D, "REST reference of jobs", "whether a job ends before its scripted tasks arrive", "jobs-without-tasks"
    ),
    "dispatchCountedAs": Note(
        A, "", "`$ActiveTasks` and `$RunningTasks` for a few seconds at each start", "steps-of-an-attempt"
    ),
    "preemptionCountsAsRequeue": Note(
        A,
        "the counter's text names shrink, reboot and disable",
        "a counter in the tables; no time",
        "retries-and-requeues",
    ),
    "retryPosition": Note(A, "", "how long failed tasks wait for their next attempt", "retries-and-requeues"),
    "scaleDownOrder": Note(
        A,
        "only job managers are documented: article *Jobs and tasks*; running tasks were killed: batch-shipyard#218",
        "how much work a shrink destroys",
        "order-of-removal",
    ),
    "nodeTieBreak": Note(A, "", "which nodes stay empty", "placement-on-nodes"),
    "steadyWhen": Note(
        A,
        "allocation state and node state are separate in the interface",
        "when a resize ends, and a drain or manual resize may follow",
        "end-of-a-growth",
    ),
    "imageInterval": Note(
        A,
        "publishers release images about monthly",
        "how often automatic upgrades take nodes out of service",
        "upgrades",
    ),
    "preemptedUsesQuota": Note(
        D,
        "user subscription: article *Spot VMs*; Batch service: assumed",
        "whether other nodes can take the place of preempted ones",
        "quota-of-preempted-nodes",
    ),
    "lostCapacityBinds": Note(
        A,
        "pools that asked again after an eviction stayed short: nextflow-io/nextflow#5545",
        "whether shedding preempted nodes and asking again brings them back at once",
        "lost-capacity",
    ),
    "spotRestorationWindow": Note(
        D,
        "article *Spot VMs*: only in the first 48 hours after preemption",
        "how many spot nodes come back where capacity is short for days",
        "recovery-of-preempted-nodes",
    ),
    "billUntil": Note(A, "", "which part of the tail of a run without horizon is paid for", "end-of-the-bill"),
    "billingStart": Note(A, "", "cost of booting", "billed-time"),
    "billingGranularity": Note(
        A, "prices are per hour; billing by the second is announced for VMs", "cost of short lives", "billed-time"
    ),
    "billingMinimumS": Note(A, "", "cost of very short lives", "billed-time"),
    "billPreemptedDisks": Note(
        A,
        "disks of stopped spot VMs are charged: article *Spot VMs*",
        "cost of data disks of preempted nodes",
        "billed-time",
    ),
    "billSubscriptionExtras": Note(
        A,
        "in a subscription of your own these are paid for beside VMs; their prices are recalled",
        "cost of OS disks, public addresses and load balancers",
        "what-a-subscription-pays-beside-vms",
    ),
    "lowPriorityRatio": Note(
        M,
        "249 of 266 priced Linux sizes cost 0.20 of the dedicated price; Windows: D2s v3 at 0.40",
        "cost of low-priority nodes of sizes without a price",
        "prices",
    ),
    "spotRatio": Note(
        A,
        "45,324 of 53,825 spot prices of 58 regions on 2026-05-20 are 0.185 of the dedicated price; Windows: as above",
        "cost of spot nodes of sizes without a price",
        "prices",
    ),
    "allocationTailModel": Note(
        A,
        "493 s for 90 nodes: a sample in the article *Diagnostic logs*",
        "when the last nodes of a large growth appear",
        "arrival-of-new-nodes",
    ),
    "maxRoundsPerInstant": Note(
        N, "", "stops a run in which work of length zero follows itself for ever", "order-within-one-instant"
    ),
    "firstEval": Note(
        R,
        "a test of the .NET SDK; ga4gh-tes",
        "whether a new pool waits one interval for its first nodes",
        "evaluations",
    ),
    "autoscaleResizeTimeout": Note(
        M,
        "such pools report `AllocationTimedout`: Azure/Batch#40; the value is that of `resizeTimeout`",
        "when a growth that falls short gives up",
        "resize-timeouts",
    ),
    "autoscaleRetry": Note(
        M,
        "a pool that stays below its target is an occasional defect: ga4gh-tes#313, #409",
        "whether a pool that fell short ever gets its nodes",
        "evaluations",
    ),
    "runOnReenable": Note(A, "CDCgov/cfa_azure#211 reports the opposite", "one evaluation more or less", "evaluations"),
    "autoscaleDrainTimeout": Note(
        D,
        "article *Nodes and pools*: the pool blocks until tasks have ended",
        "how long a drain can hold back a growth",
        "resize-timeouts",
    ),
    "pendingTarget": Note(A, "", "how fast a pool reacts after a drain", "results-during-a-drain"),
    "sampleProfile": Note(
        M,
        "full percentages for windows that end now: Azure/Batch#120; about a minute: article *Automatic scaling*",
        "what a formula can know; the largest influence on autoscale",
        "delay-of-samples",
    ),
    "sampleDelayS": Note(A, "", "with `sampleProfile: custom`: how late every sample is", "delay-of-samples"),
    "sampleJitterS": Note(A, "", "with `sampleProfile: custom`: how much later it may be", "delay-of-samples"),
    "sampleLateProbability": Note(
        A,
        "windows of one sample fail now and then, never always",
        "how often a short window lacks its sample",
        "delay-of-samples",
    ),
    "sampleLateMaxS": Note(A, "", "how long it lacks it", "delay-of-samples"),
    "samplePhaseS": Note(
        A, "sampling is not synchronised with evaluation", "which samples lie inside a window", "delay-of-samples"
    ),
    "sampleDropProbability": Note(A, "", "how full windows are", "delay-of-samples"),
    "cpuScale": Note(
        M,
        "examples of the article *Automatic scaling* compare with fractions",
        "formulas that read `$CPUPercent`",
        "metrics",
    ),
    "retiredMetrics": Note(
        D,
        "article *Automatic scaling*: retired on 2024-03-31 (recalled)",
        "formulas that read node resource metrics",
        "metrics",
    ),
    "formula": Note(N, "", "options of the language, see autoscale-language.md", "evaluations"),
    "recordTraces": Note(N, "", "whether each evaluation keeps its steps for `poolsight why`", "evaluations"),
}
"""By the key of `options:`."""

ACCOUNT: Final[Mapping[str, Note]] = {
    "mode": Note(
        D, "article *Accounts*", "which quotas apply, and whether nodes are low-priority or spot", "accounts-and-quotas"
    ),
    "dedicatedCoreQuota": Note(
        D, "article *Quotas and limits*", "cores of all dedicated nodes of the account", "growth-limits"
    ),
    "lowPriorityCoreQuota": Note(
        D, "article *Quotas and limits*", "cores of all low-priority or spot nodes", "growth-limits"
    ),
    "dedicatedCoreQuotaPerVMFamily": Note(
        D, "REST reference of accounts", "dedicated cores by size family", "growth-limits"
    ),
    "dedicatedCoreQuotaPerVMFamilyEnforced": Note(
        D, "REST reference of accounts", "whether these hold", "growth-limits"
    ),
    "poolQuota": Note(D, "article *Quotas and limits*", "pools at one time; more are refused", "accounts-and-quotas"),
    "activeJobAndScheduleQuota": Note(
        D,
        "article *Quotas and limits*",
        "jobs and schedules that are not completed; more are refused",
        "accounts-and-quotas",
    ),
}
"""By the key of `account:` and of each entry of `accounts:`."""

TIMING: Final[Mapping[str, Note]] = {
    "allocationLatency": Note(
        A,
        "`typical` agrees with 3 to 8 min to the first node: Azure/Batch#145",
        "when the first node of a growth appears",
        "arrival-of-new-nodes",
    ),
    "allocationTail": Note(
        A,
        "`typical` agrees with 493 s for 90 nodes: article *Diagnostic logs*",
        "seconds from node to node; × 10/3 for custom images",
        "arrival-of-new-nodes",
    ),
    "creating": Note(A, "", "time in `creating`", "start-of-a-node"),
    "starting": Note(A, "", "time in `starting`, before certificates and packages", "start-of-a-node"),
    "startTask": Note(
        A, "only its owner knows", "run time of the start task, unless its own body says it", "start-of-a-node"
    ),
    "leaving": Note(
        A,
        "*several minutes*: article *Pool and node errors*",
        "from the end of any drain until the node is gone",
        "deallocation-options",
    ),
    "dispatchLatency": Note(
        A,
        "`typical` agrees with 2 to 5 s as a rule: Azure/Batch#58",
        "from assignment until a task starts",
        "steps-of-an-attempt",
    ),
    "launchOverhead": Note(A, "", "from a task's start until its process runs", "steps-of-an-attempt"),
    "containerOverhead": Note(
        A,
        "`typical` agrees with 4 to 5 s: Azure/Batch#58",
        "the same, in addition, for a task in a container",
        "steps-of-an-attempt",
    ),
    "recoveryDelay": Note(
        A, "", "from `preempted` until a replacement is sought successfully", "recovery-of-preempted-nodes"
    ),
    "certificateInstall": Note(A, "", "seconds at each start of a node of a pool with certificates", "start-of-a-node"),
    "rebooting": Note(A, "", "time in `rebooting`", "reboots-and-reimages"),
    "reimaging": Note(A, "", "time in `reimaging`; a new time in `starting` follows", "reboots-and-reimages"),
    "upgradingOS": Note(A, "", "time in `upgradingos`", "upgrades"),
    "deallocating": Note(A, "as long as removal takes", "time in `deallocating`", "deallocated-nodes"),
}
"""By the key of a pool's `simulation.timing`, but for its `preset`."""

POOL: Final[Mapping[str, Note]] = {
    "policies.queue": Note(N, "", "in what order waiting tasks start", "policies"),
    "policies.placement": Note(N, "", "on which of the nodes with room they go", "policies"),
    "policies.shrinking": Note(N, "", "which nodes leave when the pool shrinks", "policies"),
    "timing.preset": Note(N, "", "which preset fills what `timing` does not state", "timing-presets"),
    "startTask.failureProbability": Note(
        A, "only its owner knows", "chance that one attempt of a start task fails", "start-of-a-node"
    ),
    "startTask.crowding": Note(
        A, "", "added for every other start task of the pool that runs at the same time", "start-of-a-node"
    ),
    "startTask.exitCode": Note(A, "", "exit code of a failed attempt", "start-of-a-node"),
    "downloads.bandwidth": Note(A, "", "MiB per second of one node", "downloads"),
    "downloads.applicationPackages": Note(
        A,
        "",
        "size and failure chance by `applicationId`, or with `:version`; without an entry a package takes no time",
        "downloads",
    ),
    "downloads.containerImages": Note(A, "", "the same by image name", "downloads"),
    "contactLoss.ratePerHour": Note(A, "", "how often contact with one node is lost", "lost-contact"),
    "sickNodes.probability": Note(
        A, "only its owner knows", "how many nodes fail every task that they get, and attract the next", "sick-nodes"
    ),
    "sickNodes.nodes": Note(N, "", "which nodes do in any case", "sick-nodes"),
    "sickNodes.exitCode": Note(A, "", "exit code of the tasks that fail there", "sick-nodes"),
    "contactLoss.state": Note(A, "", "the state of such a node", "lost-contact"),
    "newImages": Note(N, "", "when automatic upgrades begin; none: at every `imageInterval`", "upgrades"),
    "account": Note(N, "", "which of `accounts:` the pool belongs to; none: `account:`", "accounts-and-quotas"),
    "zone": Note(N, "", "availability zone of the nodes, unless placement is zonal", "growth-limits"),
    "networkBlocked": Note(
        D, "article *Pool and node errors*", "whether every node ends up `unusable`", "start-of-a-node"
    ),
    "preemption": Note(
        A,
        "eviction rates are published in bands of a rate per hour: article *Spot VMs*; a low band, because none at "
        "all is nobody's experience",
        "how often low-priority nodes are taken back",
        "preemption-models",
    ),
    "prices": Note(D, "list prices of East US", "prices instead of the catalogue's, with their origin", "prices"),
}
"""By the key of a pool's `simulation`; `TIMING` is its `timing`."""

LANGUAGE: Final[Mapping[str, Note]] = {
    "scalar_from_vector": Note(M, "one field formula relies on it", "a vector of one element where a number is needed"),
    "metric_as_number": Note(
        M,
        "article *Automatic scaling*, batch-shipyard",
        "whether node counts are read live or from their newest sample",
    ),
    "empty_aggregate": Note(
        A,
        "the documented grammar permits an empty list",
        "`avg`, `min`, `max`, `range`, `std`, `percentile` of nothing",
    ),
    "non_finite": Note(
        A, "", "division by zero and logarithms of what is not positive: IEEE value, or an error at once"
    ),
    "percentile_method": Note(A, "", "nearest rank, or linear interpolation"),
    "val_out_of_range": Note(R, "0 on an empty vector: batch-shipyard", "`val` with an index outside the vector"),
    "sunday_number": Note(A, "0 is the convention of .NET; doAzureParallel expects 7", "`weekday` of a Sunday"),
    "sample_order": Note(A, "", "order of the vector that `GetSample` returns"),
    "stop_behavior": Note(A, "", "`stop()` applies what was assigned, or leaves the pool as it was"),
    "negative_target": Note(A, "", "a negative target becomes 0 with a warning, or is an error"),
    "rand_seed": Note(
        N, "", "seed of `rand()`, the same in each evaluation; null: a run draws from a random stream of its pool"
    ),
}
"""By the key of `options.formula`, and of `options` in a context file."""
