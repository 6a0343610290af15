"""What is known of a pool at an instant, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from simulator.codes import Action
from simulator.results.why.evidence import Run, written
from simulator.service_codes import SUCCESS
from simulator.units import spoken

ENDED: Final = ("what bound it", "nodes it brought", "nodes it chose to leave")
UNDER_WAY: Final = ("what binds it by its end", "nodes it brings by its end", "nodes it chooses to leave by its end")
"""Of a resize: the limit, who came, who left; while it is under way some of that is yet to come."""
SHOWN: Final = 12
"""So many nodes are named."""


def sentences(run: Run, at: float, facts: dict[str, Any]) -> Iterator[str]:
    """Report state, evaluation, resize, preemptions and operations, in this order."""
    yield from _state(run, at, facts["now"])
    yield from _evaluated(run, at, facts["evaluation"], facts["next_evaluation"])
    yield from _resized(run, at, facts["resize"])
    if facts["preemptions"]:
        yield _preempted(run, at, facts["preemptions"])
    for entry in facts["operations"]:
        answer = "accepted" if entry["code"] == SUCCESS else f"refused: {entry['code']}"
        yield f"operation {entry['operation']} {_ago(run, at, entry['at'])}: {answer}"


def _preempted(run: Run, at: float, lost: list[dict[str, Any]]) -> str:
    """Report who was preempted, and what became of them."""
    back = sum(entry["back"] is not None for entry in lost)
    removed = Counter(entry["removed"] for entry in lost if entry["removed"] is not None)
    fates = [f"{back:,} came back"] if back else []
    fates += [f"{count:,} removed {_ago(run, at, when)}" for when, count in sorted(removed.items())]
    waiting = len(lost) - back - removed.total()
    fates += [f"{waiting:,} without a machine still"] if waiting else []
    return f"preempted in the hour before: {_named([entry['node'] for entry in lost])}; {', '.join(fates)}"


def _state(run: Run, at: float, now: dict[str, Any]) -> Iterator[str]:
    if not now["exists"]:
        is_gone = now["deleted"] is not None
        yield f"the pool was deleted {_ago(run, at, now['deleted'])}" if is_gone else "the pool is not there yet"
        return
    if now["being_deleted"]:
        yield "the pool is being deleted"
    wanted = f"{now['target_dedicated']:,} dedicated and {now['target_low_priority']:,} low-priority"
    there = f"{now['current_dedicated']:,} and {now['current_low_priority']:,}"
    states = ", ".join(f"{count:,} {state}" for state, count in now["states"].items()) or "none"
    closed = f" ({now['disabled']:,} of them out of scheduling)" if now["disabled"] else ""
    yield f"wants {wanted} nodes, has {there}: {states}{closed}"
    for fault in now["faults"]:
        yield f"{fault['state']}, {fault['why']}: {_named(fault['nodes'])}"
    yield f"tasks: {now['queued_tasks']:,} wait, {now['running_tasks']:,} run on {_slots(now['used_slots'])}"


def _evaluated(run: Run, at: float, last: dict[str, Any] | None, following: float | None) -> Iterator[str]:
    if last is None:
        return
    when = _ago(run, at, last["time"])
    if last["error"]:
        yield f"the evaluation in force, {when}, failed: {last['error']}: {last['message']}; {Action.ERROR.means}"
    else:
        yield f"the evaluation in force, {when}, gave {last['results']}: {Action(last['action']).means}"
    for kind in ("dedicated", "low_priority"):
        raw, applied = last[f"raw_{kind}"], last[f"target_{kind}"]
        if not last["error"] and raw is not None and raw != applied:
            yield f"its {kind.replace('_', '-')} target {raw:g} became {applied:,}"
    if following is not None:
        yield f"the next evaluation is at {written(run, following)}, in {spoken(following - at)}"


def _resized(run: Run, at: float, last: dict[str, Any] | None) -> Iterator[str]:
    if last is None:
        yield "no resize so far"
        return
    parts = [
        f"{kind.replace('_', '-')} {last[kind]['from']:,} → {last[kind]['to']:,}"
        for kind in ("dedicated", "low_priority")
        if last[kind]["from"] != last[kind]["to"]
    ]
    what = ", ".join(parts) or "targets unchanged"
    option = f", option {last['option']}" if last["option"] else ""
    if last["under_way"]:
        ends = "" if last["end"] is None else f"; it ends at {written(run, last['end'])}"
        yield f"a resize is under way, begun {_ago(run, at, last['start'])} ({what}{option}){ends}"
    else:
        took = spoken(last["end"] - last["start"])
        yield f"steady; the last resize, {_ago(run, at, last['start'])}, took {took} ({what}{option}): {last['code']}"
    binds, brings, chooses = UNDER_WAY if last["under_way"] else ENDED
    if last["limit"]:
        figure = last["quota"]
        quota = f" ({figure['amount']:,} {figure['unit']}, {figure['of']})" if figure is not None else ""
        yield f"{binds}: {last['limit']}, {last['limit_means']}{quota}"
    if last["came"]:
        yield f"{brings}: {_named(last['came'])}"
    if last["chosen"]:
        chosen = [f"{entry['node']} ({entry['before']}{_with(entry['tasks'])})" for entry in last["chosen"]]
        yield f"{chooses}: {_named(chosen)}"


def _slots(count: int) -> str:
    return "1 slot" if count == 1 else f"{count:,} slots"


def _with(tasks: int) -> str:
    return f", {tasks} task{'' if tasks == 1 else 's'}" if tasks else ""


def _ago(run: Run, at: float, then: float) -> str:
    return f"at {written(run, then)}" + ("" if then == at else f", {spoken(at - then)} before")


def _named(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"
