"""`poolsight formula test`: a formula's own unit tests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.cli.errors import reported
from simulator.cli.formula_files import FAILED, parse, read
from simulator.errors import InputError, Problem
from simulator.formula.context_file import ContextError, context_of
from simulator.formula.explain import as_dict
from simulator.formula.run import AutoScaleRun


@reported
def test(
    file: Annotated[str, typer.Argument(help="A YAML file: a formula, contexts and what is expected of them.")],
) -> None:
    """Run a formula's own unit tests; exit code 1 if one fails."""
    suite = _suite(file)
    text = suite["formula"] if "formula" in suite else read(str(Path(file).parent / str(suite.get("formulaFile"))))
    formula = parse(file, text)
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
    from simulator.scenario.documents import Document  # noqa: PLC0415 - keeps the command's start fast

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
