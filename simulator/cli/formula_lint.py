"""`poolsight formula lint` and `fmt`: what is legal and hurts, mended where that is mechanical, and one layout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

import typer

import simulator
from simulator.cli.errors import WRONG_INPUT, reported
from simulator.cli.formula_files import FAILED, Files, problems_of, read, write
from simulator.cli.output import echo, print_formula, print_json
from simulator.errors import InputError, Problem
from simulator.formula import FormulaSyntaxError
from simulator.formula.layout import layout
from simulator.formula.lint import RULES, Finding, Level, lint_text
from simulator.formula.source import Source

CODES: Final = {Level.ERROR: WRONG_INPUT, Level.WARNING: FAILED, Level.INFO: 0}


@reported
def lint(
    files: Files,
    slots: Annotated[int | None, typer.Option(min=1, help="Task slots per node of the pool.")] = None,
    interval: Annotated[float | None, typer.Option(min=0, help="Evaluation interval in minutes.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what needs no decision, in the file.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Show the small load or moment under which it hurts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
    as_sarif: Annotated[bool, typer.Option("--sarif", help="Print a SARIF 2.1.0 log, for code hosts.")] = False,
) -> None:
    """Look for what is legal and hurts; exit code 2 on errors, 1 on warnings."""
    if as_json and as_sarif:
        raise InputError("--json and --sarif: one of the two")
    texts = {name: read(name) for name in files}
    if fix:
        texts = {
            name: _fixed(name, text, slots, interval, is_quiet=as_json or as_sarif) for name, text in texts.items()
        }
    found = [
        (name, text, finding)
        for name, text in texts.items()
        for finding in lint_text(text, slots=slots, interval_minutes=interval)
    ]
    if as_sarif:
        from simulator.formula.lint.sarif import as_sarif as log

        print_json(log(found, simulator.__version__))
    elif as_json:
        print_json([{"file": name, **finding.as_dict()} for name, _, finding in found])
    elif not (fix and list(files) == ["-"]):
        for name, text, finding in found:
            echo("\n".join(_lines_of(name, text, finding, why=why)))
        if not found:
            echo("nothing to complain about")
    worst = max((CODES[finding.level] for _, _, finding in found), default=0)
    if worst:
        raise typer.Exit(worst)


def _lines_of(name: str, text: str, finding: Finding, *, why: bool) -> Iterator[str]:
    """Yield the lines about a finding."""
    line = Source(text).line(finding.place.line)
    message = f"{finding.level} {finding.rule}: {finding.message} Fix: {finding.fix}"
    yield str(Problem(message, name, finding.place.line, finding.place.column, source=line))
    if why:
        yield f"    why: {RULES[finding.rule].why}"
        yield from (f"    {line}" for line in finding.evidence)


def _fixed(name: str, text: str, slots: int | None, interval: float | None, *, is_quiet: bool) -> str:
    """Mend a formula and write it back; of standard input, write it to standard output."""
    from simulator.formula.lint.fixing import fix

    fixed = fix(text, lambda given: lint_text(given, slots=slots, interval_minutes=interval))
    if name == "-":
        if not is_quiet:
            print_formula(fixed.text)
        return fixed.text
    if fixed.mended:
        write(name, fixed.text)
    if not is_quiet:
        for finding in fixed.mended:
            echo(f"{name}:{finding.place.line}: mended {finding.rule}: {finding.message}")
    return fixed.text


@reported
def fmt(
    files: Files,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit code 1 if a file would change.")] = False,
) -> None:
    """Write formulas in one layout: a statement a line, comments where they were, the same meaning."""
    problems: list[Problem] = []
    changed = 0
    for name in files:
        text = read(name)
        try:
            after = layout(text)
        except FormulaSyntaxError as error:
            problems += problems_of(name, error)
            continue
        if name == "-" and not check:
            print_formula(after)
        elif after != text:
            changed += 1
            echo(f"{name}: {'would change' if check else 'written'}")
            if not check:
                write(name, after)
    if problems:
        raise InputError(problems)
    if check and changed:
        raise typer.Exit(FAILED)
