"""The application between a web server and a session: who is let in, what is read, how time goes on."""

import asyncio
from typing import Any

import pytest

from simulator.service.app import LARGEST_BODY, App
from tests.service.client import application, call, job_of, pool_of, task_of

LOOKS = 10_000


def test_a_signed_request_is_answered_in_the_form_of_the_service() -> None:
    app = application()
    made = call(app, "POST", "/pools?api-version=2024-02-01.19.0", pool_of())
    assert (made.status_code, made.content) == (201, b"")
    assert made.headers["etag"].startswith("0x")
    found = call(app, "GET", "/pools/p?api-version=2024-02-01.19.0")
    assert found.headers["content-type"] == "application/json; odata=minimalmetadata"
    assert found.json()["url"] == "http://127.0.0.1:8901/pools/p"
    head = call(app, "HEAD", "/pools/p")
    assert (head.status_code, head.content) == (200, b"")
    gone = call(app, "HEAD", "/pools/q")
    assert (gone.status_code, gone.content) == (404, b"")


def test_others_are_refused() -> None:
    app = application()
    for key in (None, "bm8="):
        refused = call(app, "GET", "/pools", key=key)
        assert refused.status_code == 403
        assert refused.json()["code"] == "AuthenticationFailed"
        assert refused.json()["values"][0]["key"] == "AuthenticationErrorDetail"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"host": "127.0.0.1.evil.example"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "http://localhost:8901"},
        {"origin": "https://127.0.0.1:8901"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("target", ["/pools", "/_sim/clock"])
def test_other_pages_reach_nothing(headers: dict[str, str], target: str) -> None:
    assert call(application(), "GET", target, **headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://127.0.0.1:8901", "sec-fetch-site": "same-origin"},
        {"origin": "http://localhost:8901", "host": "LOCALHOST:8901"},
        {"sec-fetch-site": "none"},
    ],
)
def test_its_own_pages_are_answered(headers: dict[str, str]) -> None:
    assert call(application(), "GET", "/_sim/clock", key=None, **headers).status_code == 200


def test_names_that_are_allowed_are_answered() -> None:
    assert call(application(), "GET", "/_sim/clock", key=None, host="localhost:1").status_code == 200
    public = application(hosts=("batch.local",), is_public=True)
    assert call(public, "GET", "/pools", host="batch.local").status_code == 200
    assert call(public, "GET", "/_sim/clock", key=None).status_code == 403
    assert call(public, "GET", "/_sim/clock").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "InvalidRequestBody"),
        (b"[1]", 400, "InvalidRequestBody"),
        (b'{"id": NaN}', 400, "InvalidRequestBody"),
        (b"\xff\xfe", 400, "InvalidRequestBody"),
        (b"[" * 100_000, 400, "InvalidRequestBody"),
        (b" " * (LARGEST_BODY + 1), 413, "RequestBodyTooLarge"),
        (b'{"id": "p"}', 400, "MissingRequiredProperty"),
        (b'{"id": "p", "vmSize": "standard_d2s_v3", "targetDedicatedNodes": -1}', 400, "InvalidPropertyValue"),
        (b'{"id": "p", "vmSize": "standard_d2s_v3", "targetDedicatedNodes": 1e300}', 400, "InvalidPropertyValue"),
        (b'{"id": {"a": 1}, "vmSize": []}', 400, None),
        (b'{"operation": "x", "at": "1h", "pool": {}}', 400, None),
        (b"{}", 400, None),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(body: bytes, status: int, code: str | None) -> None:
    refused = call(application(), "POST", "/pools", body)
    assert refused.status_code == status
    assert code is None or refused.json()["code"] == code


def test_time_by_hand() -> None:
    app = application("manual")
    assert call(app, "POST", "/_sim/advance?seconds=3600", key=None).json()["seconds"] == 3600
    for text in ("", "-1", "x", "1e9", "nan", "0", "31622400.5"):
        refused = call(app, "POST", f"/_sim/advance?seconds={text}", key=None)
        expected = f"Expected seconds above 0, at most 31622400, found '{text}'."
        assert (refused.status_code, refused.json()["message"]["value"]) == (400, expected)
    assert call(app, "POST", "/_sim/advance?seconds=0.5", key=None).json()["seconds"] == 3600.5
    call(app, "POST", "/pools", pool_of())
    call(app, "POST", "/jobs", job_of())
    call(app, "POST", "/jobs/j/tasks", task_of("t"))
    state = call(app, "POST", "/_sim/run-until-idle", key=None).json()
    assert (state["completedTasks"], state["clock"], state["durations"]) == (1, "manual", {"command line": 1})
    answer = call(app, "GET", "/_sim/answer", key=None).json()
    assert answer["tasks"]["succeeded"] == 1
    assert call(app, "GET", "/_sim/nothing", key=None).status_code == 400


def test_a_forecast_has_other_draws_of_the_same_requests() -> None:
    app = application("manual")
    call(app, "POST", "/pools", pool_of())
    call(app, "POST", "/jobs", job_of())
    call(app, "POST", "/jobs/j/tasks", task_of("t"))
    found = call(app, "GET", "/_sim/forecast?replications=5", key=None).json()
    assert (found["replications"], found["completed"]) == (5, 5)
    assert 0 < found["seconds"]["low"] < found["seconds"]["median"] < found["seconds"]["high"]
    assert 0 < found["cost"]["low"] <= found["cost"]["high"]
    assert call(app, "GET", "/_sim/clock", key=None).json()["seconds"] == 0, "the session itself stands still"
    for text in ("1", "0", "x", "1000", ""):
        assert call(app, "GET", f"/_sim/forecast?replications={text}", key=None).status_code == 400


def test_a_second_future_has_an_address_of_its_own() -> None:
    """What is asked of it leaves the first alone; with another replication it is what other draws have made of it."""
    begun: list[App] = []

    async def fork(app: App, replication: int) -> str:
        begun.append(app.beside(app.session.fork(replication)))
        return f"http://127.0.0.1:{9000 + len(begun)}"

    app = application("manual", fork=fork)
    call(app, "POST", "/pools", pool_of())
    call(app, "POST", "/_sim/advance?seconds=120", key=None)
    found = [call(app, "POST", f"/_sim/fork{query}", key=None).json() for query in ("", "?replication=1")]
    assert [(one["url"][-4:], one["replication"]) for one in found] == [("9001", 0), ("9002", 1)]
    assert call(begun[0], "GET", "/pools/p/nodes").json() == call(app, "GET", "/pools/p/nodes").json()
    assert call(begun[0], "DELETE", "/pools/p").status_code == 202
    for other in (app, *begun):
        call(other, "POST", "/_sim/run-until-idle", key=None)
    assert [call(one, "GET", "/pools/p").status_code for one in (app, *begun)] == [200, 404, 200]
    since = [call(one, "GET", "/pools/p/nodes").json()["value"][0]["stateTransitionTime"] for one in (app, begun[1])]
    assert since[0] != since[1], "nodes boot as the other draws have it"
    for text in ("-1", "x", "10000", "1.5"):
        assert call(app, "POST", f"/_sim/fork?replication={text}", key=None).status_code == 400
    assert call(application(), "POST", "/_sim/fork", key=None).status_code == 409, "nobody opens ports here"


def test_a_step_for_each_look() -> None:
    app = application("step:30s")
    for _ in range(3):
        call(app, "GET", "/pools")
    assert call(app, "GET", "/_sim/clock").json()["seconds"] == 90


def test_time_goes_on_while_clients_are_quiet() -> None:
    """The clock runs beside the requests, from the start of the server to its end."""
    app = application("idle:1ms")

    async def lived() -> list[str]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        sent: list[str] = []

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await queue.put({"type": "lifespan.startup"})
        living = asyncio.create_task(app({"type": "lifespan"}, queue.get, send))
        for _ in range(LOOKS):
            if app.session.simulation.is_over and not app.session.run_on(1):
                break
            await asyncio.sleep(0.01)
        await queue.put({"type": "lifespan.shutdown"})
        await living
        return sent

    call(app, "POST", "/pools", pool_of())
    assert asyncio.run(lived()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert call(app, "GET", "/pools/p").json()["allocationState"] == "steady"


def test_a_defect_leaves_the_others_served(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    app = application()

    def broken(_self: App, _asked: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(App, "_answer", broken)
        assert call(app, "GET", "/pools").status_code == 500
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert call(app, "GET", "/pools").status_code == 200
