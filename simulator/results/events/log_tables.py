"""From events, in order of time, to tables of pools, resizes, evaluations, tasks and attempts.

A start event opens an attempt; requeue and complete events close it. Where a start follows a start, the first attempt
failed and was retried: the service sends no event at its end, so its own start and end are not known. A requeue after
which `requeueCount` is no higher than before is the loss of a node (`preempted`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from simulator.results.events.envelope import Operation, parse_stamp

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
LARGEST: Final = 2**62
"""Of a number in a log: a table has room for no larger one."""
TIMES: Final = frozenset({"created", "deleted", "gone", "start", "end", "time", "assigned"})
COLUMNS: Final = {
    "pools": "pool vm_size slots auto_pool autoscale inter_node target_dedicated target_low_priority created deleted "
    "gone",
    "resizes": "pool start end dedicated_before dedicated_to low_priority_before low_priority_to dedicated "
    "low_priority option code message",
    "evaluations": "pool time formula results error message",
    "tasks": "job id pool type slots instances max_retries start end state succeeded exit_code retries requeues "
    "preemptions",
    "attempts": "job id attempt pool node assigned start end outcome",
    "special_tasks": "job name type pool node start end exit_code result",
    "schedule_failures": "job id pool time code message",
}
NUMBERS: Final = (
    *("slots", "instances", "max_retries", "exit_code", "retries", "requeues", "preemptions", "attempt"),
    *("target_dedicated", "target_low_priority", "dedicated_before", "dedicated_to", "low_priority_before"),
    *("low_priority_to", "dedicated", "low_priority"),
)


class Tables:
    """Rows under construction; give it the events in order of time."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {name: [] for name in COLUMNS}
        self._pools: dict[str, Row] = {}
        self._resizing: dict[str, Row] = {}
        self._tasks: dict[tuple[str, str], Row] = {}
        self._running: dict[tuple[str, str], Row] = {}

    def take(self, time: int, operation: Operation, body: Row) -> None:
        """Take one event; `time` is in microseconds since 1970."""
        match operation:
            case Operation.POOL_CREATE:
                self._create(time, body)
            case Operation.POOL_DELETE_START:
                self._pool(body)["deleted"] = time
            case Operation.POOL_DELETE_COMPLETE:
                self._pool(body)["gone"] = _instant(body.get("endTime")) or time
            case Operation.POOL_RESIZE_START:
                self._resize(time, body)
            case Operation.POOL_RESIZE_COMPLETE:
                self._resized(time, body)
            case Operation.POOL_AUTOSCALE:
                self._evaluate(time, body)
            case Operation.SPECIAL_TASK:
                self._special(time, body)
            case Operation.TASK_SCHEDULE_FAIL:
                self._unscheduled(time, body)
            case Operation.TASK_START:
                self._start(time, body)
            case Operation.TASK_REQUEUE:
                self._requeue(time, body)
            case Operation.TASK_COMPLETE | Operation.TASK_FAIL:
                self._complete(time, body, failed=operation is Operation.TASK_FAIL)

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables; integers and times may be empty."""
        import pandas as pd

        found = {}
        for name, text in COLUMNS.items():
            rows = self.rows[name]
            columns: dict[str, Any] = {}
            for column in text.split():
                values = [row.get(column) for row in rows]
                if column in TIMES:
                    columns[column] = pd.to_datetime(pd.array(values, dtype="Int64"), unit="us", utc=True)
                elif column in NUMBERS:
                    columns[column] = pd.array(values, dtype="Int64")
                elif column in ("succeeded", "auto_pool", "autoscale", "inter_node"):
                    columns[column] = pd.array(values, dtype="boolean")
                else:
                    columns[column] = pd.array(values, dtype="string")
            found[name] = pd.DataFrame(columns)
        return found

    # ---- pools -------------------------------------------------------------------------------------------

    def _pool(self, body: Row) -> Row:
        name = body["id"]
        if name not in self._pools:
            self._pools[name] = {"pool": name}
            self.rows["pools"].append(self._pools[name])
        return self._pools[name]

    def _create(self, time: int, body: Row) -> None:
        slots = body.get("maxTasksPerNode", body.get("taskSlotsPerNode"))
        self._pool(body).update(
            vm_size=_text(body.get("vmSize")),
            slots=_number(slots),
            auto_pool=_flag(body.get("isAutoPool")),
            autoscale=_flag(body.get("enableAutoScale")),
            inter_node=_flag(body.get("enableInterNodeCommunication")),
            target_dedicated=_number(body.get("targetDedicatedNodes")),
            target_low_priority=_number(body.get("targetLowPriorityNodes")),
            created=time,
        )

    def _resize(self, time: int, body: Row) -> None:
        self._pool(body)
        row = {
            "pool": body["id"],
            "start": time,
            "dedicated_before": _number(body.get("currentDedicatedNodes")),
            "low_priority_before": _number(body.get("currentLowPriorityNodes")),
            "dedicated_to": _number(body.get("targetDedicatedNodes")),
            "low_priority_to": _number(body.get("targetLowPriorityNodes")),
            "option": _option(body),
        }
        self.rows["resizes"].append(row)
        self._resizing[body["id"]] = row

    def _resized(self, time: int, body: Row) -> None:
        row = self._resizing.pop(body["id"], None)
        if row is None:  # its start is not in the log
            start = _instant(body.get("startTime"))
            self._resize(start if start is not None else time, body)
            row = self._resizing.pop(body["id"])
            row["dedicated_before"] = row["low_priority_before"] = None
        row["end"] = _instant(body.get("endTime")) or time
        row["dedicated"] = _number(body.get("currentDedicatedNodes"))
        row["low_priority"] = _number(body.get("currentLowPriorityNodes"))
        row["code"], row["message"] = _text(body.get("resultCode")), _text(body.get("resultMessage"))

    def _evaluate(self, time: int, body: Row) -> None:
        self._pool(body)
        error = body.get("error")
        error = error if isinstance(error, dict) and error.get("code") else {}
        values = error.get("values")
        detail = values[0].get("value") if isinstance(values, list) and values and isinstance(values[0], dict) else None
        self.rows["evaluations"].append(
            {
                "pool": body["id"],
                "time": _instant(body.get("timestamp")) or time,
                "formula": _text(body.get("formula")),
                "results": _text(body.get("results")),
                "error": _text(error.get("code")),
                "message": _text(detail) or _text(error.get("message")),
            }
        )

    def _special(self, time: int, body: Row) -> None:
        info, node = _inner(body, "executionInfo"), _inner(body, "nodeInfo")
        self.rows["special_tasks"].append(
            {
                "job": _text(body.get("jobId")),
                "name": body["taskName"],
                "type": _text(body.get("taskType")),
                "pool": _text(node.get("poolId")),
                "node": _text(node.get("nodeId")),
                "start": _instant(info.get("startTime")),
                "end": _instant(info.get("endTime")) or time,
                "exit_code": _number(info.get("exitCode")),
                "result": _text(info.get("result")),
            }
        )

    # ---- tasks -------------------------------------------------------------------------------------------

    def _task(self, body: Row) -> tuple[tuple[str, str], Row]:
        key = (body["jobId"], body["id"])
        if key not in self._tasks:
            self._tasks[key] = {"job": key[0], "id": key[1], "state": "active", "preemptions": 0, "requeues": 0}
            self._tasks[key]["retries"] = 0
            self.rows["tasks"].append(self._tasks[key])
        row = self._tasks[key]
        about = {
            "pool": _text(_inner(body, "nodeInfo").get("poolId")),
            "type": _text(body.get("taskType")),
            "slots": _number(body.get("requiredSlots")),
            "instances": _number(_inner(body, "multiInstanceSettings").get("numberOfInstances")),
            "max_retries": _number(_inner(body, "constraints").get("maxTaskRetryCount")),
        }
        row.update({name: value for name, value in about.items() if value is not None})
        return key, row

    def _attempt(self, key: tuple[str, str], body: Row) -> Row:
        node = _inner(body, "nodeInfo")
        number = self._tasks[key].get("_attempts", 0) + 1
        self._tasks[key]["_attempts"] = number
        row = {"job": key[0], "id": key[1], "attempt": number, "outcome": "running"}
        row |= {"pool": _text(node.get("poolId")), "node": _text(node.get("nodeId"))}
        self.rows["attempts"].append(row)
        return row

    def _start(self, time: int, body: Row) -> None:
        key, task = self._task(body)
        before = self._running.get(key)
        if before is not None:
            before["outcome"] = "failed"
        row = self._running[key] = self._attempt(key, body)
        row["assigned"] = time
        task["state"] = "running"
        self._count(task, body)

    def _requeue(self, time: int, body: Row) -> None:
        key, task = self._task(body)
        known = task["requeues"]
        self._count(task, body)
        row = self._close(key, body)
        if row is not None:
            row.setdefault("end", time)
            row["outcome"] = "requeued" if task["requeues"] > known else "preempted"
        task["preemptions"] += task["requeues"] == known
        task["state"] = "active"

    def _complete(self, time: int, body: Row, *, failed: bool) -> None:
        key, task = self._task(body)
        if task["state"] == "completed":
            if failed:
                task["succeeded"] = False
            return
        info = _inner(body, "executionInfo")
        code, result = _number(info.get("exitCode")), _text(info.get("result"))
        succeeded = not failed and (code == 0 if code is not None else (result or "").lower() == "success")
        self._count(task, body)
        row = self._close(key, body)
        if row is not None:
            row.setdefault("end", time)
            row["outcome"] = "succeeded" if succeeded else "failed" if code is not None else "terminated"
            task["start"] = row.get("start")
        end = _instant(info.get("endTime"))
        task.update(state="completed", succeeded=succeeded, exit_code=code, end=time if end is None else end)

    def _close(self, key: tuple[str, str], body: Row) -> Row | None:
        """Return the attempt that ends, with its times; one without a start event is made up if it ever ran."""
        info = _inner(body, "executionInfo")
        start, end = _instant(info.get("startTime")), _instant(info.get("endTime"))
        row = self._running.pop(key, None)
        if row is None:
            if start is None:
                return None
            row = self._attempt(key, body)
        if start is not None:
            row["start"] = start
        if end is not None:
            row["end"] = end
        return row

    def _count(self, task: Row, body: Row) -> None:
        info = _inner(body, "executionInfo")
        for key, name in (("retryCount", "retries"), ("requeueCount", "requeues")):
            count = _number(info.get(key))
            if count is not None:
                task[name] = count

    def _unscheduled(self, time: int, body: Row) -> None:
        key, task = self._task(body)
        error = _inner(body, "schedulingError")
        row = {"job": key[0], "id": key[1], "pool": task.get("pool"), "time": time}
        row |= {"code": _text(error.get("code")), "message": _text(error.get("message"))}
        self.rows["schedule_failures"].append(row)


def _inner(body: Row, key: str) -> Row:
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    """Return a text; the service writes what is absent as a space."""
    return value.strip() or None if isinstance(value, str) else None


def _number(value: object) -> int | None:
    """Return a whole number that a table has room for; real logs write some as text."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < LARGEST else None


def _flag(value: object) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def _instant(value: object) -> int | None:
    """Return microseconds since 1970."""
    time = parse_stamp(value)
    return None if time is None else round(time.timestamp() * 1_000_000)


def _option(body: Row) -> str | None:
    option = (_text(body.get("nodeDeallocationOption")) or "invalid").lower()
    return None if option == "invalid" else option
