"""Changes of a scenario that leave its meaning as it is, or change it in a way that is known."""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

BARE_SECONDS: Final = ("allocationTail",)
"""Keys that hold seconds as a number."""
SPAN: Final = re.compile(r"\d+s")
NAMES: Final = {
    "p": "zeta",
    "q": "alpha",
    "j0": "omega",
    "j1": "beta",
    "j2": "gamma",
    "s": "rho",
    "manager": "boss",
    **{f"t{number}": f"x{9 - number}" for number in range(10)},
}
NAME: Final = re.compile(
    r"(?<![\w.])(?:(?P<node>[pq])(?=_\d+_[dp]\b|-vm\d)|(?P<whole>p|q|j\d|s|manager|t\d)(?=$|[/:]))"
)


def with_spans(value: Any, change: Callable[[int], Any], key: str = "") -> Any:
    """Return a scenario with every span of time changed."""
    if isinstance(value, Mapping):
        return {name: with_spans(entry, change, name) for name, entry in value.items()}
    if isinstance(value, list):
        return [with_spans(entry, change, key) for entry in value]
    if isinstance(value, str) and SPAN.fullmatch(value):
        return change(int(value[:-1]))
    return value


def doubled(made: Any, key: str = "") -> Any:
    """Return a scenario in which everything takes twice as long."""
    if isinstance(made, Mapping):
        return {name: doubled(entry, name) for name, entry in made.items()}
    if key in BARE_SECONDS:
        return 2 * made
    return with_spans(made, lambda span: f"{2 * span}s") if isinstance(made, str) else _each(made, doubled, key)


def _each(value: Any, change: Callable[[Any, str], Any], key: str) -> Any:
    return [change(entry, key) for entry in value] if isinstance(value, list) else value


def in_other_units(made: Any, random: Random) -> Any:
    """Return a scenario whose spans are written in other ways."""

    def write(span: int) -> str:
        ways = [f"PT{span // 60}M{span % 60}S", f"{span // 60}m{span % 60}s", f"{1000 * span}ms", f"{span}.0s"]
        if span % 6 == 0:
            ways.append(f"{span / 60:.1f}m")
        if span % 3600 == 0:
            ways.append(f"PT{span // 3600}H")
        return random.choice(ways)

    return with_spans(made, write)


def renamed(value: Any) -> Any:
    """Return a scenario, or anything of its record, under other names, in another alphabetical order."""
    if isinstance(value, Mapping):
        return {name: renamed(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [renamed(entry) for entry in value]
    if isinstance(value, str):
        return NAME.sub(lambda found: NAMES[found[0]], value)
    return value


def permuted(value: Any, random: Random) -> Any:
    """Return a scenario with the keys of every mapping in another order."""
    if isinstance(value, Mapping):
        keys = random.sample(list(value), len(value))
        return {key: permuted(value[key], random) for key in keys}
    return _each(value, lambda entry, _: permuted(entry, random), "")
