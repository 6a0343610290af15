"""Findings of the past: inputs that once ended in a traceback, a wrong answer, or not at all."""

import gzip
import io
import json
from collections.abc import Iterator
from typing import Final

from tests.fuzz.inputs import POOL, PRICES, Input

HEAD: Final = "name: x\nhorizon: 3h\npools: [{file: pool.json}]\n"
WORK: Final = HEAD + "jobs: [{id: j, poolInfo: {poolId: p}, simulation: {workload: [{%s}]}}]\n"
FILES: Final = {"pool.json": json.dumps(POOL).encode()}


HALF: Final = '[{"id": "a\\ud800", "state": "completed", "creationTime": "2026-03-02T07:00:00Z", "executionInfo": {}}]'
LATER: Final = (
    HEAD + "jobs: [{id: j, poolInfo: {poolId: p}, simulation: {CREATEDAT: 5m}}]\n"
    "timeline: [{at: 10m, operation: addJob, job: {id: j, poolInfo: {poolId: p}}}]\n"
)
FOREIGN: Final[tuple[dict[str, object], ...]] = (
    {"pool": "p"},
    {"operation": "deletePool"},
    {"at": "1d"},
    {"session": 1},
)
OWN_KEYS: Final = [
    {"method": "POST", "path": "/pools", "query": {}, "body": POOL},
    *(
        {"method": "POST", "path": f"/pools/p/{verb}", "query": {}, "body": {**body, "metadata": []}}
        for verb in ("resize", "updateproperties", "evaluateautoscale")
        for body in FOREIGN
    ),
]


def _texts(last: bytes) -> bytes:
    """Return a Parquet file of two tasks, the last of which has an id of these bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(pa.table({"id": ["first", "second"], "duration": [1.0, 2.0]}), file, compression="none")
    return file.getvalue().replace(b"second", last)


def known() -> Iterator[tuple[str, Input]]:
    """Yield the findings with their names."""
    for name, (words, files) in {**_documents(), **_work(), **_formulas()}.items():
        data = {file: text if isinstance(text, bytes) else text.encode() for file, text in files.items()}
        yield name, Input("corpus", tuple(words.split()), {**FILES, **data}, next(iter(files)), ())


Case = tuple[str, dict[str, str | bytes]]


def _documents() -> dict[str, Case]:
    """Return documents that cannot be read, each for a reason of its own."""
    levels = "\n".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 10)}]" for n in range(1, 9))
    merges = "\n".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 10)}]}}" for n in range(1, 10))
    yaml = {
        "a list that contains itself": "name: x\npools: &p\n  - *p\n",
        "a mapping that contains itself": "name: x\njobs: &j {a: *j}\n",
        "aliases of aliases": f"b0: &b0 [x, x]\n{levels}\nname: x\npools: *b8\n",
        "merges of merges": f"m0: &m0 {{a: 1}}\n{merges}\nname: x\n",
        "an origin before all time": 'origin: "0001-01-01T00:00:00+14:00"\n' + HEAD,
        "an origin after all time": "origin: 9999-12-31T23:59:59-12:00\n" + HEAD,
        "a boolean that is none": "name: !!bool maybe\n",
        "a tag of Python": "name: !!python/object:os.system ls\n",
        "a name with NUL": 'name: x\npools: [{file: "a\\0b"}]\n',
        "a name that is too long": f"name: x\npools: [{{file: {'a' * 5000}}}]\n",
        "a list that is a number": "name: x\npools: []\njobs: []\njobSchedules: 3\n",
        "a number of many digits": f"name: x\nseed: {'9' * 5000}\n",
        "a deep list": f"name: x\npools: {'[' * 5000}{']' * 5000}\n",
        "a device": "name: x\npools: [{file: /dev/zero}]\n",
        "half of a character": 'name: "\\ud800"\n' + HEAD,
        "more nodes than a table counts": HEAD.replace("json}", "json, targetDedicatedNodes: 9223372036854775807}"),
        "a long line": f'name: x\nhorizon: "{"a" * 1_000_000}"\n',
        "many problems": "name: x\npools:\n" + "  - {id: p, bad: 1}\n" * 300,
    }
    found: dict[str, Case] = {name: ("validate s.yaml", {"s.yaml": text}) for name, text in yaml.items()}
    deep = f'{{"name": "a", "pools": {"[" * 900}{"]" * 900}}}'
    many = f'{{"name": "a", "seed": {"9" * 5000}}}'
    found["deep JSON"] = ("validate s.json", {"s.json": deep})
    found["many digits in JSON"] = ("validate s.json", {"s.json": many})
    found["Infinity in a log"] = ("events e.jsonl", {"e.jsonl": '{"operationName": "TaskStartEvent", "a": Infinity}\n'})
    found["half of a character in an import"] = ("import past --out out", {"past": HALF})
    found["lines that end in an old way"] = ("import past --out out", {"past": "id,submit,end\na,1,2\rb,2,3\n"})
    early = "id,submit,end\na,0001-01-01T00:00:00+14:00,2026-01-01T00:00:00Z\n"
    found["an import from before all time"] = ("import past --out out", {"past": early})
    for name, number in (("1e19", "1"), ("1", "1e300")):
        log = f"; UnixStartTime: {number}\n1 0 60 30 -1 -1 -1 -1 -1 -1 {name} -1 -1 -1 -1 -1 -1 -1\n"
        found[f"a log of status {name} from {number} on"] = ("import past --out out", {"past": log})
    found["a cell of many characters"] = ("import past --out out", {"past": f"id,submit,end\n{'a' * 200_000},1,2\n"})
    dear = json.dumps(PRICES).replace("0.24", "1" + "0" * 400)
    found["a price of no float"] = ("validate s.yaml", {"s.yaml": "prices: {file: l.json}\n" + HEAD, "l.json": dear})
    found["an instant under another name"] = ("validate s.yaml", {"s.yaml": LATER})
    found["keys of an operation in a body"] = ("requests r.json", {"r.json": json.dumps(OWN_KEYS)})
    return found


def _work() -> dict[str, Case]:
    """Return workloads whose numbers no column has room for."""
    groups = {
        "a rate of almost nothing": "count: 20, duration: 5m, arrivals: {poisson: {ratePerHour: 1.0e-300}}",
        "a long tail": "count: 20, duration: {lognormal: {median: 1s, p95: 1000d}}",
        "a longer tail": "count: 20, duration: {weibull: {shape: 0.02, scale: 1s}}",
    }
    found: dict[str, Case] = {name: ("run s.yaml", {"s.yaml": WORK % text}) for name, text in groups.items()}
    swf = "1 {} 0 60 {} -1 -1 1 -1 -1 1 1 1 1 1 -1 -1 -1\n"
    traces: dict[str, tuple[str, bytes]] = {
        "a duration beyond all time": ("t.csv", b"submit,duration\n0,1e300\n"),
        "a submit time beyond all time": ("t.swf", (swf.format(0, 1) + swf.format(10**18, 1)).encode()),
        "a job number beyond all counting": ("t.swf", swf.format(0, 1).replace("1 ", "1e19 ", 1).encode()),
        "more processors than a table counts": ("t.swf", swf.format(0, 10**12).encode()),
        "a gzip file of nothing but lines": ("t.swf.gz", gzip.compress(b"\n" * (100 << 20), 9)),
        "a text in Parquet that is none": ("t.parquet", _texts(b"\xf9econd")),
        "an id that acts on the terminal": ("t.csv", b'id,submit,duration\n"\x1b]0;T\x07",0,1\n'),
    }
    for name, (file, data) in traces.items():
        found[name] = ("run s.yaml", {"s.yaml": WORK % f"trace: {file}, columns: {{id: {_id(data)}}}", file: data})
    return found


def _id(data: bytes) -> str:
    return "id" if data.startswith((b"id", b"PAR1")) else "null"


def _formulas() -> dict[str, Case]:
    """Return contexts and suites of formulas that cannot be read."""
    formula = "$TargetDedicatedNodes = 1;"
    week = "$TargetLowPriorityNodes = $CPUPercent.GetSamplePercent(-TimeInterval_Week);"
    contexts = {
        "many digits in a context": (formula, f'{{"now": "2026-01-01T00:00:00Z", "taskSlotsPerNode": {"9" * 5000}}}'),
        "a count of no float": (formula, f'{{"now": "2026-01-01T00:00:00Z", "taskSlotsPerNode": 1{"0" * 400}}}'),
        "a deep context": (formula, "[" * 100_000 + "]" * 100_000),
        "a window after all time": (week, '{"now": "9999-12-31T23:59:59Z"}'),
    }
    evaluation = "formula eval f.txt --context c.json --explain"
    found: dict[str, Case] = {name: (evaluation, {"f.txt": f, "c.json": c}) for name, (f, c) in contexts.items()}
    found["a formula of nothing but a comment"] = ("formula lint f.txt", {"f.txt": "// nothing\n"})
    found["a formula that acts on the terminal"] = ("formula check f.txt", {"f.txt": "$a = \x1b]0;T\x07 1 +;\n"})
    return found
