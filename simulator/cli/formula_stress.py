"""`poolsight formula stress` and `compare`: the load that breaks a formula, and two formulas side by side."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from simulator.cli.errors import reported
from simulator.cli.formula_files import FAILED, parse, read
from simulator.cli.output import echo, print_json
from simulator.errors import InputError
from simulator.whole_files import write_whole

MOST_RUNS = 100_000
Slots = Annotated[int, typer.Option(min=1, max=256, help="Task slots per node of the pool.")]
Interval = Annotated[float, typer.Option(min=5, max=10080, help="Evaluation interval in minutes.")]
Size = Annotated[str, typer.Option(help="VM size of the pool's nodes.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the search and of the runs.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes; 0 = one for each processor.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@reported
def stress(
    file: Annotated[str, typer.Argument(help="A formula file; - reads standard input.")],
    worst: Annotated[str, typer.Option(help="waste, wait, lost_work, never_zero or no_node.")] = "lost_work",
    slots: Slots = 1,
    interval: Interval = 5,
    vm_size: Size = "Standard_D4_v3",
    tasks: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many tasks in all.")] = 5,
    bursts: Annotated[int, typer.Option(min=1, max=20, help="They come in at most so many bursts.")] = 3,
    span: Annotated[int, typer.Option(min=1, max=10_080, help="All tasks come within so many minutes.")] = 60,
    longest: Annotated[int, typer.Option(min=1, max=10_080, help="No task takes more minutes.")] = 60,
    runs: Annotated[int, typer.Option(min=1, max=MOST_RUNS, help="Patterns to try.")] = 500,
    seed: Seed = 1,
    method: Annotated[str, typer.Option(help="plain, optuna, or auto: Optuna from 6 bursts on.")] = "auto",
    against: Annotated[
        str | None, typer.Option(help="A repaired formula to run beside; default: the linter's.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the load as a scenario file.")] = None,
    workers: Workers = 0,
    as_json: AsJson = False,
) -> None:
    """Look for the arrivals under which a formula does most harm; exit code 1 if it does any."""
    from simulator.workshop import HARMS, Bounds, PoolOptions, stress
    from simulator.workshop.search import Method

    one_of("--worst", worst, HARMS)
    one_of("--method", method, ("auto", "plain", "optuna"))
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError(f"{out}: cannot be written: there is no directory {out.parent}")
    text = parse(file, read(file)).text
    repaired = None if against is None else parse(against, read(against)).text
    found = stress(
        text,
        worst,
        options=PoolOptions(slots, interval, vm_size),
        bounds=Bounds(tasks, min(bursts, tasks), span, longest),
        runs=runs,
        seed=seed,
        method=cast("Method", method),
        repaired=repaired,
        workers=workers,
    )
    if out is not None:
        _write(out, found, file)
    if as_json:
        print_json(_stress_json(found, out))
    else:
        _show(found, file, out)
    if found.is_harmful:
        raise typer.Exit(FAILED)


def _write(out: Path, found: Any, file: str) -> None:
    from simulator.workshop.writing import scenario_text

    write_whole(out, scenario_text(found, file).encode())


def one_of(option: str, value: str, known: Iterable[str]) -> None:
    """Raise InputError if an option has a value that is none of those known."""
    if value not in known:
        raise InputError(f"{option}: expected one of {', '.join(known)}, not '{value}'")


def _show(found: Any, file: str, out: Path | None) -> None:
    from simulator.workshop.writing import figures

    echo(f"{found.search.described()}; {found.simulated} runs of the simulator.")
    if not found.is_harmful:
        echo(f"Nothing found that does harm of this kind ({found.harm.title}: {found.worst_harm:.3g}).")
        _show_assumptions(found)
        return
    hour = found.simplest.hour
    when = "" if len(found.search.bounds.hours) == 1 else f", from hour {hour % 24:02}:00 UTC, day {hour // 24 + 1} on"
    echo(f"worst: {found.worst_harm:.3g} {found.harm.unit} of {found.harm.title}: {found.worst}")
    echo(f"simplest that does at least half of it: {found.simplest}{when}")
    echo(f"  {figures(file, found.found, found)}")
    if found.repaired_found is not None:
        echo(f"  {figures('repaired', found.repaired_found, found)}")
    else:
        echo("  no rule of the linter knows a repair; --against FILE runs one beside it")
    if out is not None:
        echo(f"written to {out}; `poolsight run {out}` shows it")
    _show_assumptions(found)


def _show_assumptions(found: Any) -> None:
    for line in found.assumptions:
        echo(f"assumption: {line}")


def _stress_json(found: Any, out: Path | None) -> dict[str, Any]:
    from simulator.workshop.harm import evicted

    def ran(one: Any) -> dict[str, Any] | None:
        return (
            None if one is None else {"harm": one.harm, "lostToEvictionsNodeHours": evicted(one.values), **one.values}
        )

    def pattern(one: Any) -> dict[str, Any]:
        bursts = [{"atS": b.at, "tasks": b.tasks, "minutes": b.minutes} for b in one.bursts]
        away = None if one.away is None else dict(zip(("fromS", "toS"), one.away, strict=True))
        return {"hourOfWeek": one.hour, "bursts": bursts, "lowPriorityAway": away}

    return {
        "worst": found.harm.name,
        "unit": found.harm.unit,
        "isHarmful": found.is_harmful,
        "worstPattern": {"harm": found.worst_harm, **pattern(found.worst)},
        "simplestPattern": pattern(found.simplest),
        "formula": ran(found.found),
        "repaired": ran(found.repaired_found),
        "repairedFormula": found.repaired,
        "search": {
            "patterns": len(found.search.scores),
            "patternsWithinBounds": found.search.bounds.size,
            "method": found.search.method,
            "worstFoundAfter": found.search.last_gain,
            "simulated": found.simulated,
        },
        "scenario": None if out is None else str(out),
        "assumptions": found.assumptions,
    }


@reported
def compare(
    first: Annotated[str, typer.Argument(help="A formula file.")],
    second: Annotated[str, typer.Argument(help="Another one.")],
    loads: Annotated[str | None, typer.Option(help="Loads of the library, with commas; default: all.")] = None,
    slots: Slots = 1,
    interval: Interval = 5,
    vm_size: Size = "Standard_D4_v3",
    replications: Annotated[int, typer.Option(min=2, max=1000, help="Runs of each load.")] = 5,
    seed: Seed = 1,
    workers: Workers = 0,
    as_json: AsJson = False,
) -> None:
    """Run two formulas through a library of loads with the same random numbers: cost, waits, lost work, resizes."""
    from simulator.workshop import PoolOptions, compare_formulas

    formulas = {name: parse(name, read(name)).text for name in (first, second)}
    if len(formulas) < 2:
        raise InputError("expected two different formula files")
    names = None if loads is None else tuple(name.strip() for name in loads.split(","))
    found = compare_formulas(
        formulas,
        loads=names,
        options=PoolOptions(slots, interval, vm_size),
        replications=replications,
        seed=seed,
        workers=workers,
    )
    if as_json:
        rows = [
            {
                "load": row.load,
                "measure": row.measure,
                "first": row.first,
                "second": row.second,
                "difference": {"low": row.low, "high": row.high},
                "isClear": row.is_clear,
            }
            for row in found.rows
        ]
        answer = {"names": found.names, "replications": replications, "rows": rows, "assumptions": found.assumptions}
        print_json(answer)
        return
    _table(found)
    _show_assumptions(found)


def _table(found: Any) -> None:
    from simulator.workshop.compare import COMPARED
    from simulator.workshop.library import LOADS

    first, second = found.names
    echo(f"first: {first}; second: {second}; {found.replications} runs of each load, the same random numbers")
    echo(f"{'load':9}{'measure':18}{'first':>11}{'second':>11}   second less first, 95 %")
    before = ""
    for row in found.rows:
        title, unit = COMPARED[row.measure]
        values = "".join(f"{'-' if value is None else f'{value:.4g}':>11}" for value in (row.first, row.second))
        load = row.load if row.load != before else ""
        echo(f"{load:9}{f'{title} {unit}'.strip():18}{values}   {_span(row)}")
        before = row.load
    echo("* clear: the interval leaves 0 out")
    for name in dict.fromkeys(row.load for row in found.rows):
        echo(f"{name}: {LOADS[name].meaning}")


def _span(row: Any) -> str:
    """Return the interval of a difference, marked where it leaves 0 out."""
    if row.low is None:
        return "nothing to compare"
    if row.low == row.high == 0:
        return "the same in every run"
    return f"{row.low:+.4g} to {row.high:+.4g}{' *' if row.is_clear else ''}"
