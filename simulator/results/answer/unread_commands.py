"""Command lines whose time was wanted and could not be read: what an answer says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.checks.command_checks import unread, unread_text
from simulator.scenario.checks.job_places import place

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario


def command_warnings(scenario: Scenario) -> list[str]:
    """Report how many command lines were not read, with an example; nothing where all were, or none was asked."""
    lines = [line for line, _ in unread(scenario, place(scenario))]
    return [unread_text(lines)] if lines else []
