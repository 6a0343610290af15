"""The JSON Schema of a plan file: the model's own, and the short forms of axes."""

from typing import Any

from simulator.experiment.json_schema import with_short_axes
from simulator.planning.plan_file import PlanFile
from simulator.scenario.format.section import schema_of


def build() -> dict[str, Any]:
    """Return the schema that editors use; the loader's own messages say more."""
    schema = with_short_axes(schema_of(PlanFile))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Poolsight plan",
    }
