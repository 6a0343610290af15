"""Requests that are answered with codes to which no scenario leads: those that only a client can meet."""

import base64
from collections.abc import Callable, Mapping
from typing import Final

import pytest

from simulator.service.app import LARGEST_BODY, App
from simulator.service_codes import ServiceCode
from tests.service.client import application, call, job_of, pool_of, task_of

C = ServiceCode
Status = tuple[int, str]
WITH_CERTIFICATES: Final = "api-version=2024-02-01.19.0"


def _answered(method: str, path: str, **headers: str) -> Status:
    """Return the answer to a request that meets a pool, a job and a task."""
    app = application()
    call(app, "POST", "/pools", pool_of())
    call(app, "POST", "/jobs", job_of())
    call(app, "POST", "/jobs/j/tasks", task_of("t"))
    reply = call(app, method, path, pool_of() if method == "POST" else None, **headers)
    return reply.status_code, reply.json()["code"]


def _certified(method: str, path: str) -> Status:
    """Return the answer to a request in an account with a certificate."""
    app = application()
    body = {"thumbprintAlgorithm": "sha1", "thumbprint": "AA", "data": "x", "password": "secret"}
    call(app, "POST", f"/certificates?{WITH_CERTIFICATES}", body)
    reply = call(app, method, f"{path}?{WITH_CERTIFICATES}", body if path == "/certificates" else None)
    return reply.status_code, reply.json()["code"]


def _unsigned() -> Status:
    reply = call(application(), "GET", "/pools", key=base64.b64encode(b"another").decode())
    return reply.status_code, reply.json()["code"]


def _too_large() -> Status:
    reply = call(application(), "POST", "/pools", b" " * (LARGEST_BODY + 1))
    return reply.status_code, reply.json()["code"]


def _broken() -> Status:
    def fail(_self: App, _asked: object) -> None:
        raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(App, "_answer", fail)
        reply = call(application(), "GET", "/pools")
    return reply.status_code, reply.json()["code"]


REFUSALS: Final[Mapping[ServiceCode, Callable[[], Status]]] = {
    C.APPLICATION_NOT_FOUND: lambda: _answered("GET", "/applications/a"),
    C.AUTHENTICATION_FAILED: _unsigned,
    C.BODY_TOO_LARGE: _too_large,
    C.CERTIFICATE_ACTIVE: lambda: _certified(
        "POST", "/certificates(thumbprintAlgorithm=sha1,thumbprint=aa)/canceldelete"
    ),
    C.CERTIFICATE_EXISTS: lambda: _certified("POST", "/certificates"),
    C.CERTIFICATE_NOT_FOUND: lambda: _answered(
        "GET", f"/certificates(thumbprintAlgorithm=sha1,thumbprint=aa)?{WITH_CERTIFICATES}"
    ),
    C.CONDITION_NOT_MET: lambda: _answered("DELETE", "/pools/p", **{"if-match": '"0x0"'}),
    C.FILE_NOT_FOUND: lambda: _answered("GET", "/jobs/j/tasks/t/files/core.dump"),
    C.INTERNAL_ERROR: _broken,
    C.INVALID_QUERY: lambda: _answered("GET", "/pools?$filter=id%20is%20p"),
    C.NOT_IMPLEMENTED: lambda: _answered("GET", "/pools/p/nodes/n/rdp"),
    C.POOL_EXISTS: lambda: _answered("POST", "/pools"),
    C.UNSUPPORTED_VERB: lambda: _answered("PUT", "/pools"),
}
