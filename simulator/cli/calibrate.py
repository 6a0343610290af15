"""`poolsight calibrate`: a user's own past instead of assumptions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.errors import reported
from simulator.cli.import_past import Anonymise, Paths, Reading, reading_options
from simulator.cli.output import echo, print_json
from simulator.cli.study_options import AsJson
from simulator.errors import InputError

Out = Annotated[Path | None, typer.Option("--out", "-o", help="File that scenarios name under `calibration`.")]


@reported
def calibrate(
    paths: Paths = None,
    out: Out = None,
    as_json: AsJson = False,
    anonymise: Anonymise = False,
    format_: Reading.Format = None,
    columns: Reading.Columns = None,
    map_: Reading.Map = None,
    time_unit: Reading.TimeUnit = None,
    memory_unit: Reading.MemoryUnit = None,
    time_zone: Reading.TimeZone = None,
    date_order: Reading.DateOrder = None,
) -> None:
    """Measure on your own past what a scenario would else assume.

    Reads what import reads: lists and logs of Azure Batch, workflow engines, schedulers, any table of times. Each
    number carries how many values it rests on, its interval, period and files; what could not be measured is listed.
    """
    if not paths:
        raise InputError("expected a file or a folder; poolsight import --formats lists what is read")
    from simulator.calibration.calibrate import calibrate as measure
    from simulator.calibration.write import document_of, lines_of, write_calibration
    from simulator.extras import require
    from simulator.history.read import read_past

    require("scipy", "poolsight calibrate")
    options = reading_options(
        format=format_,
        columns=columns,
        uses=map_ or (),
        time_unit=time_unit,
        memory_unit=memory_unit,
        time_zone=time_zone,
        date_order=date_order,
    )
    found = measure(read_past(paths, options, anonymise=anonymise))
    if out is not None:
        write_calibration(found, out)
    if as_json:
        print_json(document_of(found))
        return
    for line in lines_of(found):
        echo(line)
