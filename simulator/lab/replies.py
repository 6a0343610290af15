"""What is wrong with a scene, as the page shows it."""

from __future__ import annotations

from typing import Any, Final

from simulator.errors import InputError, Problem

DEFECT: Final = "The simulation has failed at this scene; that is a defect, please report it."


def problems_of(error: InputError) -> list[dict[str, Any]]:
    """Return the problems of an error as plain values, errors before warnings."""
    return [problem_line(one) for one in error.problems]


def problem_line(problem: Problem) -> dict[str, Any]:
    """Return one problem as plain values; lines and columns count from 1."""
    return {
        "message": problem.message,
        "line": problem.line,
        "column": problem.column,
        "path": problem.path,
        "isWarning": problem.is_warning,
    }
