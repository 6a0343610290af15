"""`poolsight verify`: the installed program against theory, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.errors import reported
from simulator.cli.output import print_json, show_progress

if TYPE_CHECKING:
    from simulator.verification import Case, Verification

FAILED = 1
WIDTH = 160
"""Columns where the output is no terminal."""


@reported
def verify(
    is_long: Annotated[bool, typer.Option("--long", help="Tighter intervals; takes many minutes.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Other draws for every case.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the installed program against queueing, restart and scheduling theory; exit code 1 if a check fails."""
    from dataclasses import replace

    from simulator.verification import verify as run_verification
    from simulator.verification.case import LONG, SHORT

    effort = replace(LONG if is_long else SHORT, seed=seed)
    found = run_verification(effort, _show_case)
    if as_json:
        print_json(found.to_dict(), ensure_ascii=False)
    else:
        _show(found)
    if found.failures:
        raise typer.Exit(FAILED)


def _show_case(case: Case) -> None:
    """Report on a terminal how far it is."""
    show_progress(f"{case.family}: {case.name}")


def _show(found: Verification) -> None:
    from rich.markup import escape
    from rich.table import Table

    from simulator.cli.console import PlainConsole
    from simulator.verification import LEFT_OUT

    show_progress()
    console = PlainConsole(highlight=False)
    if not console.is_terminal:
        console = PlainConsole(highlight=False, width=WIDTH)
    count, failed = len(found.cases), len(found.failures)
    head = f"{count} checks against theory, all passed" if not failed else f"{failed} of {count} checks failed"
    form = "long" if found.effort.is_long else "short"
    console.print(f"[bold]{head}[/bold] ({form} form, seed {found.effort.seed}, {found.elapsed:.0f} s)")
    console.print()
    table = Table(box=None, pad_edge=False, header_style="cyan")
    for title in ("case", "theory", "simulated, 99.9 %", "", "", "formula"):
        right = title in ("theory", "simulated, 99.9 %")
        table.add_column(title, justify="right" if right else "left", no_wrap=True)
    family = ""
    for case in found.cases:
        if case.family != family:
            family = case.family
            table.add_row(f"[bold]{family}[/bold]")
        table.add_row(f"  {case.name}", *_numbers(case), _judged(case), escape(case.source))
    console.print(table)
    console.print()
    left = "\n".join(f"  {what}: {why}" for what, why in LEFT_OUT.items())
    console.print(f"No counterpart in what is simulated:\n{left}", style="dim", soft_wrap=True)


def _numbers(case: Case) -> tuple[str, str, str]:
    digits = 4 if max(abs(case.theory), abs(case.high)) < 1_000 else 0
    theory = f"{'≤ ' if case.relation == '<=' else ''}{case.theory:,.{digits}f}"
    ends = f"{case.low:,.{digits}f}" + (f" to {case.high:,.{digits}f}" if case.high != case.low else "")
    return theory, ends, case.unit


def _judged(case: Case) -> str:
    return "pass" if case.passed else f"[bold red]{case.verdict.upper()}[/bold red]"
