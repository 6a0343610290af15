"""An option that does nothing beside the scenario's others is reported; the same option where it acts is not."""

from typing import Any

import pytest

from simulator import Scenario, scenario_of
from simulator.scenario.checks.option_checks import CONDITIONS
from simulator.scenario.format.schema import Options
from tests.features.story import job, pool

AUTOMATIC = pool(
    nodes=1, upgradePolicy={"mode": "automatic", "automaticOSUpgradePolicy": {"enableAutomaticOSUpgrade": True}}
)
OWN = {"account": {"mode": "UserSubscription"}}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "sampleDelayS": ({"sampleDelayS": 5}, {}, {"options": {"sampleProfile": "custom"}}),
    "sampleJitterS": ({"sampleJitterS": 5}, {}, {"options": {"sampleProfile": "custom"}}),
    "sampleLateProbability": ({"sampleLateProbability": 0.5}, {"options": {"sampleProfile": "exact"}}, {}),
    "sampleLateMaxS": ({"sampleLateMaxS": 9}, {"options": {"sampleProfile": "documented"}}, {}),
    "imageInterval": ({"imageInterval": "1h"}, {}, {"pools": [AUTOMATIC]}),
    **{
        name: ({name: value}, {"policies": {"queue": "fcfs"}}, {})
        for name, value in {
            "equalPriorityPolicy": "round_robin",
            "taskOrder": "random",
            "retryPosition": "tail",
            "gangReserve": True,
        }.items()
    },
    "scaleDownOrder": ({"scaleDownOrder": "oldest_idle_first"}, {"policies": {"shrinking": "idle_first"}}, {}),
    "nodeTieBreak": ({"nodeTieBreak": "random"}, {"policies": {"placement": "lowest_id"}}, {}),
    "billUntil": ({"billUntil": "gone"}, {"horizon": "2h"}, {}),
    "spotRatio": ({"spotRatio": 0.5}, {}, OWN),
    "lowPriorityRatio": ({"lowPriorityRatio": 0.5}, OWN, {}),
}
"""By option: its value, a scenario in which it does nothing, and one in which it acts."""


def made(options: dict[str, Any], rest: dict[str, Any]) -> Scenario:
    own = {**options, **rest.get("options", {})}
    return scenario_of({"pools": [pool(nodes=1)], "jobs": [job(count=1)], **rest, "options": own})


def test_every_condition_has_a_case() -> None:
    aliases = {Options.model_fields[name].alias for name in CONDITIONS}
    assert aliases == set(CASES)


@pytest.mark.parametrize("option", CASES)
def test_an_option_that_does_nothing_is_reported_and_one_that_acts_is_not(option: str) -> None:
    given, idle, acting = CASES[option]
    (warning,) = made(given, idle).warnings
    assert warning.path == f"options.{option}"
    assert warning.message.startswith("no effect: ")
    assert not made(given, acting).warnings


@pytest.mark.parametrize("profile", ["typical", "exact", "documented"])
def test_each_named_profile_reports_delays_that_are_not_its_own(profile: str) -> None:
    found = made({"sampleDelayS": 5, "sampleJitterS": 3, "sampleProfile": profile}, {}).warnings
    assert [one.path for one in found] == ["options.sampleDelayS", "options.sampleJitterS"]
    assert all(
        f"sampleProfile {profile} has delays of its own; write sampleProfile: custom" in str(one) for one in found
    )


def test_a_scenario_written_out_is_not_warned_of_its_defaults() -> None:
    whole = made({}, {"horizon": "2h"})
    assert not scenario_of(whole.model_dump(mode="json", by_alias=True)).warnings
