"""The options that several commands share, each written once: its type, its limits and its words."""

from typing import Annotated

import typer

from simulator.cli.errors import MOST_REPLICATIONS
from simulator.errors import InputError

Seed = Annotated[int | None, typer.Option(min=0, help="Seed instead of the scenario's.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes; 0 = one for each processor.")]
Cluster = Annotated[str | None, typer.Option(help="A dask scheduler, e.g. tcp://host:8786.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Strict = Annotated[bool, typer.Option("--strict", help="Take warnings for errors.")]
Confine = Annotated[bool, typer.Option("--confine", help="Refuse files outside the folder of the file itself.")]
"""For what somebody unknown has written: names in it lead nowhere else."""
Precision = Annotated[float, typer.Option(min=0.001, max=1, help="For auto: half-width of the interval.")]
Cap = Annotated[int, typer.Option(min=10, max=MOST_REPLICATIONS, help="For auto: at most so many.")]
Points = Annotated[
    float, typer.Option(min=0.001, max=0.5, help="For auto and --deadline: half-width of that probability.")
]
Deadline = Annotated[str | None, typer.Option(help="How probable is it to be done by then: 4h, 06:00 or a date?")]


def read_count(text: str, least: int = 1) -> int | None:
    """Return how many replications --replications asks for; None of `auto`."""
    if text == "auto":
        return None
    if not (text.isdecimal() and int(text) >= least):
        raise InputError(f"--replications: expected a whole number from {least} or auto, not {text!r}")
    if int(text) > MOST_REPLICATIONS:
        raise InputError(f"--replications: expected at most {MOST_REPLICATIONS:,}, or auto, not {text}")
    return int(text)
