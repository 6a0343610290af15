"""Findings as SARIF 2.1.0, the format in which code hosts take what linters find."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from simulator.formula.lint.model import Finding, Level, Rule
from simulator.formula.lint.rules import RULES
from simulator.formula.source import Source

LEVELS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
VERSION: Final = "2.1.0"
SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
"""Names the format to code hosts; optional in the standard."""


def as_sarif(found: Iterable[tuple[str, str, Finding]], version: str) -> dict[str, Any]:
    """Return a SARIF log of one run; `found` are names of files, their texts and findings in them."""
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "poolsight formula lint",
                        "semanticVersion": version,
                        "rules": [_rule(rule) for rule in RULES.values()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(*entry) for entry in found],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.meaning},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.mend[0].upper()}{rule.mend[1:]}."},
        "defaultConfiguration": {"level": LEVELS[rule.level]},
    }


def _result(file: str, text: str, finding: Finding) -> dict[str, Any]:
    location = _file(file)
    region = {"startLine": finding.place.line, "startColumn": finding.place.column}
    message = " ".join((finding.message, *finding.evidence))
    result = {
        "ruleId": finding.rule,
        "ruleIndex": list(RULES).index(finding.rule),
        "level": LEVELS[finding.level],
        "message": {"text": message},
        "locations": [{"physicalLocation": {"artifactLocation": location, "region": region}}],
    }
    if finding.edits:
        source = Source(text)
        replacements = [
            {"deletedRegion": _region(source, edit.start, edit.end), "insertedContent": {"text": edit.text}}
            for edit in sorted(finding.edits)
        ]
        changes = [{"artifactLocation": location, "replacements": replacements}]
        result["fixes"] = [{"description": {"text": finding.fix}, "artifactChanges": changes}]
    return result


def _file(name: str) -> dict[str, str]:
    return {"uri": "stdin" if name == "-" else quote(name.replace("\\", "/"))}


def _region(source: Source, start: int, end: int) -> dict[str, int]:
    one, other = source.place(start), source.place(end)
    return {"startLine": one.line, "startColumn": one.column, "endLine": other.line, "endColumn": other.column}
