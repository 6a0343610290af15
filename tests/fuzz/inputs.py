"""Inputs of every kind that the program reads: files of this repository, and what it writes itself."""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from ruamel.yaml import YAML

from tests.fuzz.mutate import of_bytes, of_rows, of_tree
from tests.fuzz.requests import requests
from tests.history import files as past_files
from tests.history.bad_files import MAKERS, Run

ROOT: Final = Path(__file__).parents[2]
SCENARIOS: Final = ROOT / "scenarios"
LINES: Final = 60
"""Of a trace: enough for every kind of mistake."""
Mutation = Callable[[random.Random, bytes], bytes]
FORMULA: Final = """// Follows the work.
span = TimeInterval_Minute * 15;
share = $ActiveTasks.GetSamplePercent(span);
now = $ActiveTasks.GetSample(1);
wanted = share < 70 ? max(0, now) : max(now, avg($ActiveTasks.GetSample(span)));
hour = time().hour;
$TargetDedicatedNodes = hour >= 8 && hour < 18 ? min(20, wanted / 4) : 0;
$TargetLowPriorityNodes = time() - time("2026-01-05T08:00:00Z") > TimeInterval_Hour ? 2 : 0;
$NodeDeallocationOption = taskcompletion;
"""
CONTEXT: Final = {
    "now": "2026-03-02T09:00:00Z",
    "targetDedicatedNodes": 2,
    "currentDedicatedNodes": 2,
    "taskSlotsPerNode": 4,
    "samples": {
        "$ActiveTasks": {"from": "2026-03-02T08:40:00Z", "every": "PT30S", "values": [1, 2, 3, 4, 5, 40]},
        "$CPUPercent": [["2026-03-02T08:59:00Z", 50], ["2026-03-02T08:59:30Z", 60.5]],
    },
}
SUITE: Final = {
    "formula": FORMULA,
    "context": {"taskSlotsPerNode": 4},
    "tests": [{"name": "a", "context": CONTEXT, "expect": {"targetDedicatedNodes": 10, "variables": {"hour": 9}}}],
}
POOL: Final = {
    "id": "p",
    "vmSize": "Standard_D4_v3",
    "targetDedicatedNodes": 2,
    "virtualMachineConfiguration": {
        "imageReference": {"publisher": "canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts"},
        "nodeAgentSKUId": "batch.node.ubuntu 22.04",
    },
}
PRICES: Final = {
    "Items": [
        {"armRegionName": "westeurope", "armSkuName": "Standard_D4_v3", "skuName": f"D4 v3{tier}", "retailPrice": price}
        | {"productName": "Virtual Machines Dv3 Series", "type": "Consumption", "unitOfMeasure": "1 Hour"}
        | {"serviceName": "Virtual Machines", "effectiveStartDate": "2024-01-01T00:00:00Z", "currencyCode": "USD"}
        for tier, price in (("", 0.24), (" Spot", 0.05), (" Low Priority", 0.048))
    ]
}
TASKS: Final = [
    {"id": f"t{number}", "commandLine": "true", "simulation": {"duration": "1m", "submit": "10s"}, "requiredSlots": 1}
    for number in range(3)
]


@dataclass(frozen=True, slots=True)
class Input:
    """One command and the files of its folder, of which one is mutated."""

    kind: str
    words: tuple[str, ...]
    files: Mapping[str, bytes]
    target: str
    """Name of the file that is mutated."""
    mutations: tuple[Mutation, ...]

    def mutated(self, draw: random.Random) -> "Input":
        """Return the input with one to four mutations of its file."""
        data = self.files[self.target]
        for _ in range(min(4, 1 + int(draw.expovariate(1)))):
            data = draw.choice(self.mutations)(draw, data)
        return replace(self, files={**self.files, self.target: data})

    def write(self, folder: Path) -> None:
        """Write the files into a folder."""
        for name, data in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)


def document(draw: random.Random, data: bytes) -> bytes:
    """Mutate the tree of a YAML or JSON text; one that is broken already is mutated as bytes."""
    try:
        return json.dumps(of_tree(draw, _tree(data)), indent=1).encode()
    except Exception:  # noqa: BLE001 - whatever an earlier mutation has made of it
        return of_bytes(draw, data)


@lru_cache(maxsize=512)
def _tree(data: bytes) -> Any:
    """Return the tree of a YAML or JSON text, which nobody changes."""
    text = data.decode()
    try:
        return json.loads(text)
    except ValueError:
        return YAML(typ="safe", pure=True).load(text)


def prime() -> None:
    """Read all documents once, so that no copy of this process reads them again."""
    for one in inputs():
        if document in one.mutations:
            _tree(one.files[one.target])


def lines_of_documents(draw: random.Random, data: bytes) -> bytes:
    """Mutate one of the JSON texts of a file that has one on each line."""
    lines = data.split(b"\n")
    at = draw.randrange(len(lines))
    lines[at] = document(draw, lines[at]).replace(b"\n", b"")
    return b"\n".join(lines)


def commas(draw: random.Random, data: bytes) -> bytes:
    """Mutate a cell of a CSV text."""
    return of_rows(draw, data, ",")


def blanks(draw: random.Random, data: bytes) -> bytes:
    """Mutate a cell of an SWF text."""
    return of_rows(draw, data, " ")


TEXT: Final = (of_bytes,)
DOCUMENT: Final = (document, document, document, of_bytes)


@cache
def inputs() -> tuple[Input, ...]:
    """Return the inputs that mutations begin with."""
    return (
        *_scenarios(), *_parts(), *_questions(), *_formulas(), *_traces(), *_saved(), *_pasts(), *_requests(),
    )  # fmt: skip


def _scenarios() -> Iterator[Input]:
    for path in sorted(SCENARIOS.glob("*.yaml")):
        files = {path.name: path.read_bytes()}
        if "traces/" in path.read_text():
            files["traces/week.swf"] = _head(SCENARIOS / "traces" / "week.swf")
        yield Input("scenario", ("validate", path.name), files, path.name, DOCUMENT)
        data = json.dumps(YAML(typ="safe", pure=True).load(path.read_text()), default=str, indent=1).encode()
        yield Input("scenario in JSON", ("validate", "s.json"), {**files, "s.json": data}, "s.json", DOCUMENT)
        if path.stem in ("first_pool", "two_teams", "checkpoints", "starving_gang", "spread_or_pack"):
            yield Input("run", ("run", path.name, "--out", "out"), files, path.name, DOCUMENT)


def _parts() -> Iterator[Input]:
    """Yield the files that a scenario names."""
    scenario = {
        "name": "parts",
        "horizon": "1h",
        "prices": {"file": "prices.json"},
        "pools": [{"file": "pool.json"}],
        "jobs": [
            {
                "id": "j",
                "poolInfo": {"poolId": "p"},
                "tasks": {"file": "tasks.json"},
                "simulation": {"workload": [{"count": 5, "duration": {"empirical": {"file": "durations.csv"}}}]},
            }
        ],
    }
    files = {
        "s.yaml": json.dumps(scenario).encode(),
        "pool.json": json.dumps(POOL).encode(),
        "tasks.json": json.dumps(TASKS).encode(),
        "prices.json": json.dumps(PRICES).encode(),
        "durations.csv": b"duration\n10\n20\n30.5\n",
    }
    for name in ("pool.json", "tasks.json", "prices.json"):
        yield Input(f"part {name}", ("validate", "s.yaml"), files, name, DOCUMENT)
    yield Input("part durations.csv", ("validate", "s.yaml"), files, "durations.csv", (commas, of_bytes))


def _questions() -> Iterator[Input]:
    """Yield experiment and plan files, which are read and not run."""
    named = {path.name: path.read_bytes() for path in SCENARIOS.glob("*.yaml")}
    for path in sorted((SCENARIOS / "experiments").glob("*.yaml")):
        files = {**named, f"experiments/{path.name}": path.read_bytes()}
        files["traces/week.swf"] = _head(SCENARIOS / "traces" / "week.swf")
        reader = "read-plan" if b"minimize" in path.read_bytes() else "read-experiment"
        yield Input(reader, (reader, f"experiments/{path.name}"), files, f"experiments/{path.name}", DOCUMENT)


def _formulas() -> Iterator[Input]:
    files = {
        "f.txt": FORMULA.encode(),
        "c.json": json.dumps(CONTEXT).encode(),
        "t.yaml": json.dumps(SUITE, indent=1).encode(),
    }
    evaluation = ("formula", "eval", "f.txt", "--context", "c.json", "--explain")
    yield Input("formula check", ("formula", "check", "f.txt"), files, "f.txt", TEXT)
    yield Input("formula lint", ("formula", "lint", "f.txt"), files, "f.txt", TEXT)
    yield Input("formula eval", evaluation, files, "f.txt", TEXT)
    yield Input("context", evaluation, files, "c.json", DOCUMENT)
    yield Input("formula test", ("formula", "test", "t.yaml"), files, "t.yaml", DOCUMENT)


def _traces() -> Iterator[Input]:
    body = {
        "name": "trace",
        "horizon": "1d",
        "pools": [POOL],
        "jobs": [{"id": "j", "poolInfo": {"poolId": "p"}, "simulation": {"workload": [{"trace": "t.swf"}]}}],
    }
    text = json.dumps(body)
    swf = _head(SCENARIOS / "traces" / "week.swf")
    rows = [f"{number * 10},{60 + number},a{number},{1 + number % 2},0.5" for number in range(30)]
    table = "\n".join(["submit,duration,id,slots,memory", *rows, ""]).encode()
    columns = {"id": "id", "slots": "slots", "memory": "memory"}
    named = json.dumps({**body, "jobs": json.loads(text)["jobs"]}).replace(
        '{"trace": "t.swf"}', json.dumps({"trace": "t.csv", "columns": columns})
    )
    for command in ("validate", "run"):
        files = {"s.json": text.encode(), "t.swf": swf}
        yield Input(f"SWF, {command}", (command, "s.json"), files, "t.swf", (blanks, blanks, of_bytes))
        files = {"s.json": named.encode(), "t.csv": table}
        yield Input(f"CSV, {command}", (command, "s.json"), files, "t.csv", (commas, commas, of_bytes))
    files = {"s.json": named.replace("t.csv", "t.parquet").encode(), "t.parquet": _parquet(table)}
    yield Input("Parquet", ("validate", "s.json"), files, "t.parquet", TEXT)


def _pasts() -> Iterator[Input]:
    """Yield files of other tools."""
    runs = [Run(str(number), 10 * number, 60 + 10 * number, 90 + 20 * number) for number in range(20)]
    separators = {"slurm": "|", "nextflow": "\t", "table": ",", "swf": " "}
    made: dict[str, tuple[str, str]] = {name: (make(runs), separators.get(name, "")) for name, make in MAKERS.items()}
    made |= {
        "azure-pools": (json.dumps([past_files.POOL]), ""),
        "azure-nodes": (json.dumps([past_files.NODE]), ""),
        "accounting": (past_files.SACCT, "|"),
        "trace of a pipeline": (past_files.NEXTFLOW, "\t"),
        "workflow": (json.dumps(past_files.WORKFLOW), ""),
        "jobs of a cloud": (json.dumps(past_files.AWS), ""),
        "jobs of a cluster": (json.dumps(past_files.KUBERNETES), ""),
    }
    for text, separator in made.values():
        rows = partial(of_rows, separator=separator)
        mutations = (rows, rows, of_bytes) if separator else DOCUMENT
        yield Input("import", ("import", "past", "--out", "out"), {"past": text.encode()}, "past", mutations)


def _requests() -> Iterator[Input]:
    data = json.dumps(requests()).encode()
    yield Input("requests", ("requests", "r.json"), {"r.json": data}, "r.json", (tree,))


def tree(draw: random.Random, data: bytes) -> bytes:
    """Mutate a JSON text, which stays one."""
    return json.dumps(of_tree(draw, json.loads(data))).encode()


def _saved() -> Iterator[Input]:
    """Yield what the program wrote, and what reads it."""
    files = written()
    run = {name: data for name, data in files.items() if name.startswith("run/")}
    commands = (
        ("report", "run", "-o", "r.html"),
        ("trace", "run", "-o", "t.json"),
        ("why", "run", "--task", "work/task-1"),
        ("why", "run", "--pool", "small", "--at", "1h"),
        ("plot", "run", "--kind", "queue", "-o", "p.png"),
    )
    for words in commands:
        for name in run:
            if not name.endswith("events.jsonl"):
                mutations = TEXT if name.endswith(".parquet") else DOCUMENT
                yield Input(f"saved run, {words[0]}", words, run, name, mutations)
    log = {"events.jsonl": b"\n".join(files["run/events.jsonl"].split(b"\n")[:200])}
    changes = (lines_of_documents, lines_of_documents, of_bytes)
    yield Input("events", ("events", "events.jsonl"), log, "events.jsonl", changes)
    swept = {name: data for name, data in files.items() if name.startswith("swept/")}
    for name in swept:
        mutations = TEXT if name.endswith(".parquet") else DOCUMENT
        yield Input("saved sweep", ("report", "swept", "-o", "r.html"), swept, name, mutations)
    for name in ("many.json", "compared.json"):
        yield Input("saved answer", ("report", name, "-o", "r.html"), {name: files[name]}, name, DOCUMENT)


@cache
def written() -> Mapping[str, bytes]:
    """Return the files that commands of the program write, by their paths."""
    command = [sys.executable, "-m", "simulator.cli"]
    scenario = str(SCENARIOS / "first_pool.yaml")
    experiment = {"scenario": scenario, "axes": {"seed": [1, 2]}, "replications": 2, "measures": ["cost", "makespan"]}
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "e.yaml").write_text(json.dumps(experiment))

        def poolsight(*words: str) -> str:
            made = subprocess.run([*command, *words], cwd=folder, capture_output=True, text=True, check=True)
            return made.stdout

        poolsight("run", scenario, "--out", "run", "--events")
        poolsight("sweep", "e.yaml", "--out", "swept", "--workers", "1")
        many = poolsight("run", scenario, "--replications", "3", "--json", "--workers", "1")
        (folder / "many.json").write_text(many)
        compared = poolsight(
            "compare", scenario, str(SCENARIOS / "checkpoints.yaml"), "--replications", "3", "--json", "--workers", "1"
        )
        (folder / "compared.json").write_text(compared)
        paths = [path for path in folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(paths)}


def _head(path: Path) -> bytes:
    return b"\n".join(path.read_bytes().split(b"\n")[:LINES]) + b"\n"


def _parquet(table: bytes) -> bytes:
    import io

    import pandas as pd

    buffer = io.BytesIO()
    frame: Any = pd.read_csv(io.BytesIO(table))
    frame.to_parquet(buffer)
    return buffer.getvalue()
