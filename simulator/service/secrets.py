"""What is nobody's business: secrets are taken out of a request before anything of it is kept, shown or written."""

from __future__ import annotations

import re
from typing import Any, Final

SECRET: Final = frozenset({"password", "sshprivatekey", "accountkey", "saskey", "accesskey", "protectedsettings"})
"""Keys whose values are secrets, in lower case."""
SIGNED: Final = re.compile(r"([?&]sig=)[^&\"'\\\s]+", re.IGNORECASE)
"""The signature of an address that lets anybody in."""


def without_secrets(data: Any) -> Any:
    """Return the data of a body with nothing in what is a secret by its key, and without signatures of addresses.

    It takes data and no text, because JSON has many ways to write one character.
    """
    if isinstance(data, dict):
        return {
            _unsigned(key): _emptied(value) if key.lower() in SECRET else without_secrets(value)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [without_secrets(one) for one in data]
    return _unsigned(data) if isinstance(data, str) else data


def _unsigned(text: str) -> str:
    return SIGNED.sub(r"\1", text)


def _emptied(value: Any) -> Any:
    """Return the empty value of the same type, which is read as the secret would be."""
    return type(value)()
