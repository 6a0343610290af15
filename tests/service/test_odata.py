"""Filters, chosen keys and pages of lists."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from simulator.service.odata import page, parse_filter
from simulator.service.replies import Asked, RefusedError

BODY = {
    "id": "T1",
    "state": "completed",
    "priority": 5,
    "creationTime": "2026-01-05T08:00:00.000Z",
    "isDedicated": True,
    "executionInfo": {"exitCode": 3, "result": "failure"},
}


@pytest.mark.parametrize(
    "text",
    [
        "state eq 'completed'",
        "STATE eq 'Completed'",
        "state ne 'active' and priority gt 4.5",
        "state eq 'active' or id eq 't1'",
        "not (state eq 'active')",
        "(state eq 'active' or priority le 5) and executionInfo/exitCode eq 3",
        "startswith(id, 't')",
        "creationTime ge datetime'2026-01-05T08:00:00Z'",
        "creationTime lt DateTime'2026-01-06'",
        "executionInfo/result eq 'failure' and isDedicated eq true",
        "poolInfo/poolId eq null",
        "state ne null",
        "poolInfo ne 'x'",
    ],
)
def test_a_filter_finds_what_it_states(text: str) -> None:
    assert parse_filter(text)(BODY)
    assert not parse_filter(f"not ({text})")(BODY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("state", "ends where eq, ne, lt, le, gt or ge is expected"),
        ("state eq", "ends where a value is expected"),
        ("state like 'x'", "expected eq, ne, lt, le, gt or ge behind 'state' in $filter, found 'like'"),
        ("state eq 'a' 'b'", "unexpected ''b''"),
        ("(state eq 'a'", "ends where ')' is expected"),
        ("state eq active", "expected a value in $filter, found 'active'"),
        ("state = 'a'", "cannot read '= 'a'"),
        ("'a' eq state", "expected the name of a property"),
        ("creationTime eq datetime'yesterday'", "expected an ISO-8601 time"),
        ("not " * 200 + "a eq 1", "more than 100"),
        ("a eq 1 or " * 2000 + "a eq 1", "characters; at most"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_filter(text)
    assert message in caught.value.message


def walk(count: int, **query: str) -> list[list[dict[str, Any]]]:
    """Follow the links of a list of `count` things to its end."""
    pages, asked = [], {key.replace("__", "$"): value for key, value in query.items()}

    def found(begin: int) -> Any:
        return ((place + 1, {"id": str(place), "even": place % 2 == 0}) for place in range(begin, count))

    while True:
        body = page(Asked("GET", "/things", {}, asked, {}, {}, "http://x"), "things", found)
        pages.append(body["value"])
        link = body.get("odata.nextLink")
        if link is None:
            return pages
        assert link.startswith("http://x/things?")
        asked = dict(parse_qsl(urlsplit(link).query))


def test_pages_hold_everything_once() -> None:
    assert [len(one) for one in walk(7, maxresults="3")] == [3, 3, 1]
    assert [one["id"] for part in walk(7, maxresults="3") for one in part] == [str(n) for n in range(7)]
    assert [len(one) for one in walk(6, maxresults="3")] == [3, 3]
    assert [one["id"] for part in walk(9, maxresults="2", __filter="even eq true") for one in part] == list("02468")
    assert walk(2, __select="ID") == [[{"id": "0"}, {"id": "1"}]]
    assert len(walk(2500)) == 3


@pytest.mark.parametrize("query", [{"maxresults": "0"}, {"maxresults": "x"}, {"__skiptoken": "-1"}])
def test_odd_numbers_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        walk(1, **query)
