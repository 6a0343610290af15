"""Write the tables of the documents from the code: `python -m docs.generate`.

A page marks the place of a table with `<!-- table: name -->` and `<!-- end of table -->`; what stands between them is
replaced. Defaults and allowed values are read from the types of the scenario, sources and effects from
`docs/assumptions.py`.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from pydantic.alias_generators import to_camel

from docs.assumptions import ACCOUNT, LANGUAGE, OPTIONS, POOL, TIMING, Note
from docs.key_tables import keys
from simulator import Scenario
from simulator.calibration.quantities import QUANTITIES
from simulator.codes import Action, Code
from simulator.experiment.measures import PATHS as MEASURE_ROWS
from simulator.formula.functions import FUNCTIONS
from simulator.formula.lint import RULES
from simulator.formula.options import Options as LanguageOptions
from simulator.formula.variable_meanings import MEANINGS
from simulator.formula.variables import CONSTANTS, RETIRED, SERVICE_NAMES
from simulator.history.formats import READERS
from simulator.history.ledger import CAUSES
from simulator.history.not_read import NOT_READ
from simulator.history.past import TABLES as PAST
from simulator.history.reader import Reader
from simulator.history.readers.table import NAMES
from simulator.lab.gallery import SCENES
from simulator.policy.scheduling.registry import PLACEMENTS, QUEUES, SHRINKINGS, Placement, QueueDiscipline, Shrinking
from simulator.results.answer.measures import MEASURES, Row
from simulator.results.record.table_schema import TABLES as SCHEMA
from simulator.results.why.reasons import LAST_INTERVAL, LeftOut, NodeFault, Reason, Unfinished
from simulator.scenario.format.deployment import os_kind
from simulator.scenario.format.timing_presets import TimingPreset, ValueOrigin, preset_values
from simulator.scenario.keys.words import allowed, shown
from simulator.service.operations import OPERATIONS
from simulator.service_codes import ServiceCode, TerminateReason
from simulator.states import NODE_TRANSITIONS

HERE: Final = Path(__file__).resolve().parent
PAGES: Final = (
    "model.md",
    "autoscale-language.md",
    "keys.md",
    "reasons.md",
    "tables.md",
    "measures.md",
    "import.md",
    "calibrate.md",
    "service.md",
    "lab.md",
)
BLOCK: Final = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)

IMAGE: Final = {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts"}
WINDOWS: Final = {"publisher": "microsoftwindowsserver", "offer": "windowsserver", "sku": "2022-datacenter"}
SYSTEMS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Linux": {
        "virtualMachineConfiguration": {"imageReference": IMAGE, "nodeAgentSKUId": "batch.node.ubuntu 22.04"},
    },
    "Windows": {
        "virtualMachineConfiguration": {"imageReference": WINDOWS, "nodeAgentSKUId": "batch.node.windows amd64"},
    },
    "Cloud Services": {"cloudServiceConfiguration": {"osFamily": "6"}},
}
"""Pools by the system that their nodes boot."""

Rows = Iterable[tuple[str, ...]]


def table(heads: tuple[str, ...], rows: Rows) -> str:
    """Return a Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


# ---- tables of the model -------------------------------------------------------------------------------------


def properties(section: Any) -> Iterator[tuple[str, str, str]]:
    """Iterate over the keys of a section with defaults and allowed values."""
    schema = section.model_json_schema(by_alias=True)
    own = section()
    whole = section.model_construct(**{name: getattr(own, name) for name in section.model_fields})
    defaults = whole.model_dump(mode="json", by_alias=True)
    for key, value in schema["properties"].items():
        yield key, shown(defaults[key]), allowed(value, schema.get("$defs", {}))


def source(note: Note) -> str:
    """Return mark and source in one cell."""
    return f"{note.mark}: {note.source}" if note.source and note.mark else note.mark or "–"


def effect(note: Note) -> str:
    """Return the effect, linked to the section that explains it."""
    return f"{note.effect} ([more](#{note.section}))" if note.section else note.effect


def _of_section(section: Any, notes: Mapping[str, Note]) -> str:
    rows = (
        (f"`{key}`", default, values, source(notes[key]), effect(notes[key]))
        for key, default, values in properties(section)
    )
    return table(("option", "default", "values", "source", "what it changes"), rows)


def options() -> str:
    """Return the table of `options:`."""
    return _of_section(Scenario.model_fields["options"].annotation, OPTIONS)


def account() -> str:
    """Return the table of `account:`."""
    return _of_section(Scenario.model_fields["account"].annotation, ACCOUNT)


@cache
def pool_simulation(preset: str, system: str) -> Any:
    """Return what a pool of one system has under `simulation` where its file says nothing."""
    pool = {"id": "p", "vmSize": "Standard_D2_v3", **SYSTEMS[system]}
    scenario = Scenario.model_validate({"options": {"timingPreset": preset}, "pools": [pool]})
    return scenario.pools[0].simulation


def presets() -> list[str]:
    """Return the names of the timing presets."""
    schema: Any = Scenario.model_fields["options"].annotation
    return list(schema.model_json_schema(by_alias=True)["$defs"]["TimingPreset"]["enum"])


def timing() -> str:
    """Return the table of timings by preset."""
    heads = ("key", *(f"`{name}`" for name in presets()), "source", "what it is")
    rows = (
        (f"`{key}`", *(_by_system(preset, key) for preset in presets()), source(note), effect(note))
        for key, note in TIMING.items()
    )
    return table(heads, rows)


def _origin(preset: str, system: str, key: str) -> str:
    """Return the mark of a preset's value; most are assumed and have none."""
    body = SYSTEMS[system]
    kind = os_kind(body.get("virtualMachineConfiguration"), body.get("cloudServiceConfiguration"))
    origin = preset_values(TimingPreset(preset), kind)[key].origin
    return "" if origin is ValueOrigin.ASSUMED else f" *({origin})*"


def _by_system(preset: str, key: str) -> str:
    found = {
        system: shown(pool_simulation(preset, system).timing.model_dump(mode="json", by_alias=True)[key])
        + _origin(preset, system, key)
        for system in SYSTEMS
    }
    if len(set(found.values())) == 1:
        return found["Linux"]
    if found["Linux"] == found["Windows"]:
        found = {"Linux and Windows": found.pop("Linux"), "Cloud Services": found["Cloud Services"]}
    return "; ".join(f"{system} {value}" for system, value in found.items())


def pool() -> str:
    """Return the table of what else a pool's `simulation` holds."""
    section = type(pool_simulation("instant", "Linux"))
    schema = section.model_json_schema(by_alias=True)
    rows = []
    for key, note in POOL.items():
        default, inner = section.model_validate({}).model_dump(mode="json", by_alias=True), schema
        for part in key.split("."):
            default, inner = default[part], _inside(inner, part, schema["$defs"])
        if isinstance(default, Mapping):
            cells = (_model(default), "a mapping")
        else:
            cells = (shown(default), allowed(inner, schema["$defs"]))
        rows.append((f"`{key}`", *cells, source(note), effect(note)))
    return table(("key", "default", "values", "source", "what it changes"), rows)


def _model(default: Mapping[str, Any]) -> str:
    """Return a section with a model in words, by what it sets; of another section that it is empty."""
    if "model" not in default:
        return "none"
    stated = [f"`{value}`" for value in default.values() if value is not None]
    return ", ".join(stated)


def _inside(schema: Mapping[str, Any], part: str, definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
    found: Mapping[str, Any] = schema["properties"][part]
    return found


def node_transitions() -> str:
    """Return which state of a node may follow which."""
    rows = (
        (
            f"`{state}`" if state else "(not there)",
            ", ".join(sorted(f"`{one}`" if one else "gone" for one in following)),
        )
        for state, following in NODE_TRANSITIONS.items()
    )
    return table(("from", "to"), rows)


# ---- tables of the language ----------------------------------------------------------------------------------


def functions() -> str:
    """Return the functions of the language."""
    rows = (
        (
            f"`{function.usage}`".replace(" or ", "`, `"),
            ", ".join(dict.fromkeys(form.result for form in function.forms)),
            function.meaning,
        )
        for function in FUNCTIONS.values()
    )
    return table(("function", "result", "meaning"), rows)


def variables() -> str:
    """Return the names that the service defines."""
    rows = [(f"`{name}`", MEANINGS[name]) for name in SERVICE_NAMES if name not in RETIRED]
    rows.append(
        (", ".join(f"`{name}`" for name in RETIRED), "retired node resource metrics: known names without samples")
    )
    return table(("name", "meaning"), rows)


def constants() -> str:
    """Return the constants of the language."""
    return ", ".join(f"`{name}`" for name in CONSTANTS)


def language_options() -> str:
    """Return the options of the language."""
    hints, default = get_type_hints(LanguageOptions), LanguageOptions()
    rows = (
        (f"`{key}`", shown(getattr(default, key)), _choices(hint), source(LANGUAGE[key]), LANGUAGE[key].effect)
        for key, hint in hints.items()
    )
    return table(("option", "default", "values", "source", "what it changes"), rows)


def _choices(hint: Any) -> str:
    names = (
        "`null`" if one is type(None) else "a whole number" if one is int else f"`{one}`" for one in get_args(hint)
    )
    return ", ".join(names)


def lint_rules() -> str:
    """Return the names of the linter's rules by level."""
    by_level: dict[str, list[str]] = {}
    for name, rule in RULES.items():
        by_level.setdefault(str(rule.level), []).append(f"`{name}`")
    return table(("level", "rules"), ((level, ", ".join(names)) for level, names in by_level.items()))


# ---- tables of a recording -----------------------------------------------------------------------------------


def recording() -> str:
    """Return every table of a recording, with its columns."""
    parts = []
    for described in SCHEMA:
        rows = ((f"`{one.name}`", one.kind, one.unit, one.meaning) for one in described.columns)
        meaning = f"{described.meaning[0].upper()}{described.meaning[1:]}."
        parts.append(f"## {described.name}\n\n{meaning}\n\n{table(('column', 'type', 'unit', 'meaning'), rows)}")
    return "\n\n".join(parts)


# ---- tables of measures --------------------------------------------------------------------------------------


def named_measures() -> str:
    """Return the measures that have a name of their own."""
    return table(
        ("measure", "unit", "interval", "title", "meaning"),
        ((f"`{name}`", str(one.unit), str(one.fit), one.title, one.meaning or "–") for name, one in MEASURES.items()),
    )


def paths() -> str:
    """Return every number of the answer by its path."""
    return table(
        ("path", "unit", "range", "interval", "title", "meaning"),
        (
            (
                f"`{row.path}`",
                str(row.number.unit),
                _range(row),
                str(row.number.fit),
                row.number.title,
                row.number.meaning or "–",
            )
            for row in MEASURE_ROWS
        ),
    )


def _range(row: Row) -> str:
    least, most = row.number.range
    whole = "whole numbers " if row.is_whole else ""
    return f"{whole}from {least:g}" + (f" to {most:g}" if math.isfinite(most) else "")


# ---- tables of reasons ---------------------------------------------------------------------------------------


def codes(of: type[Code]) -> Callable[[], str]:
    """Return what makes the table of a list of codes."""
    return lambda: table(("code", "meaning"), ((f"`{code}`", code.means) for code in of))


def unfinished() -> str:
    """Return why tasks did not complete, and what `poolsight why` gives for them."""
    rows = (
        (f"`{code}`", code.means, ", ".join(sorted(f"`{reason}`" for reason in LAST_INTERVAL[code])))
        for code in Unfinished
    )
    return table(("`unfinished_why`", "meaning", "last interval of `poolsight why`"), rows)


# ---- tables of imports ---------------------------------------------------------------------------------------


def not_read() -> str:
    """Return the table of files that are known and not read."""
    return table(("what", "instead"), ((one.what, one.instead) for one in NOT_READ))


def formats() -> str:
    """Return the table of the formats that are recognised, in the order in which they are asked."""
    rows = (
        (f"`{one.name}`", one.made_by, one.known_by, ", ".join(one.gives) or "priorities of jobs", _options_of(one))
        for one in READERS
    )
    return table(("format", "made by", "known by", "gives", "options that matter"), rows)


def _options_of(reader: Reader) -> str:
    return ", ".join(f"`{option}`" for option in reader.options) or "–"


def quantities() -> str:
    """Return the table of what is learned from a past."""
    rows = (
        (
            one.key(name).title,
            ", ".join(f"`{column}`" for column in one.columns) or "–",
            one.partly or "–",
            f"`{one.key(name).key}`",
            str(one.key(name).of),
        )
        for name, one in QUANTITIES.items()
    )
    return table(("quantity", "from", "known in part", "key that it stands for", "of each"), rows)


def causes() -> str:
    """Return the table of what an import leaves out, assumes and notices."""
    rows = ((str(one.effect), one.text, f"`{one.option}`" if one.option else "–") for one in CAUSES.values())
    return table(("effect", "what", "option that changes it"), rows)


def of_the_past(name: str) -> Callable[[], str]:
    """Return what makes the table of the columns of a table of the past."""
    rows = PAST[name].items()
    return lambda: table(("column", "holds", "meaning"), ((f"`{key}`", str(c.kind), c.meaning) for key, c in rows))


def column_names() -> str:
    """Return the table of column names that are recognised in any table."""
    return table(("holds", "names, without case and marks"), ((f"`{use}`", names) for use, names in NAMES.items()))


def operations() -> str:
    """Return the table of what the interface answers, and what it does not have."""
    rows = (
        (
            one.name,
            f"`{one.method} {one.path}`",
            ("yes" if one.handler else "501") + (f", before {one.until}" if one.until else ""),
        )
        for one in OPERATIONS
    )
    return table(("operation", "request", "answered"), rows)


def scenes() -> str:
    """Return the table of the lab's scenes."""
    return table(("scene", "kind", "question"), ((one.title, str(one.kind), one.question) for one in SCENES))


def policies(of: Mapping[str, QueueDiscipline] | Mapping[str, Placement] | Mapping[str, Shrinking]) -> str:
    """Return the table of the policies of a kind."""
    rows = [
        (f"`{name}`", one.meaning, ", ".join(f"`{to_camel(key)}`" for key in one.parameters) or "–", one.source or "–")
        for name, one in of.items()
    ]
    return table(("policy", "what it does", "parameters", "source"), rows)


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "import-formats": formats,
    "import-not-read": not_read,
    "quantities": quantities,
    "import-causes": causes,
    "import-names": column_names,
    "past-tasks": of_the_past("tasks"),
    "past-nodes": of_the_past("nodes"),
    "past-pools": of_the_past("pools"),
    "keys": lambda: keys(table),
    "options": options,
    "account": account,
    "timing": timing,
    "pool": pool,
    "node-transitions": node_transitions,
    "functions": functions,
    "variables": variables,
    "constants": constants,
    "language-options": language_options,
    "lint-rules": lint_rules,
    "recording": recording,
    "named-measures": named_measures,
    "paths": paths,
    "reasons": codes(Reason),
    "unfinished": unfinished,
    "left-out": codes(LeftOut),
    "node-faults": codes(NodeFault),
    "terminate-reasons": codes(TerminateReason),
    "actions": codes(Action),
    "service-codes": codes(ServiceCode),
    "operations": operations,
    "scenes": scenes,
    "queue-policies": lambda: policies(QUEUES),
    "placement-policies": lambda: policies(PLACEMENTS),
    "shrinking-policies": lambda: policies(SHRINKINGS),
}


def written(text: str) -> str:
    """Return a page with each of its tables made anew."""
    return BLOCK.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}\n{found[3]}", text)


def main() -> None:
    """Write the tables of all pages."""
    for name in PAGES:
        page = HERE / name
        page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
        sys.stdout.write(f"docs/{name}: {page.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()
