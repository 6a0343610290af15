"""Where a place that the schema names lies in a document, which knows nothing of the tags of a schema's unions."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.scenario.checks.findings import Loc
from simulator.scenario.format.section import fold

_NOTHING: Final = object()


def present(data: Any, loc: Loc) -> Loc:
    """Return those parts of `loc` that lead somewhere in `data`, as they are written there.

    A tag may have the name of a key (`trace` of a workload): then the way that leads to the last part counts, or the
    one on which more parts lead somewhere.
    """
    for position, part in enumerate(loc):
        key, inner = _child(data, part)
        if inner is _NOTHING:
            continue
        taken = (key, *present(inner, loc[position + 1 :]))
        if isinstance(part, int) or len(taken) == len(loc) - position:
            return taken
        passed = present(data, loc[position + 1 :])
        if _ends(passed, loc) != _ends(taken, loc):
            return passed if _ends(passed, loc) else taken
        return taken if len(taken) >= len(passed) else passed
    return ()


def shown(data: Any, loc: Loc, *, is_missing: bool = False) -> Loc:
    """Return the place of a problem: what `loc` has in `data`, and after it the key that is missing there."""
    found = present(data, loc)
    return (*found, loc[-1]) if is_missing and found[-1:] != loc[-1:] else found


def _ends(found: Loc, loc: Loc) -> bool:
    """Return whether a way leads to the last part of a place."""
    return bool(found) and fold(str(found[-1])) == fold(str(loc[-1]))


def _child(data: Any, part: str | int) -> tuple[str | int, Any]:
    """Return the key and the value of a part; no value where it leads nowhere."""
    if isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
        return part, data[part]
    if isinstance(data, Mapping):
        key = part if part in data else next((key for key in data if fold(str(key)) == fold(str(part))), None)
        if key is not None:
            return str(key), data[key]
    return part, _NOTHING
