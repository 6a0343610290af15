"""What a client asks and what it gets, free of any web server; refusals in the service's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.errors import InputError, Problem
from simulator.policy.response import Answer
from simulator.service_codes import ServiceCode

STATUS: Final[Mapping[ServiceCode, int]] = {
    ServiceCode.APPLICATION_NOT_FOUND: 404,
    ServiceCode.AUTHENTICATION_FAILED: 403,
    ServiceCode.BODY_TOO_LARGE: 413,
    ServiceCode.CERTIFICATE_NOT_FOUND: 404,
    ServiceCode.CONDITION_NOT_MET: 412,
    ServiceCode.JOB_NOT_FOUND: 404,
    ServiceCode.FILE_NOT_FOUND: 404,
    ServiceCode.INTERNAL_ERROR: 500,
    ServiceCode.INVALID_BODY: 400,
    ServiceCode.INVALID_PROPERTY: 400,
    ServiceCode.INVALID_QUERY: 400,
    ServiceCode.INVALID_URI: 400,
    ServiceCode.DEPENDENCIES_NOT_SPECIFIED: 400,
    ServiceCode.DEPENDENCY_LIST_TOO_LONG: 400,
    ServiceCode.FORMULA_SYNTAX_ERROR: 400,
    ServiceCode.FORMULA_TOO_LONG: 400,
    ServiceCode.MISSING_PROPERTY: 400,
    ServiceCode.NODE_NOT_FOUND: 404,
    ServiceCode.NOT_IMPLEMENTED: 501,
    ServiceCode.NOT_SIMULATED: 501,
    ServiceCode.POOL_NOT_FOUND: 404,
    ServiceCode.SCHEDULE_NOT_FOUND: 404,
    ServiceCode.TASK_NOT_FOUND: 404,
    ServiceCode.UNSUPPORTED_VERB: 405,
}
"""With which status the service sends a code; all others are conflicts with the state of something."""
CONFLICT: Final = 409
LANGUAGE: Final = "en-US"
READING: Final = ("GET", "HEAD")
"""Verbs of requests that change nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as its meaning goes."""

    method: str
    path: str
    names: Mapping[str, str] = field(default_factory=dict)
    """What the path names: the id of a pool, of a job."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in lower case."""
    body: Mapping[str, Any] = field(default_factory=dict)
    base: str = ""
    """Address of the server, for links."""

    @property
    def version(self) -> str:
        """The version of the interface whose shapes are asked for; the newest where none is named."""
        return self.query.get("api-version", NEWEST)


NEWEST: Final = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back."""

    status: int = 200
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    """What a file holds, instead of a body."""


class RefusedError(Exception):
    """The service refuses a request."""

    def __init__(self, code: ServiceCode, message: str, values: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.values = tuple(values)


def error_body(code: ServiceCode, message: str, values: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return the body of a refusal."""
    found: dict[str, Any] = {"code": code.value, "message": {"lang": LANGUAGE, "value": message}}
    if values:
        found["values"] = [{"key": key, "value": value} for key, value in values]
    return found


def refusal(error: RefusedError) -> Reply:
    """Return the reply to a request that is refused."""
    return Reply(STATUS.get(error.code, CONFLICT), error_body(error.code, error.message, error.values))


def expect_success(answer: Answer) -> Answer:
    """Return the answer of an operation that was accepted; raise RefusedError for any other."""
    if answer.is_refusal:
        raise RefusedError(answer.code, f"{answer.message}.")
    return answer


def refused_input(error: InputError) -> RefusedError:
    """Return the refusal of a body in which something is wrong."""
    problems = [problem for problem in error.problems if not problem.is_warning]
    first = problems[0] if problems else Problem(str(error))
    values = [("Reason", problem.message) for problem in problems[:1]]
    if first.path:
        values.insert(0, ("PropertyName", first.path.rpartition(".")[2]))
    values += [("Reason", str(problem)) for problem in problems[1:MOST_REASONS]]
    code = ServiceCode(first.code) if first.code else ServiceCode.INVALID_PROPERTY
    return RefusedError(code, f"{first.message}.", values)


MOST_REASONS: Final = 10
"""Problems of one body that are named."""
