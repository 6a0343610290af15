"""Requests that nobody should send: each is answered in the words of the service, and none is a defect."""

import asyncio
import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.simulation import Simulation
from simulator.service import control
from simulator.service.app import App
from simulator.service.auth import Account
from simulator.service.clock import Clock
from simulator.service.operations import OPERATIONS, Operation
from simulator.service.secrets import without_secrets
from simulator.service.session import Session, empty_account
from tests.service.client import BASE, MACHINE, Client, application, call, job_of, pool_of, task_of

HANDLED = [one for one in OPERATIONS if one.handler is not None]
FORMULA = {"autoScaleFormula": "$TargetDedicatedNodes = 1;", "autoScaleEvaluationInterval": "PT5M"}
PREPARING: dict[str, Any] = {
    "jobPreparationTask": {"commandLine": "x"},
    "constraints": {"maxWallClockTime": "PT1H", "maxTaskRetryCount": 2},
}
BODIES: list[dict[str, Any]] = [
    pool_of("q", startTask={"commandLine": "x"}, metadata=[{"name": "a", "value": "b"}]),
    pool_of("s", enableAutoScale=True, targetDedicatedNodes=None, **FORMULA),
    job_of("k", **PREPARING),
    task_of("u", environmentSettings=[{"name": "SIM_DURATION", "value": "5"}], dependsOn={"taskIds": ["t"]}),
    {"value": [task_of("u"), task_of("v", requiredSlots=2)]},
    {
        "targetDedicatedNodes": 3,
        "targetLowPriorityNodes": 1,
        "resizeTimeout": "PT15M",
        "nodeDeallocationOption": "requeue",
    },
    FORMULA,
    {"nodeList": ["tvm-1"], "resizeTimeout": "PT15M"},
    {"disableTasks": "requeue", "terminateReason": "x", "priority": 3, "poolInfo": {"poolId": "p"}},
    {"thumbprint": "a", "thumbprintAlgorithm": "sha1", "data": "x"},
    {"simulation": {"duration": "5s"}, "id": "own", "commandLine": "x"},
]
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 0, 10**400, -(10**30), 1e308, -0.0, "", " ", "\x00", "\ud800", "a" * 5000, "P", "PT", "-PT1S",
     "P99999999D", "nan", "∞", "../../etc/passwd", "${jndi:x}", [], {}, [[]], {"a": {}}, [None], ["x"] * 50, {"": ""}]
)  # fmt: skip
NAMES = st.sampled_from(["p", "P", "j", "t", "none", "", "a b", "é", "x" * 300, "..", "p'", "%00", "t:1", "stdout.txt"])
OPTIONS = ["api-version", "maxresults", "$filter", "$select", "$expand", "$skiptoken", "timeout", "starttime", "x"]
FILTERS = ["id eq 'p'", "id eq", "((((", "state ne null", "a/b/c lt 5", "startswith(id,'t')", "not not id eq 1", "'"]
VALUES = [
    *FILTERS,
    "",
    "0",
    "1",
    "-1",
    "9" * 30,
    "1e5",
    "id,state",
    "2017-01-01.4.0",
    "9",
    "2026-01-05T00:00:00Z",
    "\x00",
]
QUERY = st.dictionaries(st.sampled_from(OPTIONS), st.sampled_from(VALUES), max_size=3)


def mutations(body: Any) -> st.SearchStrategy[Any]:
    """Return bodies in which one place is something else, or is missing."""
    if isinstance(body, dict) and body:
        inner = st.sampled_from(sorted(body)).flatmap(
            lambda key: (
                mutations(body[key]).map(lambda new: {**body, key: new})
                | st.just({name: value for name, value in body.items() if name != key})
            )
        )
        return inner | ODD
    if isinstance(body, list) and body:
        return mutations(body[0]).map(lambda new: [new, *body[1:]]) | ODD
    return ODD


def filled(operation: Operation) -> st.SearchStrategy[str]:
    """Return paths of an operation with names that are there, or not."""
    parts = operation.path.replace("}", "{").split("{")
    fixed, count = parts[::2], len(parts) // 2
    return st.lists(NAMES, min_size=count, max_size=count).map(
        lambda names: "".join(a + b for a, b in zip(fixed, [*names, ""], strict=True))
    )


REQUESTS = st.sampled_from(HANDLED).flatmap(
    lambda one: st.tuples(st.just(one.method), filled(one), st.sampled_from(BODIES).flatmap(mutations), QUERY)
)


@settings(max_examples=20)
@given(st.lists(REQUESTS, min_size=1, max_size=6))
def test_whatever_is_asked_is_answered(requests: list[tuple[str, str, Any, dict[str, str]]]) -> None:
    client = Client()
    client.post("/pools", pool_of())
    client.post("/jobs", job_of())
    client.post("/jobs/j/tasks", task_of("t"))
    client.session.advance(300)
    for method, path, body, query in requests:
        sent = body if isinstance(body, dict) else {}
        reply = client.ask(method, path, sent, None, **query)
        assert reply.status < 500, (method, path, sent, query, reply.body)
        assert (reply.status < 400) or (reply.body or {}).get("code"), quote(path)
    client.session.advance(60)
    assert client.ask("GET", "/pools").status == 200


def test_a_body_decides_neither_when_it_comes_nor_what_it_is_about() -> None:
    client = Client()
    client.post("/pools", pool_of())
    client.post("/pools", pool_of("q"))
    client.session.advance(600)
    now = client.session.simulation.now
    for key, value in {"at": "90d", "AT": "90d", "operation": "deletePool", "pool": "q", "Pool": "q"}.items():
        assert client.ask("POST", "/pools/p/resize", {"targetDedicatedNodes": 3, key: value}).status == 400
    assert client.session.simulation.now == now
    assert [pool["targetDedicatedNodes"] for pool in client.get("/pools")["value"]] == [2, 2]


def test_secrets_are_neither_kept_nor_shown(tmp_path: Path) -> None:
    log = tmp_path / "session.yaml"
    app = App(Session(Simulation(empty_account()), log=log), Clock.parse("manual"), Account())
    secret = {"name": "u", "password": 's3cret"quoted', "linuxUserConfiguration": {"sshPrivateKey": "s3cret"}}
    container = {"containerUrl": "https://x.example/y?sv=1&sig=s3cret%3D&se=2", "accountKey": "s3cret"}
    mounts = [{"azureFileShareConfiguration": container}]
    assert call(app, "POST", "/pools", pool_of(userAccounts=[secret], mountConfiguration=mounts)).status_code == 201
    shown = call(app, "GET", "/pools/p").text
    app.session.close()
    assert "s3cret" not in shown + log.read_text()
    assert "https://x.example/y?sv=1&sig=&se=2" in shown


def test_secrets_are_found_however_a_client_writes_them(tmp_path: Path) -> None:
    """Several clients write `&` as an escape; whatever is in protected settings is a secret, as its name says."""
    log = tmp_path / "session.yaml"
    app = App(Session(Simulation(empty_account()), log=log), Clock.parse("manual"), Account())
    extension = {"name": "e", "publisher": "x", "type": "y", "protectedSettings": {"any": ["s3cret"]}}
    file = {"httpUrl": "https://x.example/f?sv=1&sig=s3cret", "filePath": "f"}
    start = {"commandLine": "fetch 'https://x.example/f?sv=1&sig=s3cret' password", "resourceFiles": [file]}
    users = [{"name": "u", "password": "s3cret"}]
    body = pool_of(startTask=start, userAccounts=users)
    body["virtualMachineConfiguration"] = {**MACHINE, "extensions": [extension]}
    written = json.dumps(body).replace("&", "\\u0026").replace('"password"', '"pass\\u0077ord"')
    assert call(app, "POST", "/pools", written.encode()).status_code == 201
    shown = call(app, "GET", "/pools/p")
    app.session.close()
    assert "s3cret" not in shown.text + log.read_text()
    assert shown.json()["startTask"]["commandLine"] == "fetch 'https://x.example/f?sv=1&sig=' password"
    assert shown.json()["virtualMachineConfiguration"]["extensions"] == [{**extension, "protectedSettings": {}}]


@pytest.mark.parametrize("value", [None, "s3cret", {"a": "s3cret"}, ["s3cret"], 5, 1.5, True])
def test_a_secret_of_any_type_leaves_that_type_behind(value: Any) -> None:
    found = without_secrets([{"AccountKey": value, "other": value}])[0]
    assert (found["AccountKey"], type(found["AccountKey"]), found["other"]) == (type(value)(), type(value), value)


def test_nobody_is_shut_out_by_a_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one client asks for forecasts, as many as it likes, others are answered before the first of these is."""
    others_answered, order = threading.Event(), []

    def forecast(_prepared: Any, _replications: int) -> dict[str, Any]:
        return {"waited": others_answered.wait(30)}

    monkeypatch.setattr(control, "forecast", forecast)
    app = application()

    async def asked(name: str, target: str) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
            assert (await client.get(target)).status_code == 200
        order.append(name)
        if order.count("other") == 5:
            others_answered.set()

    async def all_of_them() -> None:
        flood = [asked("flood", "/_sim/forecast") for _ in range(20)]
        await asyncio.gather(*flood, *(asked("other", "/_sim/clock") for _ in range(5)))

    asyncio.run(all_of_them())
    assert order == ["other"] * 5 + ["flood"] * 20
