"""`poolsight features`: what is simulated, what is accepted without effect, and the test that proves it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from simulator.cli.errors import reported


@reported
def features(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Print every feature of pools, nodes, jobs and tasks: what is simulated, and what only accepted and why."""
    from simulator.features import FEATURES  # noqa: PLC0415 - keeps the command's start fast

    if as_json:
        typer.echo(json.dumps([asdict(feature) for feature in FEATURES], indent=2, ensure_ascii=False))
        return
    from rich.table import Table  # noqa: PLC0415 - slow to import

    from simulator.cli.answer import plain_console  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="cyan", show_lines=False)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("feature", min_width=16)
    table.add_column("simulated", ratio=3)
    table.add_column("accepted without effect", ratio=2)
    for feature in FEATURES:
        proof = feature.proof or "no test yet"
        table.add_row(str(feature.number), feature.name, feature.simulated, feature.without_effect or "–")
        table.add_row("", "", f"proof: {proof}", "", style="dim")
    plain_console().print(table)
