"""Entry of the command line; heavy libraries are imported by the commands that need them."""

from typing import Annotated

import typer

import simulator
from simulator.cli.describe import node_agents, schema, sizes, validate
from simulator.cli.events import events
from simulator.cli.experiments import compare
from simulator.cli.features import features
from simulator.cli.formula import app as formula
from simulator.cli.plan import plan
from simulator.cli.plot import plot, trace
from simulator.cli.report import report
from simulator.cli.run import run
from simulator.cli.sensitivity import sensitivity
from simulator.cli.spot import spot
from simulator.cli.sweep import sweep
from simulator.cli.verify import verify
from simulator.cli.why import why

app = typer.Typer(
    name="poolsight",
    help="Simulate Azure-Batch-like pools before anyone pays for them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(compare)
app.command()(report)
app.command()(plot)
app.command()(trace)
app.command()(sweep)
app.command()(validate)
app.command()(plan)
app.command()(sensitivity)
app.command()(spot)
app.command()(verify)
app.command()(schema)
app.command()(sizes)
app.command(name="node-agents")(node_agents)
app.command()(events)
app.command()(why)
app.command()(features)
app.add_typer(formula, name="formula")


def _version(wanted: bool) -> None:
    if wanted:
        from simulator.kernel import SPEED  # noqa: PLC0415 - only wanted here

        typer.echo(f"poolsight {simulator.__version__} (kernel: {SPEED})")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Simulate Azure-Batch-like pools before anyone pays for them."""
    del version
