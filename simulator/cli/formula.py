"""`poolsight formula`: check, evaluate, lint and test autoscale formulas before they spend money."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.cli.errors import reported
from simulator.cli.formula_files import FAILED, Files, parse, read
from simulator.cli.formula_lint import fmt, lint
from simulator.cli.formula_stress import compare, stress
from simulator.cli.formula_test import test
from simulator.cli.option_pairs import Command
from simulator.cli.output import echo, print_json
from simulator.errors import InputError, Problem
from simulator.formula import Formula
from simulator.formula.context_file import ContextError, read_context
from simulator.formula.errors import EVALUATION_ERROR
from simulator.formula.explain import as_dict, as_text
from simulator.formula.literals import unreadable_times

app = typer.Typer(help="Check, evaluate, lint, test, stress and compare autoscale formulas.", no_args_is_help=True)
app.command(cls=Command)(lint)
app.command(cls=Command)(fmt)
app.command(cls=Command)(test)
app.command(cls=Command)(stress)
app.command(cls=Command)(compare)


@app.command(cls=Command)
@reported
def check(files: Files) -> None:
    """Print every syntax error and every time that can never be read, with its place; exit code 2 if there is one."""
    problems: list[Problem] = []
    for name in files:
        try:
            formula = parse(name, read(name))
            refuse_unreadable_times(name, formula)
            count = len(formula.tree.statements)
            echo(f"{name}: the service would accept it ({count} statement{'' if count == 1 else 's'})")
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def refuse_unreadable_times(name: str, formula: Formula) -> None:
    """Raise InputError if a time of a formula can never be parsed: no evaluation that reaches it can succeed."""
    problems = []
    for offset, wrong in unreadable_times(formula.tree):
        place = formula.source.place(offset)
        text = f"{EVALUATION_ERROR}: {wrong}: every evaluation that gets here fails"
        problems.append(Problem(text, name, place.line, place.column, source=formula.source.line(place.line)))
    if problems:
        raise InputError(problems)


@app.command("eval", cls=Command)
@reported
def evaluate(
    file: Annotated[str, typer.Argument(help="A formula file; - reads standard input.")],
    context: Annotated[str, typer.Option(help="A JSON file: what the pool looks like; - reads standard input.")],
    explain: Annotated[bool, typer.Option("--explain", help="Show every statement, window and branch.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Evaluate a formula; exit code 1 if the evaluation ends with an error, as the service would report it."""
    if file == context == "-":
        raise InputError("only one of formula and context can come from standard input")
    formula = parse(file, read(file))
    try:
        seen = read_context(read(context))
    except ContextError as error:
        raise InputError([Problem(message, context, path=path or None) for path, message in error.problems]) from None
    run = formula.evaluate(seen, trace=explain)
    if as_json:
        print_json(as_dict(run, explain=explain))
    elif explain:
        echo(as_text(run))
    else:
        echo(run.results)
        if run.error is not None:
            echo(f"{file}: {run.error.code}: {run.error.detail}", err=True)
    if run.error is not None:
        raise typer.Exit(FAILED)
