"""Query options of lists: `$filter`, `$select`, and pages of `maxresults`.

    filter     = or
    or         = and { "or" and }
    and        = not { "and" not }
    not        = "not" not | "(" filter ")" | comparison | startswith "(" path "," literal ")"
    comparison = path ( "eq" | "ne" | "lt" | "le" | "gt" | "ge" ) literal

A property that a thing lacks equals null alone.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from simulator.scenario.format.timestamps import parse_time
from simulator.service.replies import Asked, RefusedError
from simulator.service_codes import ServiceCode

MOST: Final = 1000
"""Things on a page, and where a client asks for none."""
LONGEST_FILTER: Final = 10_000
DEEPEST: Final = 100
"""Parentheses and negations inside each other."""
TOKEN: Final = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<time>datetime'[^']*')|(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w/.]*))",
    re.IGNORECASE | re.ASCII,
)
COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
CONSTANTS: Final = {"true": True, "false": False, "null": None}
Body = Mapping[str, Any]
Test = Callable[[Body], bool]
Found = Callable[[int], Iterable[tuple[int, Body]]]
"""Returns the bodies of a list from a place on, each with the place after it."""
Thing = TypeVar("Thing")


def parse_filter(text: str) -> Test:
    """Return the test that a `$filter` states; raise RefusedError where it cannot be read."""
    if len(text) > LONGEST_FILTER:
        raise _wrong(f"a $filter of {len(text)} characters; at most {LONGEST_FILTER} are read")
    parser = _Parser(text)
    found = parser.disjunction(0)
    parser.expect_end()
    return found


class _Parser:
    """Reads one filter from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    def disjunction(self, depth: int) -> Test:
        tests = [self._conjunction(depth)]
        while self._take_word("or"):
            tests.append(self._conjunction(depth))
        return tests[0] if len(tests) == 1 else lambda body: any(test(body) for test in tests)

    def expect_end(self) -> None:
        if self._at < len(self._tokens):
            raise _wrong(f"unexpected '{self._tokens[self._at][1]}' in $filter")

    def _conjunction(self, depth: int) -> Test:
        tests = [self._single(depth)]
        while self._take_word("and"):
            tests.append(self._single(depth))
        return tests[0] if len(tests) == 1 else lambda body: all(test(body) for test in tests)

    def _single(self, depth: int) -> Test:
        if depth > DEEPEST:
            raise _wrong(f"a $filter with more than {DEEPEST} parentheses inside each other")
        if self._take_word("not"):
            inner = self._single(depth + 1)
            return lambda body: not inner(body)
        kind, text = self._next("a comparison")
        if kind == "open":
            inner = self.disjunction(depth + 1)
            self._expect("close")
            return inner
        if kind != "word":
            raise _wrong(f"expected the name of a property in $filter, found '{text}'")
        if text.lower() == "startswith":
            return self._beginning()
        return self._comparison(text)

    def _beginning(self) -> Test:
        self._expect("open")
        path = self._expect("word")
        self._expect("comma")
        start = _literal("text", self._expect("text"))
        self._expect("close")
        return lambda body: str(_at(body, path) or "").lower().startswith(str(start).lower())

    def _comparison(self, path: str) -> Test:
        _, name = self._next("eq, ne, lt, le, gt or ge")
        compare = COMPARISONS.get(name.lower())
        if compare is None:
            raise _wrong(f"expected eq, ne, lt, le, gt or ge behind '{path}' in $filter, found '{name}'")
        wanted = _literal(*self._next("a value"))
        return lambda body: _compared(compare, _at(body, path), wanted)

    def _take_word(self, word: str) -> bool:
        is_there = self._tokens[self._at : self._at + 1] in ([("word", word)], [("word", word.upper())])
        self._at += is_there
        return is_there

    def _next(self, expected: str) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise _wrong(f"the $filter ends where {expected} is expected")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, kind: str) -> str:
        found, text = self._next(EXPECTED[kind])
        if found != kind:
            raise _wrong(f"expected {EXPECTED[kind]} in $filter, found '{text}'")
        return text


EXPECTED: Final = {"open": "'('", "close": "')'", "comma": "','", "word": "a property", "text": "a text in quotes"}


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place, end = 0, len(text.rstrip())
    while place < end:
        found = TOKEN.match(text, place)
        if found is None:
            raise _wrong(f"cannot read '{text[place : place + 20].strip()}' in $filter")
        place = found.end()
        kind = str(found.lastgroup)
        yield kind, found[kind]


def _literal(kind: str, text: str) -> Any:
    """Return the value of a literal."""
    if kind == "text":
        return text[1:-1].replace("''", "'")
    if kind == "number":
        return float(text)
    if kind == "time":
        try:
            return parse_time(text[9:-1])
        except ValueError as error:
            raise _wrong(f"{text} in $filter: {error}") from None
    if kind == "word" and text.lower() in CONSTANTS:
        return CONSTANTS[text.lower()]
    raise _wrong(f"expected a value in $filter, found '{text}'")


def _at(body: Mapping[str, Any], path: str) -> Any:
    """Return what a body has at a path, whatever the case of its keys; None where it has nothing there."""
    value: Any = body
    for part in path.split("/"):
        if not isinstance(value, Mapping):
            return None
        value = next((inner for key, inner in value.items() if key.lower() == part.lower()), None)
    return value


def _compared(compare: Callable[[Any, Any], bool], value: Any, wanted: Any) -> bool:
    if wanted is None or value is None:
        return compare is operator.ne if (value is None) != (wanted is None) else compare is operator.eq
    if isinstance(wanted, str):
        return compare(str(value).lower(), wanted.lower())
    if isinstance(wanted, bool) or isinstance(value, bool):
        return isinstance(wanted, bool) and isinstance(value, bool) and compare(value, wanted)
    if isinstance(wanted, float):
        return isinstance(value, int | float) and compare(float(value), wanted)
    try:
        return compare(parse_time(value), wanted)
    except ValueError:
        return False


def selected(body: Mapping[str, Any], select: str | None) -> Mapping[str, Any]:
    """Return those keys of a body that `$select` names."""
    if not select:
        return body
    names = {name.strip().partition("/")[0].lower() for name in select.split(",")}
    return {key: value for key, value in body.items() if key.lower() in names}


def counted(things: Iterable[Thing], shown: Callable[[Thing], Body]) -> Found:
    """Return the list of things whose places are their numbers; `shown` makes the body of one."""
    return lambda begin: ((place, shown(thing)) for place, thing in islice(enumerate(things, 1), begin, None))


def page(asked: Asked, kind: str, found: Found) -> dict[str, Any]:
    """Return a page of a list: what passes the filter, from where the page before ended."""
    query = {key.lower(): value for key, value in asked.query.items()}
    most = min(_whole(query, "maxresults", MOST), MOST)
    if most < 1:
        raise _wrong(f"expected a maxresults from 1 to {MOST}")
    test = parse_filter(query["$filter"]) if query.get("$filter") else None
    rows = (row for row in found(_whole(query, "$skiptoken", 0)) if test is None or test(row[1]))
    shown = list(islice(rows, most + 1))
    body: dict[str, Any] = {
        "odata.metadata": f"{asked.base}/$metadata#{kind}",
        "value": [selected(one, query.get("$select")) for _, one in shown[:most]],
    }
    if len(shown) > most:
        kept = {key: value for key, value in asked.query.items() if key.lower() != "$skiptoken"}
        body["odata.nextLink"] = f"{asked.base}{asked.path}?{urlencode({**kept, '$skiptoken': shown[most - 1][0]})}"
    return body


def _whole(query: Mapping[str, str], key: str, otherwise: int) -> int:
    """Return a whole number of a query."""
    text = query.get(key)
    if text is None:
        return otherwise
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise _wrong(f"expected a whole number as {key}, found '{text[:40]}'")
    return int(text)


def _wrong(message: str) -> RefusedError:
    return RefusedError(ServiceCode.INVALID_QUERY, f"{message}.")
