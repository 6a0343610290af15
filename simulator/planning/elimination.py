"""Successive elimination: every design gets a few runs, and only those still in question get more.

After each round a design goes that breaks a constraint beyond doubt, or costs more, beyond doubt and under the same
luck, than one that keeps all constraints beyond doubt. Doubt is shared out over designs and rounds (Bonferroni), so
that with 95 % no design goes wrongly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from simulator.experiment.axes import Cell
from simulator.experiment.estimates import LEVEL, corrected, mean
from simulator.planning.constraints import Constraint, Verdict
from simulator.planning.designs import Design, Fate, judged, longer
from simulator.planning.runs import Columns, run_all

Heed = Callable[[str], None]


def eliminate(
    cells: Sequence[Cell],
    objective: str,
    constraints: Sequence[Constraint],
    measures: Sequence[str],
    *,
    first: int,
    most: int,
    workers: int = 0,
    heed: Heed = lambda _: None,
) -> list[Design]:
    """Run designs until one is left beyond doubt or each has `most` runs; give all in the order of the cells."""
    rounds = max(1, math.ceil(math.log2(max(most / first, 1))) + 1)
    level = corrected(LEVEL, len(cells) * rounds)
    runs: dict[int, Columns] = {}
    fates = dict.fromkeys(range(len(cells)), Fate.KEPT)
    alive = list(range(len(cells)))
    done = 0
    while alive and done < most:
        until = min(most, first if done == 0 else 2 * done)
        heed(f"{len(alive)} of {len(cells)} designs, {until} runs each")
        made = run_all([cells[index].scenario for index in alive], range(done, until), measures, workers=workers)
        for index, columns in zip(alive, made, strict=True):
            runs[index] = longer(runs[index], columns) if index in runs else columns
        done = until
        alive = _survivors(alive, runs, fates, objective, constraints, level)
        if len(alive) == 1 and _keeps(runs[alive[0]], constraints, level):
            break
    return [
        replace(judged(cell, runs[index], objective, constraints), fate=fates[index])
        for index, cell in enumerate(cells)
    ]


def _survivors(
    alive: Sequence[int],
    runs: dict[int, Columns],
    fates: dict[int, Fate],
    objective: str,
    constraints: Sequence[Constraint],
    level: float,
) -> list[int]:
    """Take out what is settled; note why in `fates`."""
    open_to = []
    for index in alive:
        verdicts = [constraint.check(runs[index], level).verdict for constraint in constraints]
        if Verdict.BROKEN in verdicts:
            fates[index] = Fate.BROKEN
        else:
            open_to.append(index)
    sure = [index for index in open_to if _keeps(runs[index], constraints, level)]
    if not sure:
        return open_to
    best = min(sure, key=lambda index: float(runs[index][objective].mean()))
    kept = []
    for index in open_to:
        more = mean(runs[index][objective] - runs[best][objective], level)
        if index != best and more.low > 0:
            fates[index] = Fate.DEARER
        else:
            kept.append(index)
    return kept


def _keeps(runs: Columns, constraints: Sequence[Constraint], level: float) -> bool:
    return all(constraint.check(runs, level).verdict is Verdict.KEPT for constraint in constraints)
