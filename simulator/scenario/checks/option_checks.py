"""Options that act on nothing beside the others of a scenario: one table, from which the warnings are made."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from simulator.scenario.checks.findings import Finding
from simulator.scenario.checks.pool_checks import every_pool
from simulator.scenario.checks.spot_checks import is_own
from simulator.scenario.format.schema import Description, Options


@dataclass(frozen=True, slots=True)
class Condition:
    """Under which an option acts."""

    acts: Callable[[Description], bool]
    why: Callable[[Options], str]
    """Why it does not, after `no effect: `."""


def _is_custom(scenario: Description) -> bool:
    return scenario.options.sample_profile == "custom"


def _has_late_samples(scenario: Description) -> bool:
    options = scenario.options
    if options.sample_late_probability == "by_profile":
        return options.sample_profile == "typical"
    return options.sample_profile != "exact" and options.sample_late_probability != 0


def _profile(options: Options) -> str:
    return f"sampleProfile {options.sample_profile} has delays of its own; write sampleProfile: custom for this one"


CONDITIONS: Final[Mapping[str, Condition]] = {
    "sample_delay_s": Condition(_is_custom, _profile),
    "sample_jitter_s": Condition(_is_custom, _profile),
    "sample_late_probability": Condition(
        lambda scenario: scenario.options.sample_profile != "exact" or scenario.options.sample_late_probability == 0,
        lambda _: "under sampleProfile exact no sample is ever late",
    ),
    "sample_late_max_s": Condition(
        _has_late_samples,
        lambda options: (
            f"no sample is late under sampleProfile {options.sample_profile} with this sampleLateProbability"
        ),
    ),
    "bill_until": Condition(
        lambda scenario: scenario.horizon is None, lambda _: "the bill of a run with a horizon ends there"
    ),
    "image_interval": Condition(
        lambda scenario: any(
            pool.upgrades_by_itself and pool.simulation.new_images is None for pool in every_pool(scenario)
        ),
        lambda _: "no pool has automatic upgrades (enableAutomaticOSUpgrade) and leaves their instants to it",
    ),
    **{
        name: Condition(
            lambda scenario: any(scenario.policies_of(pool).is_service for pool in every_pool(scenario)),
            lambda _: "no pool has the queue policy service, whose order it is",
        )
        for name in ("equal_priority_policy", "task_order", "retry_position", "gang_reserve")
    },
    "scale_down_order": Condition(
        lambda scenario: any(scenario.policies_of(pool).shrinking == "service" for pool in every_pool(scenario)),
        lambda _: "no pool has the shrinking policy service, whose order it is",
    ),
    "node_tie_break": Condition(
        lambda scenario: any(scenario.policies_of(pool).fills for pool in every_pool(scenario)),
        lambda _: "every pool has a placement of its own, which chooses among equals as well",
    ),
    "spot_ratio": Condition(
        lambda scenario: any(is_own(scenario, pool) for pool in every_pool(scenario)),
        lambda _: (
            "no pool is in an account of mode UserSubscription, where nodes are spot; else it is lowPriorityRatio"
        ),
    ),
    "low_priority_ratio": Condition(
        lambda scenario: any(not is_own(scenario, pool) for pool in every_pool(scenario)),
        lambda _: "every pool is in an account of mode UserSubscription, where nodes are spot: there it is spotRatio",
    ),
}
"""By the option's field; only a value other than the default is looked at, for a written-out scenario has them all."""


def check_options(scenario: Description) -> Iterator[Finding]:
    """Warn of every option that does nothing beside the scenario's others; no pool may be lost."""
    fields = Options.model_fields
    for name, condition in CONDITIONS.items():
        field = fields[name]
        if getattr(scenario.options, name) != field.default and not condition.acts(scenario):
            text = f"no effect: {condition.why(scenario.options)}"
            yield Finding(text, ("options", field.alias or name), is_warning=True)
