"""`poolsight formula`: check, evaluate, lint and test autoscale formulas before they spend money."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.cli.errors import WRONG_INPUT, reported
from simulator.errors import InputError, Problem
from simulator.formula import Formula, FormulaSyntaxError
from simulator.formula.context_file import ContextError, context_of, read_context
from simulator.formula.explain import as_dict, as_text
from simulator.formula.lint import Level, lint_text
from simulator.formula.run import AutoScaleRun

app = typer.Typer(help="Check, evaluate, lint and test autoscale formulas.", no_args_is_help=True)
Files = Annotated[list[str], typer.Argument(help="Formula files; - reads standard input.")]
FAILED = 1
"""Exit code where a formula runs into an error, a unit test fails or the linter finds a warning."""


def _read(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text file in UTF-8"
        raise InputError([Problem(f"cannot be read: {reason}", file=name)]) from None


def _parse(name: str, text: str) -> Formula:
    try:
        return Formula.parse(text)
    except FormulaSyntaxError as error:
        problems = [
            Problem(f"{error.code}: {p.message}", name, p.place.line, p.place.column, source=p.source)
            for p in error.problems
        ]
        raise InputError(problems) from None


@app.command()
@reported
def check(files: Files) -> None:
    """Print every syntax error of formulas with its place; exit code 2 if there is one."""
    problems: list[Problem] = []
    for name in files:
        try:
            formula = _parse(name, _read(name))
            count = len(formula.tree.statements)
            typer.echo(f"{name}: the service would accept it ({count} statement{'' if count == 1 else 's'})")
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


@app.command("eval")
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
    formula = _parse(file, _read(file))
    try:
        seen = read_context(_read(context))
    except ContextError as error:
        raise InputError([Problem(message, context, path=path or None) for path, message in error.problems]) from None
    run = formula.evaluate(seen, trace=explain)
    if as_json:
        typer.echo(json.dumps(as_dict(run, explain=explain), indent=2))
    elif explain:
        typer.echo(as_text(run))
    else:
        typer.echo(run.results)
        if run.error is not None:
            typer.echo(f"{file}: {run.error.code}: {run.error.detail}", err=True)
    if run.error is not None:
        raise typer.Exit(FAILED)


@app.command()
@reported
def lint(
    files: Files,
    slots: Annotated[int | None, typer.Option(min=1, help="Task slots per node of the pool.")] = None,
    interval: Annotated[float | None, typer.Option(min=0, help="Evaluation interval in minutes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Look for what is legal and hurts; exit code 2 on errors, 1 on warnings."""
    worst = count = 0
    found: list[dict[str, Any]] = []
    for name in files:
        text = _read(name)
        for finding in lint_text(text, slots=slots, interval_minutes=interval):
            worst = max(worst, {Level.ERROR: WRONG_INPUT, Level.WARNING: FAILED, Level.INFO: 0}[finding.level])
            count += 1
            if as_json:
                found.append({"file": name, **finding.as_dict()})
            else:
                line = text.splitlines()[finding.place.line - 1] if text.strip() else ""
                message = f"{finding.level} {finding.rule}: {finding.message} Fix: {finding.fix}"
                typer.echo(str(Problem(message, name, finding.place.line, finding.place.column, source=line)))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    elif count == 0:
        typer.echo("nothing to complain about")
    if worst:
        raise typer.Exit(worst)


@app.command()
@reported
def test(
    file: Annotated[str, typer.Argument(help="A YAML file: a formula, contexts and what is expected of them.")],
) -> None:
    """Run a formula's own unit tests; exit code 1 if one fails."""
    suite = _suite(file)
    text = suite["formula"] if "formula" in suite else _read(str(Path(file).parent / str(suite.get("formulaFile"))))
    formula = _parse(file, text)
    failed = 0
    for number, case in enumerate(suite["tests"], 1):
        name = str(case.get("name", f"test {number}"))
        try:
            run = formula.evaluate(context_of({**suite.get("context", {}), **case.get("context", {})}), trace=True)
        except ContextError as error:
            problems = [Problem(m, file, path=f"tests.{number - 1}.context.{p}") for p, m in error.problems]
            raise InputError(problems) from None
        differences = _differences(case.get("expect", {}), run)
        failed += bool(differences)
        typer.echo(f"{'FAILED' if differences else 'passed'}  {name}")
        for difference in differences:
            typer.echo(f"        {difference}")
    typer.echo(f"{len(suite['tests']) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(FAILED)


EXPECTATIONS = (
    "targetDedicatedNodes",
    "targetLowPriorityNodes",
    "nodeDeallocationOption",
    "results",
    "error",
    "variables",
)


def _suite(file: str) -> dict[str, Any]:
    """Read a file of unit tests and check its form."""
    from simulator.scenario.reading.documents import Document  # noqa: PLC0415 - keeps the command's start fast

    document = Document(Path(file), file)
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("tests"), list) or not data["tests"]:
        raise InputError([document.problem("expected a formula or formulaFile, and a list of tests", ())])
    if ("formula" in data) == ("formulaFile" in data):
        raise InputError([document.problem("expected either formula or formulaFile", ())])
    problems = []
    for index, case in enumerate(data["tests"]):
        if not isinstance(case, dict) or not isinstance(case.get("expect"), dict) or not case["expect"]:
            problems.append(document.problem("expected a mapping with context and expect", ("tests", index)))
            continue
        for key in case["expect"]:
            if key not in EXPECTATIONS:
                text = f"nothing of that name can be expected; known are {', '.join(EXPECTATIONS)}"
                problems.append(document.problem(text, ("tests", index, "expect", key)))
    if problems:
        raise InputError(problems)
    return data


def _differences(expect: dict[str, Any], run: AutoScaleRun) -> list[str]:
    found = as_dict(run)
    code = run.error.code if run.error else None
    values: dict[str, Any] = {**found, "error": code}
    differences = [
        f"{key}: expected {expect[key]!r}, found {values[key]!r}"
        for key in EXPECTATIONS
        if key in expect and key != "variables" and expect[key] != values[key]
    ]
    if "error" not in expect and run.error is not None:
        differences.append(f"error: {run.error.code}: {run.error.detail}")
    printed = dict(part.split("=", 1) for part in run.results.split(";"))
    for name, value in (expect.get("variables") or {}).items():
        if printed.get(name) != str(value):
            differences.append(f"{name}: expected {value}, found {printed.get(name, 'nothing')}")
    return differences
