"""Shared keys: whether a request was signed with the account's key (https://learn.microsoft.com/rest/api/batchservice)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Final

from simulator.errors import InputError
from simulator.service.replies import READING, RefusedError
from simulator.service_codes import ServiceCode

DEFAULT_ACCOUNT: Final = "simaccount"
DEFAULT_KEY: Final = base64.b64encode(b"not-a-secret-local-simulator-key").decode("ascii")
"""Known to everybody: for a server that only its own machine reaches."""
SIGNED: Final = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)
"""Headers that are signed by their values alone, in this order."""
SCHEME: Final = "SharedKey"
FAILED: Final = (
    "Server failed to authenticate the request. "
    "Make sure the value of Authorization header is formed correctly including the signature."
)


class Account:
    """The name and the key that requests are signed with."""

    def __init__(self, name: str = DEFAULT_ACCOUNT, key: str = DEFAULT_KEY) -> None:
        self.name = name
        self.key = key
        try:
            self._secret = base64.b64decode(key, validate=True)
        except (binascii.Error, ValueError):
            raise InputError("the key of an account is a text in base64, as the portal shows it") from None
        if not self._secret:
            raise InputError("the key of an account is empty")

    def verify(
        self, method: str, paths: Iterable[str], query: Sequence[tuple[str, str]], headers: Mapping[str, str]
    ) -> None:
        """Raise RefusedError unless a request is signed with the key.

        `paths` are the ways to write its path, quoted or not; `headers` are by names in lower case.
        """
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        name, _, signature = credentials.partition(":")
        if scheme != SCHEME or not signature:
            raise _failed("Authorization header is not a SharedKey of this account")
        if name.lower() != self.name.lower():
            raise _failed(f"The account is '{self.name}'")
        for path, length in product(paths, _lengths(method, headers)):
            text = to_sign(method, f"/{name}{path}", query, {**headers, "content-length": length})
            expected = base64.b64encode(hmac.new(self._secret, text.encode(), hashlib.sha256).digest())
            if hmac.compare_digest(expected, signature.encode("utf-8", "replace")):
                return
        raise _failed("The MAC signature found in the HTTP request is not the same as any computed signature")


def to_sign(method: str, resource: str, query: Iterable[tuple[str, str]], headers: Mapping[str, str]) -> str:
    """Return the text that the signature of a request stands for."""
    own = sorted((name, value) for name, value in headers.items() if name.startswith("ocp-"))
    values: dict[str, list[str]] = {}
    for key, value in query:
        values.setdefault(key.lower(), []).append(value)
    lines = [
        method.upper(),
        *(headers.get(name, "") for name in SIGNED),
        *(f"{name}:{value}" for name, value in own),
        resource,
        *(f"{key}:{','.join(found)}" for key, found in sorted(values.items())),
    ]
    return "\n".join(lines)


def _lengths(method: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the lengths that a client may have signed: clients differ where there is no body."""
    length = headers.get("content-length", "")
    if length not in ("", "0"):
        return (length,)
    return ("", "0") if method.upper() in READING else ("0", "")


def _failed(detail: str) -> RefusedError:
    return RefusedError(ServiceCode.AUTHENTICATION_FAILED, FAILED, [("AuthenticationErrorDetail", detail)])
