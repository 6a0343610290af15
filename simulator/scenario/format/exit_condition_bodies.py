"""The shape of `exitConditions`: what is out of order there would wait for ever, or never match.

Keys that no body has are reported as everywhere (`simulator/scenario/keys/body_keys.py`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.scenario.format.section import fold

OPTIONS: Final = {"jobaction": ("none", "disable", "terminate"), "dependencyaction": ("satisfy", "block")}
SINGLE: Final = ("preprocessingerror", "fileuploaderror", "default")
LISTS: Final = {"exitcodes": ("code",), "exitcoderanges": ("start", "end")}
EXPECTED: Final = "exitCodes, exitCodeRanges, preProcessingError, fileUploadError or default"


def sound_exit_conditions(value: object) -> object:
    """Refuse what the service would refuse, all of it at once."""
    if value is None:
        return value
    wrong = list(_conditions(value))
    if wrong:
        raise ValueError("; ".join(wrong))
    return value


def _conditions(value: object) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"expected a mapping with {EXPECTED}"
        return
    for key, inner in value.items():
        name = fold(str(key))
        if name in SINGLE:
            yield from _options(str(key), inner)
        elif name in LISTS and inner is not None and not isinstance(inner, list):
            yield f"{key}: expected a list"
        elif name in LISTS:
            for place, entry in enumerate(inner or ()):
                yield from _entry(f"{key}.{place}", entry, LISTS[name])


def _entry(at: str, entry: object, wanted: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(entry, Mapping):
        yield f"{at}: expected a mapping with {', '.join(wanted)} and exitOptions"
        return
    found: dict[str, Any] = {fold(str(key)): inner for key, inner in entry.items()}
    numbers = [number for name in wanted if type(number := found.get(name)) is int]
    if len(numbers) < len(wanted):
        yield f"{at}: expected whole numbers for {' and '.join(wanted)}"
    elif numbers != sorted(numbers):
        yield f"{at}: the range ends before it starts"
    yield from _options(f"{at}.exitOptions", found.get("exitoptions"))


def _options(at: str, options: object) -> Iterator[str]:
    if options is None:
        return
    if not isinstance(options, Mapping):
        yield f"{at}: expected a mapping with jobAction or dependencyAction"
        return
    for key, chosen in options.items():
        allowed = OPTIONS.get(fold(str(key)))
        if allowed is not None and chosen is not None and str(chosen).lower() not in allowed:
            yield f"{at}.{key}: expected {' or '.join(allowed)}, not {chosen!r}"
