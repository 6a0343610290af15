"""Entry of the command line; heavy libraries are imported by the commands that need them."""

from typing import Annotated

import typer

import simulator

app = typer.Typer(
    name="poolsight",
    help="Simulate Azure-Batch-like pools before anyone pays for them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"poolsight {simulator.__version__} (kernel: python)")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Simulate Azure-Batch-like pools before anyone pays for them."""
    del version


@app.command()
def run(
    file: Annotated[str, typer.Argument(help="A scenario file, YAML or JSON.")],
    replication: Annotated[int, typer.Option(min=0, help="Which roll of the dice.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a scenario and print what the pool did and what it cost."""
    import json  # noqa: PLC0415

    from simulator.results.metrics import summarize  # noqa: PLC0415

    try:
        answer = summarize(simulator.simulate(simulator.load(file), replication))
    except simulator.InputError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
        return
    for name, value in answer.items():
        if isinstance(value, dict):
            typer.echo(f"{name}: " + ", ".join(f"{key} {_short(inner)}" for key, inner in value.items()))
        else:
            typer.echo(f"{name}: {_short(value)}")


def _short(value: object) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else str(value)
