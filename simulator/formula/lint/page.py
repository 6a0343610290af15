"""The page of all rules, made from the registry: `python -m simulator.formula.lint.page > docs/lint.md`."""

import sys
from collections.abc import Iterator
from typing import Final

from simulator.formula.lint.model import Level, Rule
from simulator.formula.lint.rules import SUBJECTS

OPENING: Final = """# Rules of the formula linter

`poolsight formula lint FILE` reports what is legal and hurts. An **error** is refused by the service or fails when the
evaluation gets there, a **warning** runs and is likely to do something else than its author thinks, an **info** is
worth knowing. Exit code 2 with errors, 1 with warnings, 0 with neither.

`--fix` mends what needs no decision (marked *fixed* below) and writes the file; `--why` shows the small load or moment
under which it hurts; `--json` and `--sarif` are for programs. This page is made from the linter's own table of rules:
`python -m simulator.formula.lint.page > docs/lint.md`.
"""
LONG: Final = 400
"""An example of more characters is described in words."""


def page() -> str:
    """Return the page in Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield OPENING
    yield "| rule | level | it finds |"
    yield "|---|---|---|"
    for rules in SUBJECTS.values():
        for rule in rules:
            yield f"| [`{rule.name}`](#{rule.name}) | {_level(rule)} | {_cell(rule.meaning)} |"
    for subject, rules in SUBJECTS.items():
        yield f"\n## {subject}"
        for rule in rules:
            yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"\n### {rule.name}"
    yield f"\n*{_level(rule)}.* {rule.meaning} {rule.why}\n"
    pool = []
    if rule.slots is not None:
        pool.append(f"a pool of {rule.slots} task slots a node (`--slots {rule.slots}`)")
    if rule.interval_minutes is not None:
        pool.append(f"an interval of {rule.interval_minutes:g} minutes (`--interval {rule.interval_minutes:g}`)")
    yield f"Example{', for ' + ' and '.join(pool) if pool else ''}:\n"
    yield from _block(rule.example)
    yield f"\n{rule.mend[0].upper()}{rule.mend[1:]}:\n"
    yield from _block(rule.mended)


def _block(text: str) -> Iterator[str]:
    yield "```"
    yield text if len(text) <= LONG else f"{text[:20]}... ({len(text)} characters)"
    yield "```"


def _level(rule: Rule) -> str:
    named = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "info"}[rule.level]
    return f"{named}, fixed" if rule.is_fixed else named


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(f"{page()}\n")
