"""The JSON Schema of an experiment file: the model's own, and the short forms that it accepts."""

from typing import Any

from simulator.experiment.file import ExperimentFile
from simulator.scenario.format.section import schema_of


def build() -> dict[str, Any]:
    """Return the schema that editors use; the loader's own messages say more."""
    schema = with_short_axes(schema_of(ExperimentFile))
    properties = schema["properties"]
    kinds = {"enum": schema["$defs"]["Design"]["properties"]["kind"]["enum"]}
    numbers = {"type": "integer", "minimum": 1}
    forms: dict[str, dict[str, Any]] = {
        "design": {"anyOf": [kinds, {"$ref": "#/$defs/Design"}], "default": "grid"},
        "replications": {"anyOf": [numbers, {"const": "auto"}], "default": 10},
    }
    for key, form in forms.items():
        properties[key] = {"description": properties[key]["description"], **form}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Poolsight experiment",
    }


def with_short_axes(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a file with axes, each of which may be a plain list of values."""
    axis = schema["$defs"]["AxisBody"]["properties"]
    texts = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    axis["path"] = {"description": axis["path"]["description"], "anyOf": [{"type": "string"}, texts]}
    listed = {"type": "array", "minItems": 1, "description": "the values, one after the other"}
    schema["properties"]["axes"]["additionalProperties"] = {"anyOf": [listed, {"$ref": "#/$defs/AxisBody"}]}
    return schema
