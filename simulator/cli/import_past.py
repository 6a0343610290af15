"""`poolsight import`: what people's tools print becomes a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_args

import typer

from simulator.cli.errors import print_problems, reported
from simulator.cli.output import echo, print_json
from simulator.errors import InputError

if TYPE_CHECKING:
    from simulator.history.options import Options
    from simulator.history.past import Past
    from simulator.history.pools import Given


Paths = Annotated[list[Path] | None, typer.Argument(help="Files, and folders of files, of any known format.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="New directory for scenario, trace, tables and page.")]
Anonymise = Annotated[
    bool, typer.Option("--anonymise", help="Replace ids, nodes and command lines, the same by the same.")
]


class Reading:
    """How files are read: the options that every command has which reads what import reads."""

    Format = Annotated[str | None, typer.Option("--format", help="Format of all files; else known by content.")]
    Columns = Annotated[
        str | None, typer.Option(help="Names of all columns of a table without a line of names: id,submit,duration.")
    ]
    Map = Annotated[
        list[str] | None, typer.Option("--map", help="Column of a table for a use: created=cameIn; repeatable.")
    ]
    TimeUnit = Annotated[str | None, typer.Option(help="Unit of bare numbers: ns, us, ms, s, m, h or d.")]
    MemoryUnit = Annotated[str | None, typer.Option(help="Unit of bare memory: B, KB to GB, or KiB to TiB.")]
    TimeZone = Annotated[str | None, typer.Option(help="Zone of times that name none, like Europe/Berlin.")]
    DateOrder = Annotated[str | None, typer.Option(help="Of dates like 03/04/2026: day_first or month_first.")]


Ends = Annotated[
    str, typer.Option(help="Replay failures and retries as recorded, or each task as if it had succeeded.")
]


@reported
def import_past(
    paths: Paths = None,
    out: Out = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the directory if an import wrote it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    formats: Annotated[bool, typer.Option("--formats", help="List the formats that are read, and stop.")] = False,
    anonymise: Anonymise = False,
    format_: Reading.Format = None,
    columns: Reading.Columns = None,
    map_: Reading.Map = None,
    time_unit: Reading.TimeUnit = None,
    memory_unit: Reading.MemoryUnit = None,
    time_zone: Reading.TimeZone = None,
    date_order: Reading.DateOrder = None,
    only: Annotated[list[str] | None, typer.Option(help="Replay only tasks that succeeded, failed, …")] = None,
    outcomes: Ends = "recorded",
    parallel_jobs: Annotated[
        str, typer.Option(help="Jobs of several processors become: multi_slot or multi_instance tasks.")
    ] = "multi_slot",
    jobs: Annotated[int, typer.Option(min=1, help="Most jobs of the scenario; of more, all tasks are in one.")] = 50,
    vm_size: Annotated[str | None, typer.Option(help="VM size of the pools.")] = None,
    nodes: Annotated[int | None, typer.Option(min=0, help="Nodes of each pool.")] = None,
    slots: Annotated[int | None, typer.Option(min=1, help="Slots of each node.")] = None,
    preset: Annotated[str | None, typer.Option(help="Timing preset of the scenario, like instant.")] = None,
) -> None:
    """Read what other tools print about tasks, nodes and pools, and write a scenario that replays it.

    Formats are known by their content: lists of Azure Batch and its diagnostic log, workflow engines, schedulers, and
    any table with a column of times. With --out DIR a new directory gets scenario.yaml, trace.parquet, the tables of
    tasks, nodes and pool changes, and import.md, which states what was read, left out and assumed, and which option
    changes that.
    """
    if formats:
        _show_formats()
    if not paths:
        raise InputError("expected a file or a folder; poolsight import --formats lists what is read")
    from simulator.history.pools import Given

    options = reading_options(
        format=format_,
        columns=columns,
        uses=map_ or (),
        time_unit=time_unit,
        memory_unit=memory_unit,
        time_zone=time_zone,
        date_order=date_order,
        only=only or (),
        parallel_jobs=parallel_jobs,
        outcomes=outcomes,
    )
    past = _read(paths, options, out, anonymise=anonymise, force=force)
    _replay(past, options, jobs, Given(vm_size, nodes, slots), preset, out, as_json=as_json, force=force)


def _read(paths: Sequence[Path], options: Options, out: Path | None, *, anonymise: bool, force: bool) -> Past:
    """Return what the files hold; before any work, refuse a directory that cannot be written."""
    from simulator.history.read import read_past
    from simulator.history.write import prepare

    if out is not None:
        prepare(out, force=force)
    return read_past(paths, options, anonymise=anonymise)


def _replay(
    past: Past,
    options: Options,
    most_jobs: int,
    given: Given,
    preset: str | None,
    out: Path | None,
    *,
    as_json: bool,
    force: bool,
) -> None:
    """Print what was read, left out and assumed, and write the scenario that replays it where it is asked for."""
    from simulator.history.page import facts, report
    from simulator.history.replay import replay_of
    from simulator.history.write import scenario_of, write_past

    replay = replay_of(past, options.only, most_jobs, options.outcomes)
    document = scenario_of(past, replay, given, preset)
    if out is not None:
        write_past(past, replay, document, out, force=force)
    if as_json:
        print_json(facts(past, replay))
    else:
        for line in report(past, replay):
            echo(line)
    if out is not None:
        _check(out)


def _check(directory: Path) -> None:
    """Print what is wrong or odd in the scenario that was written."""
    from simulator.history.folders import SCENARIO
    from simulator.scenario.reading.load import load

    try:
        print_problems(load(directory / SCENARIO).warnings)
    except InputError as error:
        echo("the scenario that was written needs a change:", err=True)
        print_problems(error.problems)


def _show_formats() -> NoReturn:
    """Print the formats that are read, and stop."""
    from simulator.history.formats import READERS

    for reader in READERS:
        echo(f"{reader.name:16} {reader.made_by}")
        echo(f"{'':16} known by {reader.known_by}")
    raise typer.Exit


def reading_options(*, columns: str | None, uses: Sequence[str], only: Sequence[str] = (), **rest: Any) -> Options:
    """Return the options of reading; raise InputError about every one that has no such value."""
    from simulator.history.formats import BY_NAME
    from simulator.history.options import Options, Outcomes, ParallelJobs
    from simulator.history.past import TASKS
    from simulator.tables.amounts import BYTES
    from simulator.tables.instants import Order, is_zone
    from simulator.tables.outcomes import ENDED
    from simulator.tables.spans import SECONDS

    allowed = {
        "format": tuple(BY_NAME),
        "time_unit": tuple(SECONDS),
        "memory_unit": tuple(BYTES),
        "date_order": get_args(Order),
        "outcomes": get_args(Outcomes),
        "parallel_jobs": get_args(ParallelJobs),
    }
    wrong = [
        f"--{name.replace('_', '-')}: expected {', '.join(values)}, not {rest[name]!r}"
        for name, values in allowed.items()
        if rest.get(name) is not None and rest[name] not in values
    ]
    pairs = [text.partition("=") for text in uses]
    wrong += [
        f"--map: expected USE=COLUMN, with one of {', '.join(TASKS)}"
        for use, _, column in pairs
        if use not in TASKS or not column
    ]
    outcomes = {str(one): one for one in ENDED}
    wrong += [f"--only: expected {', '.join(sorted(outcomes))}, not {one!r}" for one in only if one not in outcomes]
    zone = rest["time_zone"]
    if zone is not None and not is_zone(zone):
        wrong.append(f"--time-zone: expected a zone like Europe/Berlin or UTC, not {zone!r}")
    if wrong:
        raise InputError("; ".join(wrong))
    names = tuple(name.strip() for name in columns.split(",")) if columns else ()
    return Options(
        columns=names,
        uses={use: column for use, _, column in pairs},
        only=frozenset(outcomes[one] for one in only),
        **rest,
    )
