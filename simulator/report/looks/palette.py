"""One visual language: what every node state, ledger label, task outcome and series looks like, everywhere.

Families, after Okabe and Ito's colours (Color Universal Design, 2008), distinct under the common colour blindnesses:

 white to grey   there and paid for, but idle: white space is waste
 blue            work: strong = it counts, pale = still under way at the end
 orange          on the way to service: the darker, the nearer
 purple          lost: work thrown away, nodes taken back
 vermillion      failed: tasks and errors
 green           on the way out; in lines, what there should be (targets)
 black           out of order

What shares a family differs in lightness and, in print, in hatching. Colours are for a white page (`light`) and
for a dark one (`dark`). Nothing here knows a drawing library; hatches are written as matplotlib writes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from simulator.results.money.ledger import Label
from simulator.states import NodeState, Outcome

Mode = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Shade:
    """How one thing looks, and what people call it."""

    title: str
    light: str
    dark: str
    hatch: str = ""

    def on(self, mode: Mode) -> str:
        """Return the colour on a light or on a dark page."""
        return self.light if mode == "light" else self.dark


@dataclass(frozen=True, slots=True)
class Page:
    """Colours of what is not data."""

    mode: Mode
    paper: str
    ink: str
    faint: str
    """Secondary text: still 4.5 to 1 against the paper."""
    grid: str
    absent: str
    """Behind rows of nodes: no node there."""
    edge: str
    """Outline of areas, so that white shows on white."""
    night: str
    weekend: str


LIGHT: Final = Page("light", "#FFFFFF", "#1A1A1A", "#5A5F66", "#DADDE1", "#E1E5EA", "#6B7078", "#E8EAF2", "#F6EFE2")
DARK: Final = Page("dark", "#16191D", "#ECEEF0", "#A3AAB3", "#343A42", "#0B0D10", "#9AA1AA", "#20242F", "#2B271F")

NODE_STATES: Final[Mapping[str, Shade]] = {
    NodeState.CREATING: Shade("creating", "#F8D39D", "#8A6420", "//"),
    NodeState.STARTING: Shade("starting", "#F0B04A", "#C68E1F"),
    NodeState.WAITINGFORSTARTTASK: Shade("start task", "#CF820A", "#EFB137", ".."),
    NodeState.STARTTASKFAILED: Shade("start task failed", "#CE5900", "#FF8C42", "xx"),
    NodeState.IDLE: Shade("idle", "#FFFFFF", "#565C64"),
    NodeState.RUNNING: Shade("running", "#0072B2", "#3D9BE0"),
    NodeState.OFFLINE: Shade("offline", "#5B5F66", "#B9BFC6", "--"),
    NodeState.REBOOTING: Shade("rebooting", "#E6C700", "#E6C700", "\\\\"),
    NodeState.REIMAGING: Shade("reimaging", "#E8DC67", "#9E8900", "||"),
    NodeState.UPGRADINGOS: Shade("upgrading OS", "#B2A021", "#F2E26B", "++"),
    NodeState.UNUSABLE: Shade("unusable", "#222222", "#F4F4F4", "xx"),
    NodeState.UNKNOWN: Shade("unknown", "#8D9299", "#8D9299", "oo"),
    NodeState.LEAVINGPOOL: Shade("leaving the pool", "#4EB494", "#3EA672", "\\\\"),
    NodeState.PREEMPTED: Shade("preempted", "#FFE6E5", "#5E3550", "xx"),
    NodeState.DEALLOCATING: Shade("deallocating", "#8FD0B8", "#1E6B53", "//"),
    NodeState.DEALLOCATED: Shade("deallocated", "#BFD6CC", "#12402F", ".."),
}

LABELS: Final[Mapping[str, Shade]] = {
    Label.BUSY_USEFUL: Shade("busy, useful", "#0072B2", "#3D9BE0"),
    Label.BUSY_UNFINISHED: Shade("busy, unfinished at the end", "#7AC8EB", "#005383", "//"),
    Label.BUSY_FAILED: Shade("busy, failed later", "#D55E00", "#FF8C42", "\\\\"),
    Label.BUSY_LOST: Shade("busy, lost later", "#B35296", "#BB78B8", "xx"),
    Label.JOB_PREPARATION: Shade("a job prepares the node", "#2F5D8A", "#A9CBEA", "oo"),
    Label.JOB_RELEASE: Shade("a job cleans up", "#86A6C4", "#5F7F9E", "++"),
    Label.BOOTING: Shade("booting", "#F0B04A", "#C68E1F"),
    Label.START_TASK: Shade("start task", "#CF820A", "#EFB137", ".."),
    Label.IDLE_BEFORE: Shade("idle before the first task", "#ECF5FF", "#6B757E", "//"),
    Label.IDLE_BETWEEN: Shade("idle between tasks", "#FFFFFF", "#565C64"),
    Label.IDLE_TAIL: Shade("idle after the last task", "#D5D8DC", "#7F868F", "\\\\"),
    Label.IDLE_UNUSED: Shade("idle, never had a task", "#AAB8CC", "#A9ABAD", "xx"),
    Label.DRAINING: Shade("draining", "#A1CDB5", "#2C8C5D", "//"),
    Label.LEAVING: Shade("being removed", "#4EB494", "#3EA672", "\\\\"),
    Label.OFFLINE: Shade("scheduling disabled", "#5B5F66", "#B9BFC6", "--"),
    Label.START_TASK_FAILED: Shade("start task failed", "#C74D04", "#FF804B", "xx"),
    Label.UNUSABLE: Shade("unusable", "#222222", "#F4F4F4", "xx"),
    Label.NO_CONTACT: Shade("no contact", "#8D9299", "#909595", "oo"),
    Label.RESTARTING: Shade("rebooting, reimaging", "#E6C700", "#E6C700", "||"),
    Label.UPGRADING_OS: Shade("upgrading the OS", "#B2A021", "#F2E26B", "++"),
    Label.PREEMPTED: Shade("preempted, without a VM", "#FFE6E5", "#5E3550", "xx"),
    Label.DEALLOCATED: Shade("deallocated, without a VM", "#B4D6C8", "#12402F", ".."),
    Label.BILLING_ROUNDING: Shade("rounding of the bill", "#F2E26B", "#998500", ".."),
}

KEPT: Final = "kept"
"""Instead of an outcome: the part of a stopped attempt that a checkpoint kept."""
OUTCOMES: Final[Mapping[str, Shade]] = {
    Outcome.SUCCEEDED.name.lower(): Shade("succeeded", "#0072B2", "#3D9BE0"),
    KEPT: Shade("stopped, but kept by a checkpoint", "#3F86A8", "#7FC4E8", "oo"),
    Outcome.RUNNING.name.lower(): Shade("still running at the end", "#7AC8EB", "#0463A5", "//"),
    Outcome.FAILED.name.lower(): Shade("failed", "#D55E00", "#FF8C42", "\\\\"),
    Outcome.PREEMPTED.name.lower(): Shade("lost: node preempted", "#B35296", "#BB78B8", "xx"),
    Outcome.LOST.name.lower(): Shade("lost: no contact with the node", "#E3B7D6", "#6E2F62", "oo"),
    Outcome.REQUEUED.name.lower(): Shade("lost: put back by a shrink", "#C289AB", "#9F507F", "--"),
    Outcome.TERMINATED.name.lower(): Shade("lost: ended by a shrink or with its job", "#7A2E63", "#F0C4E2", ".."),
    Outcome.DISPLACED.name.lower(): Shade("lost: made room for another job", "#8F5FB8", "#B49BE0", "||"),
    Outcome.UNPREPARED.name.lower(): Shade("lost: node not prepared", "#4A1F5C", "#E3D0F5", "++"),
    Outcome.EXPIRED.name.lower(): Shade("failed: took too long", "#F2A477", "#A8501F", "//"),
    Outcome.UNFETCHED.name.lower(): Shade("failed: package or image did not come", "#E6C229", "#E8DC9A", "xx"),
}

LOST: Final = frozenset(name for name, look in OUTCOMES.items() if look.title.startswith("lost"))
"""Outcomes after which the work must be done again, or never is."""

SERIES: Final[Mapping[str, Shade]] = {
    "queued_tasks": Shade("waiting tasks", "#C87F00", "#F2B134"),
    "running_tasks": Shade("running tasks", "#0072B2", "#3D9BE0"),
    "used_slots": Shade("slots taken", "#56B4E9", "#56B4E9"),
    "target_dedicated": Shade("target, dedicated", "#00795A", "#35C79B"),
    "target_low_priority": Shade("target, low-priority", "#3E9E83", "#7FE0C2"),
    "target": Shade("target", "#00795A", "#35C79B"),
    "current_dedicated": Shade("nodes, dedicated", "#1A1A1A", "#ECEEF0"),
    "current_low_priority": Shade("nodes, low-priority", "#777C84", "#A3AAB3"),
    "current": Shade("nodes there are", "#1A1A1A", "#ECEEF0"),
    "usable_nodes": Shade("usable nodes", "#C9CDD3", "#565C64"),
    "running_nodes": Shade("nodes with a task", "#0072B2", "#3D9BE0"),
    "preempted_nodes": Shade("preempted nodes", "#B35296", "#BB78B8"),
    "deallocated_nodes": Shade("deallocated nodes", "#6E8F82", "#8FB5A6"),
}

MARKS: Final[Mapping[str, Shade]] = {
    "evaluation": Shade("autoscale evaluation", "#5A5F66", "#A3AAB3"),
    "resize": Shade("resize", "#00795A", "#35C79B"),
    "preemption": Shade("preemption", "#B35296", "#BB78B8"),
    "error": Shade("error", "#D55E00", "#FF8C42"),
}

CYCLE: Final = (
    Shade("first", "#0072B2", "#3D9BE0"),
    Shade("second", "#CE5C02", "#ED7B37", "//"),
    Shade("third", "#00916A", "#35C79B", ".."),
    Shade("fourth", "#8E3B78", "#DA7CAD", "\\\\"),
    Shade("fifth", "#B78E3B", "#FFC23B", "xx"),
    Shade("sixth", "#5594E5", "#A1D8FF", "--"),
    Shade("seventh", "#222222", "#ECEEF0", "++"),
)
"""For what has no meaning of its own, such as jobs, pools and scenarios, in order of appearance."""
STROKES: Final = (
    "-",
    (0, (6, 2)),
    (0, (2, 1.5)),
    (0, (8, 2, 2, 2)),
    (0, (1, 1)),
    (0, (4, 1, 1, 1, 1, 1)),
    (0, (10, 3)),
)
"""Line styles of the cycle, so that curves differ in print too; written as matplotlib writes them."""
WITHOUT_CORES: Final = Shade("empty, but the cores of its node are taken", "#DADDE1", "#4A5058", "//")
"""A slot that no task can use."""
OTHER: Final = Shade("other", "#9AA0A8", "#7F868F", "..")
"""What comes after the last of the cycle, and what nothing above names."""


def shade(kinds: Mapping[str, Shade], name: str) -> Shade:
    """Return the look of `name`; a name that only another version knows is grey and keeps its own name."""
    return kinds[name] if name in kinds else Shade(name, OTHER.light, OTHER.dark, OTHER.hatch)
