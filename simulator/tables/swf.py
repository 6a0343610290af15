"""The Standard Workload Format v2.2 of the Parallel Workloads Archive: 18 numbers a line, comments after `;`."""

import io
import math
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError, Problem

Floats = npt.NDArray[np.float64]

COLUMNS: Final = (
    *("job", "submit", "wait", "run", "procs", "cpu", "memory", "requestedProcs", "requestedTime", "requestedMemory"),
    *("status", "user", "group", "executable", "queue", "partition", "precedingJob", "thinkTime"),
)
PARTIAL: Final = (2, 3, 4)
"""Statuses of lines about a part of a job, before or after the line that sums it up."""
MOST_REPORTED: Final = 20
_HEADER: Final = re.compile(r"^;\s*(\w+):[ \t]*(.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of a file, one value a line that has one."""

    columns: dict[str, Floats]
    """By name; -1 is unknown."""
    is_partial: npt.NDArray[np.bool_]
    """Whether another line sums the job up."""
    content: bytes

    def __len__(self) -> int:
        return len(self.is_partial)

    def line_of(self, row: int) -> int:
        """Return the line of a job, from 1."""
        lines = enumerate(self.content.splitlines(), 1)
        numbers = [number for number, line in lines if line.split(b";", 1)[0].split()]
        return numbers[row]

    @property
    def header(self) -> dict[str, str]:
        """What the comments at the top state, by name: `UnixStartTime`, `MaxNodes`."""
        top = self.content[: 1 << 16].decode("utf-8", "replace").removeprefix("\ufeff")
        return dict(reversed(_HEADER.findall(top)))


def read_jobs(content: bytes, name: str) -> Jobs:
    """Return the jobs of a file; raise InputError with the lines that are none."""
    import pandas as pd

    try:
        table = pd.read_csv(
            io.BytesIO(content.removeprefix(b"\xef\xbb\xbf")),
            sep=r"\s+",
            comment=";",
            header=None,
            dtype=np.float64,
            engine="c",
            encoding="latin-1",
        )
        rows = table.to_numpy()
        is_good = rows.shape[1] == len(COLUMNS) and len(rows) > 0 and bool(np.isfinite(rows).all())
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError):
        is_good = False
    if not is_good:
        raise InputError(_problems(content, name))
    columns = {name: rows[:, place] for place, name in enumerate(COLUMNS)}
    return Jobs(columns, _partial(columns), content)


def _partial(columns: dict[str, Floats]) -> npt.NDArray[np.bool_]:
    """Return which lines are parts of a job that another line sums up."""
    is_part = np.isin(columns["status"], PARTIAL)
    if not is_part.any():
        return is_part
    found: npt.NDArray[np.bool_] = is_part & np.isin(columns["job"], columns["job"][~is_part])
    return found


def _problems(content: bytes, name: str) -> list[Problem]:
    """Return what is wrong in which line, looking at each of them, slowly."""
    problems: list[Problem] = []
    is_empty = True
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split(";", 1)[0].split()
        if not cells:
            continue
        is_empty = False
        if len(cells) != len(COLUMNS):
            text = f"expected {len(COLUMNS)} numbers, found {len(cells)}"
            problems.append(Problem(text, name, number, 1, source=line[:120]))
            continue
        bad = next((index for index, cell in enumerate(cells) if not _is_number(cell)), None)
        if bad is not None:
            text = f"expected a number in column {bad + 1}, not {cells[bad]!r}"
            problems.append(Problem(text, name, number, line.find(cells[bad]) + 1, source=line[:120]))
    if is_empty:
        return [Problem("holds no job", file=name)]
    return problems[:MOST_REPORTED] or [Problem("cannot be read as a table of numbers", file=name)]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
