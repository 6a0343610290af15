"""Large spaces: Optuna's samplers look for cheap designs that keep the constraints; all they saw go on to the race."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.experiment.axes import Base, Cell, make_cells
from simulator.experiment.design import Axis, Point, point
from simulator.experiment.runner import run_in_order
from simulator.extras import require
from simulator.planning.constraints import Constraint
from simulator.planning.designs import Design, judged
from simulator.planning.runs import Report, Run, run_all


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
    on_progress: Report = lambda _: None,
) -> list[Design]:
    """Return the different designs among `trials` of Optuna's TPE sampler, each run with the same random numbers."""
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
            found[key] = judged(cell, runs, objective, [one.check(runs) for one in constraints])
        for check in found[key].checks:
            trial.set_constraint(check.constraint.text, min(check.shortfall, 1e9))
        return found[key].price

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=seed, multivariate=len(axes) > 1)
    study = optuna.create_study(sampler=sampler, direction="minimize")
    study.optimize(look, n_trials=trials)
    return list(found.values())


def _point(trial: Any, axes: Sequence[Axis]) -> Point:
    levels = []
    for axis in axes:
        if axis.levels:
            levels.append((axis.name, axis.levels[trial.suggest_int(axis.name, 0, len(axis.levels) - 1)]))
        else:
            share = trial.suggest_float(axis.name, 0.0, 1.0)
            levels.append((axis.name, axis.at(min(share, 1 - 1e-12))))
    return point(levels)
