"""Mutations of inputs: of their bytes, of the tree of a document, of the cells of a table."""

import json
import math
import random
from collections.abc import Iterator
from typing import Any, Final

VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2, 1.5, -0.0, 1e-300, 1e300, math.nan, math.inf, -math.inf, 255, 65536, 2**31 - 1,
    2**31, -(2**31) - 1, 2**63 - 1, 2**63, 2**64, 10**30, 10**400, "", " ", "a", "0", "-1", "1e999", "nan", "true",
    "null", "a" * 70, "é" * 40, "\u202e", "a\0b", "\x1b[31mred", "\ud800", "\u2028", "line\nbreak", "%s{0}", "../x",
    "/dev/zero", "/dev/stdin", ".", "p", "j", "0s", "1m", "5m", "100d", "40000d", "PT1H", "P1M", "PT1.5H", "-PT5M",
    "24:00", "2026-01-05T08:00:00Z", "2026-02-30", "2026-01-05", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00", "P10675199DT2H48M5.4775807S", "Standard_D2_v3", "BatchService", "all", "auto",
    "by_mode", [], {}, [[]], [None], [1, 2, 3], {"a": 1}, {"": None}, {"id": "p"}, ["a", "a"], {"constant": 1},
    {"lognormal": {"median": "1m", "p95": "90d"}}, {"exponential": {"mean": "5m"}},
    {"weibull": {"shape": 1e-3, "scale": "1s"}},
)  # fmt: skip
"""What may stand anywhere in a document, meant there or not."""
TOKENS: Final[tuple[bytes, ...]] = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"\n", b"\t", b" ", b"\x1b]0;x\x07", b"&a ", b"*a", b"<<: *a",
    b"!!int ", b"!!bool ", b"!!binary ", b"!!timestamp ", b"!!python/object:os.system ", b"!!set ", b"!!omap ",
    b"%YAML 9.9\n", b"---\n", b"? ", b": ", b"- ", b"[", b"]", b"{", b"}", b'"', b"'", b"|", b">", b"#", b",",
    b"[" * 200, b"{a: " * 200, b"9" * 5000, b"0x" + b"f" * 5000, b"NaN", b"Infinity", b"-Infinity", b"1e999",
    b"1:60:60", b"$", b"?", b"(", b")", b"(" * 500, b"-" * 500, b"=", b";", b"/*", b"*/", b"//", b"\xc2\x85",
    b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\xf0\x9f\x92\xa9", b"rand()", b"/0", b"%", b"$CPUPercent.GetSample(",
    b"TimeInterval_Week", b"99999999999999999999",
)  # fmt: skip
"""What may stand anywhere in a text."""
CELLS: Final = (
    "", " ", "0", "-1", "1", "1.5", "1e300", "-1e300", "nan", "inf", "-inf", "1e19", "99999999999999999999",
    "1767225600", "1767225600000000000", "2026-01-05T08:00:00Z", "2026-02-30", "0001-01-01", "true", "a", '"',
    '"a,b"', ";", "#", "é", "\x1b[1m", "\0", "0x10", "1_000", "\uff11", "5m", "2147483648", "1e12",
)  # fmt: skip
"""What may stand in a cell of a table."""


def of_bytes(draw: random.Random, data: bytes) -> bytes:
    """Return data with some bytes changed, dropped, repeated, moved, or put in between."""
    begin = draw.randrange(len(data) + 1)
    end = min(len(data), begin + int(draw.expovariate(1 / 20)))
    kind = draw.randrange(7)
    if kind == 0:
        return data[:begin] + draw.choice(TOKENS) + data[begin:]
    if kind == 1:
        return data[:begin] + draw.choice(TOKENS) + data[end:]
    if kind == 2:
        return data[:begin] + data[end:]
    if kind == 3:
        return data[:end] + data[begin:]
    if kind == 4:
        return data[:begin]
    if kind == 5:
        other = draw.randrange(len(data) + 1)
        return data[:other] + data[begin:end] + data[other:]
    return data[:begin] + bytes([draw.randrange(256)]) + data[begin + 1 :]


def of_tree(draw: random.Random, tree: Any) -> Any:
    """Return a document with one part replaced, dropped, repeated, renamed or moved; the given one is left as it is."""
    changed = json.loads(json.dumps(tree, default=str))
    places = list(_places(changed))
    if not places:
        return draw.choice(VALUES)
    holder, key = draw.choice(places)
    other, name = draw.choice(places)
    kind = draw.randrange(6)
    if kind <= 2:
        holder[key] = draw.choice(VALUES)
    elif kind == 3:
        del holder[key]
    elif kind == 4:
        holder[key] = json.loads(json.dumps(other[name]))
    elif isinstance(holder, dict):
        holder[draw.choice([str(name), "id", f"{key}s", str(key).upper(), str(draw.choice(VALUES))])] = holder.pop(key)
    else:
        holder.insert(draw.randrange(len(holder) + 1), json.loads(json.dumps(holder[key])))
    return changed


def of_rows(draw: random.Random, data: bytes, separator: str) -> bytes:
    """Return a table as text with one cell or line replaced, dropped or repeated."""
    lines = data.decode("utf-8", "replace").split("\n")
    at = draw.randrange(len(lines))
    cells = lines[at].split(separator)
    cell = draw.randrange(len(cells))
    kind = draw.randrange(6)
    if kind <= 2:
        cells[cell] = draw.choice(CELLS)
    elif kind == 3:
        cells[cell : cell + 1] = draw.choice([[], [cells[cell]] * 2])
    lines[at] = separator.join(cells)
    if kind == 4:
        lines[at : at + 1] = [lines[at]] * draw.randrange(3)
    if kind == 5:
        lines = lines[:at]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a document as its list or mapping, and the index or key in it."""
    todo = [tree]
    while todo:
        found = todo.pop()
        keys = list(found) if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ()
        for key in keys:
            yield found, key
            todo.append(found[key])
