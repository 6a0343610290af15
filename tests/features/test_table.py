"""The table of features and the tests that prove its rows name each other."""

import ast
import json
import re
from pathlib import Path

from typer.testing import CliRunner

from simulator.cli.feature_table import FEATURES
from tests.command_line import app

HERE = Path(__file__).parent


def proofs() -> dict[str, int]:
    """Return the tests of rows in this folder by name, with the row they prove."""
    found = {}
    for path in HERE.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = re.fullmatch(r"test_row_(\d\d)_\w+", node.name) if isinstance(node, ast.FunctionDef) else None
            if name:
                found[name.group()] = int(name.group(1))
    return found


def test_the_table_has_every_row_once_in_order() -> None:
    assert [feature.number for feature in FEATURES] == list(range(1, 42))
    assert all(feature.name and feature.simulated for feature in FEATURES)
    assert len({feature.name for feature in FEATURES}) == 41


def test_every_proof_exists_and_proves_its_own_row() -> None:
    known = proofs()
    named = {feature.proof: feature.number for feature in FEATURES if feature.proof}
    assert {name: known.get(name) for name in named} == named


def test_every_row_is_proven() -> None:
    assert [feature.number for feature in FEATURES if not feature.proof] == []
    assert {feature.number for feature in FEATURES} == set(proofs().values())


def test_the_command_prints_all_rows_as_text_and_as_json() -> None:
    text = CliRunner().invoke(app, ["features"]).output
    assert "Deallocation options" in text
    listed = json.loads(CliRunner().invoke(app, ["features", "--json"]).output)
    assert [entry["number"] for entry in listed] == list(range(1, 42))
    assert listed[0].keys() == {"number", "name", "simulated", "without_effect", "proof"}
