"""Private names: ids, nodes and command lines are replaced, the same by the same, before they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError
from simulator.history.past import Past

if TYPE_CHECKING:
    import pandas as pd

HIDDEN: Final = {
    "job": "job",
    "task": "task",
    "name": "work",
    "pool": "pool",
    "node": "node",
    "command": "command",
}
"""Columns whose texts are replaced, and the word that stands before their numbers."""


_CELL: Final = re.compile(r", not '.*'$")
"""What a file has instead of what was expected."""


@dataclass(slots=True)
class Names:
    """The replacements, kind by kind, in the order of first use."""

    by_kind: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, kind: str, name: str) -> str:
        """Return what stands for a name; nothing for nothing."""
        known = self.by_kind.setdefault(kind, {})
        return known.setdefault(name, f"{kind}-{len(known) + 1}") if name else ""


def hide(past: Past, names: Names) -> Past:
    """Return a past without its names; equal names stay equal, in all tables."""
    tasks, nodes, pools = (_hidden(frame, names) for frame in (past.tasks, past.nodes, past.pools))
    tasks["parents"] = [_each(names, text) for text in past.tasks["parents"]]
    return replace(
        past,
        tasks=tasks,
        nodes=nodes,
        pools=pools,
        bodies={names.of("pool", pool): _body(body) for pool, body in past.bodies.items()},
        priorities={names.of("job", job): priority for job, priority in past.priorities.items()},
    )


def without_lines(error: InputError) -> InputError:
    """Return an error without lines of files and the cells in them."""
    return InputError([replace(one, source=None, message=_CELL.sub("", one.message)) for one in error.problems])


def _hidden(frame: pd.DataFrame, names: Names) -> pd.DataFrame:
    import pandas as pd

    made = frame.copy()
    for column, kind in HIDDEN.items():
        if column in made:
            codes, distinct = pd.factorize(made[column])
            made[column] = pd.Series([names.of(kind, text) for text in distinct], dtype=object).to_numpy()[codes]
    return made


def _each(names: Names, text: str) -> str:
    return " ".join(names.of("task", one) for one in text.split())


def _body(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body without its formula's comments; what else is taken over holds no names."""
    formula = body.get("autoScaleFormula")
    if not isinstance(formula, str):
        return body
    lines = (line.split("//", 1)[0].rstrip() for line in formula.splitlines())
    return {**body, "autoScaleFormula": "\n".join(line for line in lines if line)}
