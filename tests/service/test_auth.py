"""Shared keys: what is signed, and what is refused."""

import base64
import hashlib
import hmac

import pytest

from simulator.errors import InputError
from simulator.service.auth import DEFAULT_KEY, Account, to_sign
from simulator.service.replies import RefusedError
from simulator.service_codes import ServiceCode

HEADERS = {"content-length": "12", "content-type": "application/json", "ocp-date": "now", "if-match": '"0x1"'}
QUERY = [("timeout", "30"), ("api-version", "2024-02-01.19.0")]


def test_the_text_that_is_signed() -> None:
    """Verb, eleven headers by value, those of the service by name, the resource, the query: a line each."""
    text = to_sign("post", "/simaccount/pools", QUERY, HEADERS)
    assert text.split("\n") == [
        *("POST", "", "", "12", "", "application/json", "", "", '"0x1"', "", "", ""),
        *("ocp-date:now", "/simaccount/pools", "api-version:2024-02-01.19.0", "timeout:30"),
    ]


def header(text: str, key: str = DEFAULT_KEY, name: str = "simaccount") -> dict[str, str]:
    mac = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
    return {"authorization": f"SharedKey {name}:{base64.b64encode(mac).decode()}"}


def test_a_request_with_the_key_of_the_account_is_let_in() -> None:
    text = to_sign("POST", "/simaccount/pools", QUERY, HEADERS)
    Account().verify("POST", ["/pools"], QUERY, {**HEADERS, **header(text)})
    bare = {"ocp-date": "now"}
    for method, length in (("GET", ""), ("GET", "0"), ("POST", "0"), ("DELETE", "")):
        text = to_sign(method, "/simaccount/pools/p", [], {**bare, "content-length": length})
        Account().verify(method, ["/pools/p"], [], {**bare, **header(text)})


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "not a SharedKey"),
        ({"authorization": "Bearer x"}, "not a SharedKey"),
        (header("something else"), "signature"),
        (header("x", name="other"), "The account is 'simaccount'"),
        ({"authorization": "SharedKey simaccount:\u00fc"}, "signature"),
    ],
)
def test_any_other_is_refused_with_the_detail_of_the_service(headers: dict[str, str], detail: str) -> None:
    with pytest.raises(RefusedError) as caught:
        Account().verify("GET", ["/pools"], [], headers)
    assert caught.value.code is ServiceCode.AUTHENTICATION_FAILED
    ((name, value),) = caught.value.values
    assert name == "AuthenticationErrorDetail"
    assert detail in value


@pytest.mark.parametrize("key", ["", "no base64!", "YQ"])
def test_a_key_is_a_text_in_base64(key: str) -> None:
    with pytest.raises(InputError, match="key of an account"):
        Account(key=key)


def test_the_default_key_states_that_it_is_none() -> None:
    assert base64.b64decode(DEFAULT_KEY) == b"not-a-secret-local-simulator-key"
