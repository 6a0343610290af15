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
    from simulator.cli.feature_table import FEATURES

    if as_json:
        typer.echo(json.dumps([asdict(feature) for feature in FEATURES], indent=2, ensure_ascii=False))
        return
    from rich.table import Table

    from simulator.cli.answer import plain_console

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold")
    for feature in FEATURES:
        table.add_row(str(feature.number), "feature", feature.name, style="bold")
        table.add_row("", "simulated", feature.simulated)
        if feature.without_effect:
            table.add_row("", "accepted", f"without effect: {feature.without_effect}")
        table.add_row("", "proof", feature.proof or "no test yet", style="dim")
    plain_console().print(table)
