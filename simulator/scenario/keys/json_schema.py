"""The JSON Schema of a scenario file: the models' own, and what the loader accepts beside them."""

from typing import Any

from simulator.scenario.format.key_marks import Effect
from simulator.scenario.format.schema import Description
from simulator.scenario.format.section import schema_of
from simulator.scenario.keys.beside import REFERENCE, holder_of
from simulator.scenario.keys.beside_objects import BESIDE_OBJECTS
from simulator.scenario.keys.table import Key, Section, sections

_FILE = {"type": "string", "description": "path of a JSON or YAML file, relative to the scenario"}

_VALUES = {
    "description": REFERENCE["parameters"].meaning,
    "anyOf": [{"type": "string"}, {"type": "object"}],
}
_REGION = {"type": "string", "description": "name of a region, such as westeurope"}


def build() -> dict[str, Any]:
    """Return the schema that editors and other tools use; the loader's own messages say more."""
    schema = schema_of(Description)
    for section in sections():
        _add_keys(section, described(schema, section))
    _add_files(schema)
    _add_catalogue(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Poolsight scenario",
    }


def described(schema: dict[str, Any], section: Section) -> dict[str, Any]:
    """Return what a schema says of a mapping; of one that stands under the name of its form, what stands there."""
    found: dict[str, Any] = schema if section.name == "Scenario" else schema["$defs"].get(section.name, {})
    own = list(found.get("properties", ()))
    is_named = len(own) == 1 and own[0] not in {key.name for key in section.keys}
    return found["properties"][own[0]] if is_named else found


def _add_files(schema: dict[str, Any]) -> None:
    """Allow bodies, and the tables of preemption models, that are kept in files."""
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
        entries = schema["properties"][key]
        listed = {"type": "array", "items": {"anyOf": [entries.pop("items"), kept]}}
        del entries["type"]
        entries["anyOf"] = [listed, kept]
    unnamed = {
        name: {**definitions[name], "required": [key for key in definitions[name]["required"] if key != "id"]}
        for name in ("Pool", "Job")
    }
    kept = {"$ref": "#/$defs/JobFile"}
    _replace(definitions["AutoPool"], "pool", [unnamed["Pool"], {"$ref": "#/$defs/PoolFile"}])
    in_file = {"type": "object", "required": ["file"], "properties": {"file": _FILE}}
    for name in ("Job", "AddTasks"):
        _replace(definitions[name], "tasks", [definitions[name]["properties"]["tasks"], in_file])
    _replace(definitions["JobSchedule"], "jobSpecification", [unnamed["Job"], kept])
    _replace(definitions["AddJob"], "job", [definitions["AddJob"]["properties"]["job"], kept])
    for name in ("CapacityCurve", "PreemptionTrace"):
        definitions[name]["required"] = ["model"]


def _add_catalogue(schema: dict[str, Any]) -> None:
    """Allow what the loader completes: prices by region, sizes of the catalogue, timings of a preset."""
    properties, definitions = schema["properties"], schema["$defs"]
    properties["prices"] = {
        "description": properties["prices"]["description"],
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {"file": _FILE, "region": _REGION},
    }
    calibrated = properties["calibration"]
    calibrated["anyOf"] = [{"type": "string"}, *calibrated["anyOf"]]
    properties["sizes"] = {
        "type": "object",
        "description": "VM sizes beside the catalogue's, or other values for its sizes, by name.",
        "additionalProperties": {**definitions["VmSize"], "required": []},
    }
    definitions["Timing"]["required"] = []


def _replace(definition: dict[str, Any], key: str, forms: list[dict[str, Any]]) -> None:
    """Allow several forms under a key; what it means stays."""
    meaning = definition["properties"][key]["description"]
    definition["properties"][key] = {"description": meaning, "anyOf": forms}


def _add_keys(section: Section, definition: dict[str, Any]) -> None:
    """Add the keys that a body may have beside those of its type, and note which keys do not act."""
    properties = definition.get("properties", {})
    for key in section.keys:
        written = properties.setdefault(key.name, {"description": key.meaning}) if properties else {}
        if key.effect is not Effect.ACTS and written:
            written["description"] = f"{written['description']} {_note(key)}"
        _add_objects(next((name for name in key.holds if name in BESIDE_OBJECTS), None), written)


def _note(key: Key) -> str:
    return "No effect." if key.effect is Effect.INERT else f"Not simulated yet: {key.why}."


def _add_objects(holder: str | None, written: dict[str, Any]) -> None:
    """Describe the keys of objects that no type describes, and of those inside of them."""
    known = BESIDE_OBJECTS.get(holder or "")
    if not known or not written:
        return
    described: dict[str, Any] = {key: {"description": one.meaning} for key, one in known.items()}
    for key, one in known.items():
        _add_objects(holder_of(key, one), described[key])
    typed = [form for form in (written, *written.get("anyOf", ())) if "type" in form]
    if not typed:  # one object or a list of them
        written.update(properties=described, items={"properties": described})
    for form in typed:
        held = form.get("items", form)
        if held.get("type") == "object":
            held["properties"] = described
