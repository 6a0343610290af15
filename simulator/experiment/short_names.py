"""Dotted paths of a scenario as column titles."""

from collections.abc import Sequence


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """Return the shortest endings of dotted paths that still distinguish them."""
    names = {}
    for path in paths:
        parts = path.split(".")
        for count in range(1, len(parts) + 1):
            names[path] = ending = ".".join(parts[-count:])
            if sum(f".{other}".endswith(f".{ending}") for other in paths) == 1:
                break
    return names
