"""The SARIF log: valid, complete, and its fixes are those of `--fix`."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.formula.lint import RULES, lint_text
from simulator.formula.lint.sarif import as_sarif
from tests.schemas import keeps_to


def sarif() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((Path(__file__).parent / "sarif.schema.json").read_text())
    return schema


def log(text: str, name: str = "a.formula") -> dict[str, Any]:
    made = as_sarif([(name, text, finding) for finding in lint_text(text)], "1.2.3")
    keeps_to(sarif).validate(made)
    return made


@pytest.mark.parametrize("rule", RULES)
def test_the_log_of_each_example_is_valid_sarif(rule: str) -> None:
    results = log(RULES[rule].example)["runs"][0]["results"]
    rules = log(RULES[rule].example)["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in results)


def test_without_findings_there_is_a_run_without_results() -> None:
    (run,) = log("$TargetDedicatedNodes = 1;")["runs"]
    assert run["results"] == []
    assert len(run["tool"]["driver"]["rules"]) == len(RULES)


def test_a_fix_is_a_replacement_with_its_region() -> None:
    results = log("x = 1;\n$TargetDedicatedNodes =\n  Max(1, x);", "a b.formula")["runs"][0]["results"]
    (result,) = [result for result in results if result["ruleId"] == "unknown-name"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "a%20b.formula"}
    assert location["region"] == {"startLine": 3, "startColumn": 3}
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"] == {"startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 6}
    assert replacement["insertedContent"] == {"text": "max"}


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a b.txt", "a%20b.txt"),
        ("50%.txt", "50%25.txt"),
        ("a#b?.txt", "a%23b%3F.txt"),
        ("dir\\a b.txt", "dir/a%20b.txt"),
    ],
)
def test_a_file_is_named_by_a_reference_that_any_host_can_read(name: str, uri: str) -> None:
    (result, *_) = log("x = ;", name)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
