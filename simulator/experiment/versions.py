"""Which versions made a result: equal ones are needed wherever trials of one experiment run."""

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Final

DECIDING: Final = ("poolsight", "simpy", "numpy", "pandas", "pyarrow")
"""Packages whose version may change a result, or how it is sent and stored."""


def versions(names: Iterable[str] = DECIDING) -> dict[str, str]:
    """Return Python's version and those of packages; `absent` where one is not installed."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found
