"""Which features of the service are simulated, which are only accepted, and which test proves it: one row each.

The 41 rows are those of the study's list of features of pools and nodes (Azure Batch, November 2020). `proof` names
the test under `tests/features/`; a row without one is not proven yet.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: what a simulation does about it, and what it takes and leaves alone."""

    number: int
    name: str
    simulated: str
    without_effect: str
    """What is accepted and changes nothing, with the reason; empty where there is no such thing."""
    proof: str = ""
    """Name of the test that proves it; empty while nobody has written one."""


F = Feature
FEATURES: Final = (
    F(
        1,
        "Node size",
        "sizes from a catalogue or the scenario give every node cores, memory and a local disk; limits of memory and "
        "disk can be enforced, a full disk makes the node unusable",
        "disk and memory by default: a task that takes more than there is does so at the user's risk",
    ),
    F(
        2,
        "Operating system and kind of image",
        "Linux, Windows or Cloud Services from the body: start-up times, launch overhead and price follow from it",
        "everything else of an image: what is installed in it does not change time or cost",
    ),
    F(
        3,
        "Programs and scripts",
        "a task is a run time and an exit code: from the workload, SIM_ variables, the command line (sleep N) or "
        "defaults; the record says which",
        "the command itself: nothing is executed",
    ),
    F(
        4,
        "Folders and environment variables",
        "a task's view shows the AZ_BATCH_ variables; files of a task use disk until its retention time is over",
        "other environment variables and the layout of folders: they cost no time",
    ),
    F(
        5,
        "Firewall and remote access",
        "ports and ranges are checked as the service does; a switch blocks the network, which makes nodes unusable",
        "rules that are valid: no traffic is simulated",
    ),
    F(
        6,
        "Virtual network",
        "a subnet with too few free addresses bounds growth, with the service's error",
        "who may talk to whom: no traffic is simulated",
    ),
    F(
        7,
        "Public addresses",
        "each address of the user's own carries 100 nodes of a kind",
        "addresses that the service manages, and pools without any: they set no limit",
    ),
    F(
        8,
        "Pools: allocation, data, health",
        "nodes come one after the other behind a first delay; downloads take size by bandwidth; faults come and go",
        "",
    ),
    F(
        9,
        "Names and addresses of nodes",
        "ids and addresses are unique among living nodes and may be used again afterwards; a wish for a node that is "
        "gone is passed over",
        "",
    ),
    F(
        10,
        "Account and its pools",
        "all pools of an account share its quotas, first asked first served",
        "names, locations and keys of the account",
    ),
    F(
        11,
        "Manual and automatic creation",
        "pools exist from the start, or are made with a job or a schedule and say so in their events",
        "",
    ),
    F(
        12,
        "Attributes of a pool",
        "the whole body loads and is written back unchanged; unknown keys are told; contradictions are refused",
        "display names, metadata, user accounts, tags, mounts and licences without a price: they change neither time "
        "nor cost",
    ),
    F(
        13,
        "Core quota",
        "growth ends where the quota does: partial allocation, steady, and an error that stays until the next resize",
        "",
    ),
    F(
        14,
        "Virtual machine configuration",
        "image and node agent must be there and fit each other and the size; data disks cost money",
        "caching and formatting of disks",
    ),
    F(
        15,
        "Cloud Services configuration",
        "Windows nodes that come up faster than Windows machines; a new version of the system goes through the nodes "
        "in batches and gives their tasks back",
        "the number of the system's version",
    ),
    F(
        16,
        "Node agents and images",
        "a table of node agents tells the system; unknown ones are warned of",
        "the version of the agent",
    ),
    F(
        17,
        "Custom images",
        "a managed image bounds the pool at 2,000 dedicated or 1,000 low-priority nodes; own images come more slowly",
        "the content of the image",
    ),
    F(
        18,
        "Containers",
        "images are pulled during start-up or by the first task of a node, by size and bandwidth; tasks must say "
        "which container they run in",
        "registries and credentials",
    ),
    F(
        19,
        "Dedicated and low-priority nodes",
        "two kinds in one pool with their own targets and prices; preemption gives tasks back without a retry and the "
        "node returns under its id",
        "",
    ),
    F(
        20,
        "Target and actual size",
        "both are recorded over time, by kind; limits and formulas bound them",
        "",
    ),
    F(
        21,
        "Pricing",
        "every node is paid by the second and kind in every state with a machine; labels of the time sum to the bill",
        "storage and traffic: they are not part of a pool's price",
    ),
    F(
        22,
        "Size families",
        "the catalogue knows families, graphics processors and fast networks; unknown sizes are refused with near "
        "names",
        "graphics processors and fast networks themselves: how fast a task is stands in its run time",
    ),
    F(
        23,
        "Autoscale",
        "formulas are checked, evaluated every interval and act on the targets; enabling, disabling and changing them "
        "has the service's guards",
        "",
    ),
    F(
        24,
        "Metrics of formulas",
        "samples every 30 s of tasks, nodes and processor use, with a delay before they can be read",
        "disk and network metrics: there is no such traffic (by option they are sampled as zero)",
    ),
    F(
        25,
        "Deallocation options",
        "requeue, terminate, taskcompletion and retaineddata; the last two hold back later targets until they are done",
        "",
    ),
    F(
        26,
        "Empty the pool at the end of a job",
        "target zero with taskcompletion lets tasks end and the nodes go; an example ships with it",
        "",
    ),
    F(
        27,
        "Tasks per node",
        "slots of a node up to four per core and 256, never oversubscribed; the old name of the key is read",
        "",
    ),
    F(28, "Fill type", "spread takes the emptiest node, pack the fullest that has room", ""),
    F(
        29,
        "Communication between nodes",
        "bounds a pool at 100 nodes (80 in a subscription of the user's own) and is needed by multi-instance tasks",
        "ports between nodes: no traffic is simulated",
    ),
    F(
        30,
        "Multi-instance tasks",
        "several nodes start at one instant, coordinate, run and end together; one lost node sends all back",
        "what the processes say to each other",
    ),
    F(
        31,
        "Start task",
        "runs on joining and after every reboot or reimage, with retries; a node whose start task failed stays, is "
        "paid for and takes no task",
        "users and rights it runs with",
    ),
    F(
        32,
        "Application packages",
        "are put on a node when it joins and after every reboot, by size and bandwidth; failing ones make it unusable",
        "licences of applications without a price",
    ),
    F(
        33,
        "Networks and identity",
        "pools in one subnet share its addresses",
        "authentication: a simulation needs no credentials",
    ),
    F(
        34,
        "Lifetimes of pools",
        "pools made per job, made beforehand or scaled can be compared under the same luck: cost, waiting, idle time",
        "",
    ),
    F(
        35,
        "Scheduling as nodes become ready",
        "each node takes tasks as soon as it is ready; nobody waits for the whole pool",
        "",
    ),
    F(
        36,
        "Reactive and predictive scaling",
        "formulas may look at the queue or at the clock; both can be compared under the same luck",
        "",
    ),
    F(
        37,
        "Lifetime of auto pools",
        "an auto pool goes with its job or its schedule, or stays if it is to be kept alive, and is paid for",
        "",
    ),
    F(
        38,
        "Certificates",
        "lengthen the boot before any task; those added later wait for the next reboot of each node",
        "their contents and stores: nothing is encrypted",
    ),
    F(
        39,
        "Job manager task",
        "starts first in its job, can have its node alone, is kept longest in a shrink and can end its job",
        "what it would add to its job by itself: the workload says which tasks there are",
    ),
    F(
        40,
        "Reboot and reimage",
        "with the four options for running tasks; start task and packages run again; id and allocation time stay",
        "",
    ),
    F(
        41,
        "Other operations",
        "nodes can be removed by name, formulas be evaluated without effect, node agents be listed",
        "operations that only read: the record holds more than they would say",
    ),
)


def row(number: int) -> Feature:
    """Give one row by its number."""
    return FEATURES[number - 1]
