"""`poolsight features`: what is simulated, what is accepted without effect, and the test that proves it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.errors import reported
from simulator.cli.output import print_json

if TYPE_CHECKING:
    from rich.table import Table

    from simulator.scenario.format.key_marks import Effect
    from simulator.scenario.keys.table import Key


@reported
def features(
    keys: Annotated[bool, typer.Option("--keys", help="Print every key of a scenario and what becomes of it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """Print every feature of pools, nodes, jobs and tasks: what is simulated, and what only accepted and why."""
    if as_json:
        print_json(_listed_keys() if keys else _listed_features(), ensure_ascii=False)
        return
    from simulator.cli.answer import plain_console

    plain_console().print(_table_of_keys() if keys else _table_of_features())


def _listed_features() -> list[dict[str, Any]]:
    from simulator.cli.feature_table import FEATURES

    return [asdict(feature) for feature in FEATURES]


def _listed_keys() -> list[dict[str, Any]]:
    """Return every key with the mapping that it stands in."""
    from simulator.scenario.keys.table import sections

    found = (
        (one, key, {"default": _plain(key.default), "values": _plain(key.values)})
        for one in sections()
        for key in one.keys
    )
    return [{"in": one.name, "at": one.place, **asdict(key), **form} for one, key, form in found]


def _plain(text: str) -> str:
    """Return a text without the marks that documents set around values."""
    return text.replace("`", "")


def _table_of_features() -> Table:
    """Return the features, and which keys do not act."""
    from simulator.cli.feature_table import FEATURES
    from simulator.scenario.format.key_marks import Effect

    table = _table()
    for feature in FEATURES:
        table.add_row(str(feature.number), "feature", feature.name, style="bold")
        table.add_row("", "simulated", feature.simulated)
        if feature.without_effect:
            table.add_row("", "accepted", f"without effect: {feature.without_effect}")
        table.add_row("", "proof", feature.proof or "no test yet", style="dim")
    for effect, words in ((Effect.INERT, "without effect"), (Effect.NOT_SIMULATED_YET, "not simulated yet")):
        table.add_row("", "keys", words, style="bold")
        _add_keys(table, effect)
    return table


def _add_keys(table: Table, effect: Effect) -> None:
    """Add one row for each mapping with keys of that kind."""
    from simulator.scenario.keys.table import sections

    for one in sections():
        found = [f"{key.name} ({key.why})" if key.why else key.name for key in one.keys if key.effect is effect]
        if found:
            table.add_row("", one.name, ", ".join(found))


def _table_of_keys() -> Table:
    from simulator.scenario.keys.table import sections

    table = _table()
    for one in sections():
        table.add_row("", one.name, f"at {one.place}" if one.place else "the file itself", style="bold")
        for key in one.keys:
            table.add_row("", key.name, _about(key))
    return table


def _about(key: Key) -> str:
    """Return what is known of a key in one text."""
    from simulator.scenario.format.key_marks import Effect

    default = "required" if key.is_required else f"default {key.default}" if key.default else ""
    values = f"{key.values}, in {key.unit}" if key.unit else key.values
    form = _plain("; ".join(part for part in (values, default) if part))
    effect = "" if key.effect is Effect.ACTS else f" {key.effect}" + (f": {key.why}" if key.why else "")
    return f"{key.meaning}{f' [{form}]' if form else ''}{effect}"


def _table() -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold")
    return table
