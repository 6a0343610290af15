"""What a past shows of evictions: how long low-priority nodes live, and how long they are away.

A log of states has every eviction. Elsewhere one is seen where an attempt lost its node, exactly, or where a node boots
again, between its last sign of life and that boot; what was there at the end has lived longer. An age counts from the
first sign: a life that began before is known from there on, which changes nothing where evictions have no memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from simulator.calibration.evidence import Evidence
from simulator.calibration.findings import Finding, Learned, Missing
from simulator.calibration.nodes import by_size
from simulator.durations import parse_duration
from simulator.fits import Sample, choose
from simulator.fits.choose import LEAST, Choice
from simulator.fits.families import rounded
from simulator.fits.shares import rate
from simulator.states import NodeKind, NodeState
from simulator.tables.outcomes import Outcome
from simulator.units import S_PER_HOUR

if TYPE_CHECKING:
    import pandas as pd

BORN: Final = "born"
TAKEN: Final = "taken"
SIGN: Final = "sign"
GONE: Final = "gone"
Event = tuple[float, str]
Node = tuple[str, str]
"""Its pool and its name: pools may have nodes of one name."""
_FAMILIES: Final = ("exponential", "weibull")
"""Of lives, as models of evictions have them."""
_LEFT: Final = (str(NodeState.LEAVINGPOOL), "deallocating", "deallocated")


@dataclass
class Lives:
    """The lives and absences of nodes of one size."""

    begin: float = 0.0
    """Lives count from here on."""
    ended: list[float] = field(default_factory=list)
    beyond: list[float] = field(default_factory=list)
    between: list[tuple[float, float]] = field(default_factory=list)
    away: list[float] = field(default_factory=list)
    """From an eviction to the next birth."""
    still_away: list[float] = field(default_factory=list)

    @property
    def sample(self) -> Sample:
        """The lives."""
        return Sample.of(self.ended, self.beyond, self.between)

    @property
    def exposure(self) -> float:
        """Seconds of life that were watched."""
        return sum(self.ended) + sum(self.beyond) + sum((one + two) / 2 for one, two in self.between)

    def follow(self, events: list[Event], end: float, *, is_listed: bool) -> None:
        """Add the lives of one node; `is_listed` where it was there at the end."""
        born: float | None = None
        taken: float | None = None
        last = 0.0
        for time, what in sorted(events):
            if what == BORN and born is not None:  # it was taken in between, unseen
                self._between(born, last, time)
                born = None
            if what in (BORN, SIGN) and born is None and not (taken is not None and time <= taken):
                if what == BORN and taken is not None and taken >= self.begin:
                    self.away.append(time - taken)
                born, taken = time, None
            elif what == TAKEN and born is not None:
                self._add(self.ended, born, time)
                born, taken = None, time
            elif what == GONE and born is not None:
                self._add(self.beyond, born, time)
                born = None
            last = max(last, time)
        if born is not None:
            self._add(self.beyond, born, end if is_listed else last)
        elif taken is not None and taken >= self.begin:
            self.still_away.append(end - taken)

    def _add(self, where: list[float], born: float, until: float) -> None:
        """Add what of a life lies after the begin."""
        if until >= self.begin:
            where.append(until - max(born, self.begin))

    def _between(self, born: float, last: float, until: float) -> None:
        if until >= self.begin:
            start = max(born, self.begin)
            self.between.append((max(last - start, 0.0), until - start))


def _events(evidence: Evidence, spells: pd.DataFrame) -> dict[Node, list[Event]]:
    """Return what is known of each node of some spells."""
    is_log = bool(spells["is_log"].any())
    booted = str(NodeState.WAITINGFORSTARTTASK)
    birth = NodeState.CREATING if is_log else booted if (spells["state"] == booted).any() else NodeState.STARTING
    meanings = {str(birth): BORN, str(NodeState.PREEMPTED): TAKEN, **dict.fromkeys(_LEFT, GONE)}
    seen = spells[spells["is_log"]] if is_log else spells
    if not is_log:
        seen = seen[seen["state"] != str(NodeState.CREATING)]
    found: dict[Node, list[Event]] = {}
    for node, time, state in zip(_nodes(seen), seen["time"], seen["state"], strict=True):
        is_boot = not is_log and state == str(NodeState.STARTING) and str(birth) != state
        if not is_boot:
            found.setdefault(node, []).append((float(time), meanings.get(str(state), SIGN)))
    if not is_log:
        rows, known = evidence.attempts, set(_nodes(spells))
        for node, start, ended, outcome in zip(_nodes(rows), rows["start"], rows["end"], rows["outcome"], strict=True):
            if node not in known:
                continue
            events = found.setdefault(node, [])
            if start == start:  # noqa: PLR0124 - a number
                events.append((float(start), SIGN))
            if ended == ended:  # noqa: PLR0124 - a number
                events.append((float(ended), TAKEN if outcome == str(Outcome.PREEMPTED) else SIGN))
    return found


def _nodes(rows: pd.DataFrame) -> list[Node]:
    """Return the node of each row."""
    return [*zip(rows["pool"].astype(str), rows["node"].astype(str), strict=True)]


def lives_of(evidence: Evidence, spells: pd.DataFrame) -> Lives:
    """Return the lives of the low-priority nodes that some spells are of."""
    found = Lives(evidence.begin)
    listed = {name for name, form in evidence.formats.items() if form in ("azure-nodes", "node-states")}
    present = set(_nodes(spells[spells["file"].isin(listed)]))
    for node, events in _events(evidence, spells).items():
        found.follow(events, evidence.end, is_listed=node in present)
    return found


def _by_size(evidence: Evidence) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    spells = evidence.spells
    if len(spells):
        for of, rows in by_size(spells[spells["kind"] == str(NodeKind.LOW_PRIORITY)]):
            yield dict(of), rows


def evictions(evidence: Evidence) -> Iterator[Finding]:
    """Measure how long low-priority nodes live: without memory, or ageing."""
    is_any = False
    for of, rows in _by_size(evidence):
        is_any = True
        found = lives_of(evidence, rows)
        sample = found.sample
        choice = _law(sample)
        if choice is None:
            per_hour, _, most = rate(sample.ended, max(found.exposure, 1.0) / S_PER_HOUR)
            why = f"at least {LEAST} needed" if sample.ended < LEAST else "whose times no hazard has"
            text = f"{sample.ended} evictions in {found.exposure / S_PER_HOUR:,.1f} node-hours, {why}"
            yield Missing("evictions", f"{text}; at most {most:.3g} an hour (seen: {per_hour:.3g})", of)
            continue
        note = _note(rows)
        yield Learned("evictions", of, _model(choice.fit.body), sample.count, rows, choice, note=note, made=_model)
    if not is_any:
        yield Missing("evictions", "no file has low-priority nodes with their states")


def _law(sample: Sample) -> Choice | None:
    """Return the law of lives that a scenario can have, the best one even where the sample is of none."""
    found = choose(sample, _FAMILIES)
    if found is None or found.fit.family in _FAMILIES:
        return found
    return Choice(found.tried[0], found.tried) if found.tried else None


def _model(body: Any) -> dict[str, object]:
    """Return the model of evictions that a law of lives is."""
    if "weibull" in body:
        return {"model": "weibull", **body["weibull"]}
    return {"model": "hazard", "ratePerHour": rounded(S_PER_HOUR / parse_duration(body["exponential"]["mean"]))}


def _note(rows: pd.DataFrame) -> str:
    if rows["is_log"].any():
        return ""
    return "evictions of idle nodes are known by their next boot; a reboot would count as one"


def recovery_delay(evidence: Evidence) -> Iterator[Finding]:
    """Measure how long preempted nodes are away until they are created again."""
    is_any = False
    for of, rows in _by_size(evidence):
        is_any = True
        found = lives_of(evidence, rows)
        boot, note = _boot_before(evidence, rows)
        if boot is None:
            yield Missing("recovery_delay", note, of)
            continue
        sample = Sample.of([max(one - boot, 0.0) for one in found.away], found.still_away)
        choice = choose(sample)
        if choice is None:
            yield Missing("recovery_delay", f"{sample.ended} returns seen, at least {LEAST} are needed", of)
        else:
            yield Learned("recovery_delay", of, choice.fit.body, sample.count, rows, choice, note=note)
    if not is_any:
        yield Missing("recovery_delay", "no file has low-priority nodes with their states")


def _boot_before(evidence: Evidence, rows: pd.DataFrame) -> tuple[float | None, str]:
    """Return the mean time from creation to what marks a birth, and how it is known; None where it is not."""
    if rows["is_log"].any():
        return 0.0, ""
    spells = evidence.spells
    spells = spells[spells["size"] == rows["size"].iloc[0]]
    made = spells[(spells["state"] == str(NodeState.CREATING)) & (spells["kind"] == str(NodeKind.DEDICATED))]
    boots = spells[(spells["state"] == str(NodeState.STARTING)) & spells["next_time"].notna()]
    has_start_task = bool((rows["state"] == str(NodeState.WAITINGFORSTARTTASK)).any())
    if made["next_time"].notna().sum() < 1 or (has_start_task and not len(boots)):
        return None, "when nodes were created again is not known: lists or a log of their states have it"
    boot = float((made["next_time"] - made["time"]).mean())
    boot += float((boots["next_time"] - boots["time"]).mean()) if has_start_task else 0.0
    return boot, f"from an eviction to the next boot, less {boot:.0f} s, the mean of creation and boot"
