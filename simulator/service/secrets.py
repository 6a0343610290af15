"""What is nobody's business: secrets are taken out of a request before anything of it is kept, shown or written."""

from __future__ import annotations

import re
from typing import Final

NAMED: Final = re.compile(
    r'("(?:password|sshPrivateKey|accountKey|sasKey|accessKey)"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE
)
"""A key whose value is a secret."""
SIGNED: Final = re.compile(r"([?&]sig=)[^&\"'\\\s]+", re.IGNORECASE)
"""The signature of an address that lets anybody in."""


def without_secrets(text: str) -> str:
    """Return the text of a body without the values of keys that are secrets, and without signatures of addresses."""
    return SIGNED.sub(r"\1", NAMED.sub(r'\1""', text))
