"""The form of an event: envelope, names of operations, how times are written (docs/model.md#diagnostic-events)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from simulator.units import MS_PER_S

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.scenario.scenario import Scenario

Ints = npt.NDArray[np.int64]
Body = dict[str, Any]


class Operation(StrEnum):
    """The service's names of events (`operationName`)."""

    POOL_CREATE = "PoolCreateEvent"
    POOL_DELETE_START = "PoolDeleteStartEvent"
    POOL_DELETE_COMPLETE = "PoolDeleteCompleteEvent"
    POOL_RESIZE_START = "PoolResizeStartEvent"
    POOL_RESIZE_COMPLETE = "PoolResizeCompleteEvent"
    POOL_AUTOSCALE = "PoolAutoScaleEvent"
    TASK_START = "TaskStartEvent"
    TASK_COMPLETE = "TaskCompleteEvent"
    TASK_FAIL = "TaskFailEvent"
    TASK_REQUEUE = "TaskRequeueEvent"
    TASK_SCHEDULE_FAIL = "TaskScheduleFailEvent"
    SPECIAL_TASK = "SpecialTaskEvent"


VERSION: Final = "2017-06-01"
NO_SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"


class Record(Protocol):
    """What is asked of a run, in memory or on disk."""

    @property
    def scenario(self) -> Scenario:
        """The complete scenario."""

    def table(self, name: str) -> pa.Table:
        """Return a table; `simulator.results.record.table_schema` describes them."""


@dataclass(frozen=True, slots=True)
class Source:
    """Events of one kind: when each happens, where it stands among those of its instant, and its body on demand."""

    operation: Operation
    time: Ints
    """Milliseconds since the origin."""
    stage: Ints
    """What is settled first at an instant stands first in the log."""
    order: Ints
    """Place among the events of one instant and stage."""
    body: Callable[[int], Body]


def milliseconds(seconds: Any) -> Ints:
    """Turn a table's seconds into the clock's milliseconds; what is empty becomes −1."""
    values = np.asarray(seconds, dtype=np.float64)
    return np.where(np.isnan(values), -1, np.rint(values * MS_PER_S)).astype(np.int64)


def stamp(origin: datetime, instant: int) -> str:
    """Write an instant as the service does: `2016-09-09T22:13:06.573Z`."""
    time = origin + timedelta(milliseconds=int(instant))
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"


_STAMP: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?\s*(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)


def parse_stamp(value: object) -> datetime | None:
    """Read either spelling that the service uses, to microseconds; None where it is none."""
    if isinstance(value, str) and len(value) == len("2016-09-09T22:13:06.573Z") and value[-1] == "Z":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return None
    found = _STAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    day, clock, fraction, zone = found.groups()
    zone = "+00:00" if zone is None or zone in "Zz" else zone
    try:
        time = datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{zone}")
    except ValueError:
        return None
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return None


def envelope(account: str, time: str, operation: Operation, properties: Body) -> Body:
    """Put a body into the wrapper of the diagnostic log."""
    resource = (
        f"/SUBSCRIPTIONS/{NO_SUBSCRIPTION}/RESOURCEGROUPS/POOLSIGHT/PROVIDERS/MICROSOFT.BATCH/BATCHACCOUNTS/{account}/"
    )
    return {
        "Tenant": NO_SUBSCRIPTION,
        "time": time,
        "resourceId": resource,
        "category": "ServiceLog",
        "operationName": str(operation),
        "operationVersion": VERSION,
        "properties": properties,
    }
