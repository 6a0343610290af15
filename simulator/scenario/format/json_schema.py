"""The JSON Schema of a scenario file: the models' own, and what the loader accepts beside them."""

from typing import Any

from simulator.scenario.format.schema import Description
from simulator.scenario.format.section import schema_of

_FILE = {"type": "string", "description": "path of a JSON or YAML file, relative to the scenario"}

_VALUES = {
    "description": "values of a template's parameters, or the path of a file that has them",
    "anyOf": [{"type": "string"}, {"type": "object"}],
}


def build() -> dict[str, Any]:
    """Return the schema that editors and other tools use; the loader's own messages say more."""
    schema = schema_of(Description)
    definitions = schema["$defs"]
    for name, key in (("Pool", "pools"), ("Job", "jobs"), ("JobSchedule", "jobSchedules")):
        definitions[f"{name}File"] = {
            "type": "object",
            "description": f"{key[:-1].lower()} bodies kept in a file; keys beside `file` win over the file's",
            "required": ["file"],
            "properties": {
                "file": _FILE,
                "parameters": _VALUES,
                **{k: v for k, v in definitions[name]["properties"].items() if k == "simulation"},
            },
        }
        kept = {"$ref": f"#/$defs/{name}File"}
        section = schema["properties"][key]
        listed = {"type": "array", "items": {"anyOf": [section["items"], kept]}}
        rest = {word: value for word, value in section.items() if word not in ("type", "items")}
        schema["properties"][key] = {**rest, "anyOf": [listed, kept]}
    unnamed = [name for name in definitions["Pool"]["required"] if name != "id"]
    described = {**definitions["Pool"], "required": unnamed}
    definitions["AutoPool"]["properties"]["pool"] = {"anyOf": [described, {"$ref": "#/$defs/PoolFile"}]}
    in_file = {"type": "object", "required": ["file"], "properties": {"file": _FILE}}
    for name in ("Job", "AddTasks"):
        tasks = definitions[name]["properties"]["tasks"]
        definitions[name]["properties"]["tasks"] = {"anyOf": [tasks, in_file]}
    unnamed = [name for name in definitions["Job"]["required"] if name != "id"]
    kept = {"$ref": "#/$defs/JobFile"}
    specified = {"anyOf": [{**definitions["Job"], "required": unnamed}, kept]}
    definitions["JobSchedule"]["properties"]["jobSpecification"] = specified
    added = definitions["AddJob"]["properties"]["job"]
    definitions["AddJob"]["properties"]["job"] = {"anyOf": [added, kept]}
    schema["properties"]["prices"] = {
        "description": "a region whose shipped prices hold, or a saved answer of the public retail-prices service",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {"file": _FILE, "region": {"type": "string"}},
    }
    schema["properties"]["sizes"] = {
        "type": "object",
        "description": "VM sizes beside the catalogue's, or other values for its sizes",
        "additionalProperties": {**definitions["VmSize"], "required": []},
    }
    definitions["CapacityCurve"]["required"] = ["model"]
    definitions["CapacityCurve"]["properties"]["file"] = _FILE
    definitions["Timing"]["required"] = []
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Poolsight scenario",
    }
