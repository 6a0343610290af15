"""`poolsight backtest`: how well your own past would have been predicted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.errors import MOST_REPLICATIONS, reported
from simulator.cli.import_past import Paths, Reading, reading_options
from simulator.cli.output import echo, print_json
from simulator.cli.study_options import AsJson, Workers
from simulator.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.calibration.against import Pools
    from simulator.history.past import Past
    from simulator.history.pools import Given

Split = Annotated[float, typer.Option(min=0.05, max=0.95, help="Share of the time that is learned from.")]
Against = Annotated[
    Path | None, typer.Option(help="A scenario whose pools, or a formula by which all, would have been there instead.")
]


@reported
def backtest(
    paths: Paths = None,
    split: Split = 0.7,
    against: Against = None,
    replications: Annotated[int, typer.Option(min=20, max=MOST_REPLICATIONS, help="Runs of the second part.")] = 100,
    workers: Workers = 0,
    as_json: AsJson = False,
    vm_size: Annotated[str | None, typer.Option(help="VM size of the pools.")] = None,
    nodes: Annotated[int | None, typer.Option(min=0, help="Nodes of each pool.")] = None,
    slots: Annotated[int | None, typer.Option(min=1, help="Slots of each node.")] = None,
    format_: Reading.Format = None,
    columns: Reading.Columns = None,
    map_: Reading.Map = None,
    time_unit: Reading.TimeUnit = None,
    memory_unit: Reading.MemoryUnit = None,
    time_zone: Reading.TimeZone = None,
    date_order: Reading.DateOrder = None,
) -> None:
    """Predict the second part of your own past from the first, and compare with what happened.

    Arrivals and resizes are those that really came; all else is drawn from what the first part shows. With --against,
    the second part is lived again on other pools, or under another formula, beside what happened.
    """
    if not paths:
        raise InputError("expected a file or a folder; poolsight import --formats lists what is read")
    from simulator.extras import require
    from simulator.history.pools import Given
    from simulator.history.read import read_past

    require("scipy", "poolsight backtest")
    require("pyarrow", "poolsight backtest")
    options = reading_options(
        format=format_,
        columns=columns,
        uses=map_ or (),
        time_unit=time_unit,
        memory_unit=memory_unit,
        time_zone=time_zone,
        date_order=date_order,
    )
    change = None if against is None else _change(against)
    past, given = read_past(paths, options), Given(vm_size, nodes, slots)
    if change is None:
        _predict(past, split, given, replications, workers, as_json=as_json)
    else:
        _beside(past, change, split, given, replications, workers, as_json=as_json)


def _predict(past: Past, split: float, given: Given, replications: int, workers: int, *, as_json: bool) -> None:
    from simulator.calibration.backtest import backtest as predict
    from simulator.calibration.words import lines, to_dict

    found = predict(past, split, replications=replications, workers=workers, given=given)
    if as_json:
        print_json(to_dict(found))
        return
    for line in lines(found):
        echo(line)


def _beside(
    past: Past,
    change: Callable[[Pools], Pools],
    split: float,
    given: Given,
    replications: int,
    workers: int,
    *,
    as_json: bool,
) -> None:
    from simulator.calibration.against import against
    from simulator.calibration.words import rows_to_dict, table

    rows = against(past, change, split, replications=replications, workers=workers, given=given)
    if as_json:
        print_json(rows_to_dict(rows))
        return
    for line in table(rows):
        echo(line)


def _change(path: Path) -> Callable[[Pools], Pools]:
    """Return what a scenario, or the text of a formula, makes of the pools of the past."""
    from simulator.calibration.against import pools_of, scaled_by
    from simulator.experiment.axes import Base
    from simulator.files import read_text

    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        base = Base.read(path)
        return pools_of(base.sources.data)
    return scaled_by(read_text(path))
