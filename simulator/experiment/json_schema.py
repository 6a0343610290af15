"""The JSON Schema of an experiment file: the model's own, and the short forms that it accepts."""

from typing import Any

from simulator.experiment.file import ExperimentFile
from simulator.scenario.format.section import schema_of


def build() -> dict[str, Any]:
    """Return the schema that editors use; the loader's own messages say more."""
    schema = schema_of(ExperimentFile)
    definitions = schema["$defs"]
    axis = definitions["AxisBody"]["properties"]
    texts = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    axis["path"] = {"description": "which value of the scenario it sets", "anyOf": [{"type": "string"}, texts]}
    listed = {"type": "array", "minItems": 1, "description": "the values, one after the other"}
    schema["properties"]["axes"]["additionalProperties"] = {"anyOf": [listed, {"$ref": "#/$defs/AxisBody"}]}
    kinds = {"enum": definitions["Design"]["properties"]["kind"]["enum"]}
    schema["properties"]["design"] = {"anyOf": [kinds, {"$ref": "#/$defs/Design"}], "default": "grid"}
    numbers = {"type": "integer", "minimum": 1}
    schema["properties"]["replications"] = {"anyOf": [numbers, {"const": "auto"}], "default": 10}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Poolsight experiment",
    }
