"""Large spaces: Optuna's samplers look for cheap designs that keep the constraints; the best go on to elimination."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.experiment.axes import Base, Cell, make_cells
from simulator.experiment.design import Axis, Point, point
from simulator.experiment.runner import run_in_order
from simulator.extras import require
from simulator.planning.constraints import Constraint
from simulator.planning.designs import Design, judged
from simulator.planning.runs import Run, run_all

FINALISTS: Final = 12
"""So many designs go on; elimination is cheap for those that are clearly worse."""
OnProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Screening:
    """What was looked at."""

    designs: tuple[Design, ...]
    """Every design once, with its few runs."""
    finalists: tuple[Cell, ...]


def screen(
    base: Base,
    axes: Sequence[Axis],
    objective: str,
    constraints: Sequence[Constraint],
    measures: Sequence[str],
    *,
    trials: int,
    replications: int,
    seed: int,
    run: Run = run_in_order,
    on_progress: OnProgress = lambda _: None,
) -> Screening:
    """Ask Optuna's TPE sampler for `trials` designs, each run under the same draws."""
    fewer = "give values or steps for fewer designs, or method: exhaustive"
    require("optuna", "a space this large", fewer)
    import optuna

    found: dict[str, Design] = {}

    def look(trial: Any) -> float:
        chosen = _point(trial, axes)
        key = repr(sorted(chosen.settings.items(), key=lambda pair: pair[0]))
        if key not in found:
            on_progress(f"design {len(found) + 1} of {trials}")
            cell = make_cells(base, [chosen])[0]
            cell = Cell(len(found), cell.shown, cell.scenario)
            runs = run_all([cell.scenario], range(replications), measures, run=run)[0]
            found[key] = judged(cell, runs, objective, constraints)
        for check in found[key].checks:
            trial.set_constraint(check.constraint.text, min(check.shortfall, 1e9))
        return found[key].price

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=seed, multivariate=len(axes) > 1)
    study = optuna.create_study(sampler=sampler, direction="minimize")
    study.optimize(look, n_trials=trials)
    designs = tuple(found.values())
    ranked = sorted(designs, key=_promise)
    return Screening(designs, tuple(one.cell for one in ranked[:FINALISTS]))


def _promise(design: Design) -> tuple[float, float]:
    """Rank: those that keep the constraints by their price, then the others by how far they miss."""
    return (max(design.distance, 0.0), design.price)


def _point(trial: Any, axes: Sequence[Axis]) -> Point:
    levels = []
    for axis in axes:
        if axis.levels:
            levels.append((axis.name, axis.levels[trial.suggest_int(axis.name, 0, len(axis.levels) - 1)]))
        else:
            share = trial.suggest_float(axis.name, 0.0, 1.0)
            levels.append((axis.name, axis.at(min(share, 1 - 1e-12))))
    return point(levels)
