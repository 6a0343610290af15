"""`poolsight formula test`: a formula's own unit tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.cli.errors import reported
from simulator.cli.formula_files import FAILED, parse, read
from simulator.cli.output import echo
from simulator.cli.study_options import Confine
from simulator.errors import InputError, Problem
from simulator.files import Folder, bound
from simulator.formula import Formula
from simulator.formula.context_file import ContextError, context_of
from simulator.formula.explain import as_dict
from simulator.formula.run import AutoScaleRun


@reported
def test(
    file: Annotated[str, typer.Argument(help="A YAML file: a formula, contexts and what is expected of them.")],
    confine: Confine = False,  # noqa: PT028 - a command, no test of ours
) -> None:
    """Run a formula's own unit tests and stress searches; exit code 1 if one fails."""
    suite = _suite(file)
    text = suite["formula"] if "formula" in suite else _named(file, suite["formulaFile"], confine=confine)
    formula = parse(file, text)
    results = [*_units(file, suite, formula), *_stresses(file, suite, formula)]
    for name, differences in results:
        echo(f"{'FAILED' if differences else 'passed'}  {name}")
        for difference in differences:
            echo(f"        {difference}")
    failed = sum(1 for _, differences in results if differences)
    echo(f"{len(results) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(FAILED)


def _named(file: str, name: str, *, confine: bool) -> str:
    """Return the text of the formula that a file of tests names."""
    return read(str(Folder(Path(file).parent, bound(file, confine=confine)).file(name)))


Result = tuple[str, list[str]]
"""Name of a test, and what is not as expected."""


def _units(file: str, suite: dict[str, Any], formula: Formula) -> Iterator[Result]:
    for number, case in enumerate(suite.get("tests", ()), 1):
        try:
            run = formula.evaluate(context_of({**suite.get("context", {}), **case.get("context", {})}), trace=True)
        except ContextError as error:
            problems = [Problem(m, file, path=f"tests.{number - 1}.context.{p}") for p, m in error.problems]
            raise InputError(problems) from None
        yield str(case.get("name", f"test {number}")), _differences(case.get("expect", {}), run)


def _stresses(file: str, suite: dict[str, Any], formula: Formula) -> Iterator[Result]:
    """Run the stress searches of a file: no pattern within the bounds may do more harm than they say."""
    for index, case in enumerate(suite.get("stress") or ()):
        try:
            found = _searched(formula, case)
        except InputError as error:
            raise InputError([replace(p, file=file, path=f"stress.{index}.{p.path}") for p in error.problems]) from None
        differences = []
        if found.worst_harm > case["atMost"]:
            harm = f"{found.worst_harm:.3g} {found.harm.unit} of {found.harm.title}"
            differences.append(f"expected at most {case['atMost']:g}, found {harm}: {found.worst}")
            differences.append(f"simplest that does half of it: {found.simplest}")
        yield str(case.get("name", f"stress {index + 1}: {case['worst']}")), differences


def _searched(formula: Formula, case: dict[str, Any]) -> Any:
    from simulator.workshop import Bounds, PoolOptions, stress

    tasks = case.get("tasks", 5)
    return stress(
        formula.text,
        case["worst"],
        options=PoolOptions(case.get("slots", 1), case.get("interval", 5)),
        bounds=Bounds(tasks, min(case.get("bursts", 3), tasks), case.get("span", 60), case.get("longest", 60)),
        runs=case.get("runs", 200),
        seed=case.get("seed", 1),
    )


STRESS_KEYS = ("tasks", "bursts", "span", "longest", "slots", "runs", "seed", "interval")


def _check_stress(document: Any, suite: dict[str, Any]) -> Iterator[Problem]:
    from simulator.workshop import HARMS

    for index, case in enumerate(suite.get("stress") or ()):
        if not isinstance(case, dict) or not isinstance(case.get("worst"), str) or case["worst"] not in HARMS:
            text = f"expected a mapping with worst: one of {', '.join(HARMS)}"
            yield document.problem(text, ("stress", index))
            continue
        most = case.get("atMost")
        if isinstance(most, bool) or not isinstance(most, int | float) or most < 0:
            yield document.problem("expected atMost: a number from 0", ("stress", index))
        for key, value in case.items():
            if key not in ("name", "worst", "atMost", *STRESS_KEYS):
                text = f"unknown key, expected one of name, worst, atMost, {', '.join(STRESS_KEYS)}"
                yield document.problem(text, ("stress", index, key))
            elif key in STRESS_KEYS and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                yield document.problem("expected a whole number from 1", ("stress", index, key))


PARTS = ("tests", "stress")
KEYS = ("formula", "formulaFile", "context", *PARTS)
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
    from simulator.scenario.reading.documents import Document

    document = Document(Path(file), file)
    data = document.data
    if not isinstance(data, dict) or not any(isinstance(data.get(key), list) and data[key] for key in PARTS):
        text = "expected a formula or formulaFile, and a list of tests or of stress searches"
        raise InputError([document.problem(text, ())])
    problems = list(_check_keys(document, data))
    if not problems:
        problems = [*_check_stress(document, data), *_check_tests(document, data)]
    if problems:
        raise InputError(problems)
    return data


def _check_keys(document: Any, data: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the parts of a file, before their content is looked at."""
    if ("formula" in data) == ("formulaFile" in data):
        yield document.problem("expected either formula or formulaFile", ())
    for key, value in data.items():
        if key not in KEYS:
            yield document.problem(f"unknown key, expected one of {', '.join(KEYS)}", (key,))
        elif key in PARTS and not isinstance(value, list):
            yield document.problem("expected a list", (key,))
        elif key == "context" and not isinstance(value, dict):
            yield document.problem("expected a mapping, such as {taskSlotsPerNode: 4}", (key,))
        elif key in ("formula", "formulaFile") and not isinstance(value, str):
            yield document.problem("expected a text", (key,))


def _check_tests(document: Any, data: dict[str, Any]) -> Iterator[Problem]:
    for index, case in enumerate(data.get("tests", ())):
        if not isinstance(case, dict) or not isinstance(case.get("expect"), dict) or not case["expect"]:
            yield document.problem("expected a mapping with context and expect", ("tests", index))
            continue
        if not isinstance(case.get("context", {}), dict):
            yield document.problem("expected a mapping, such as {taskSlotsPerNode: 4}", ("tests", index, "context"))
        for key, value in case["expect"].items():
            if key not in EXPECTATIONS:
                text = f"nothing of that name can be expected; known are {', '.join(EXPECTATIONS)}"
                yield document.problem(text, ("tests", index, "expect", key))
            elif key == "variables" and not isinstance(value, dict | None):
                yield document.problem("expected a mapping of names and values", ("tests", index, "expect", key))


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
