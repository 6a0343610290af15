"""What `poolsight` can be asked to do: each command stands in a module that is imported only when it is wanted."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Annotated, Final

import typer

import simulator
from simulator.cli.option_pairs import Command, Commands
from simulator.cli.output import echo
from simulator.cli.speed import noting_speed, slowness

MODULES: Final[Mapping[str, str]] = {
    "run": "run",
    "compare": "compare",
    "report": "report",
    "plot": "plot",
    "trace": "plot",
    "serve": "serve",
    "lab": "lab",
    "sweep": "sweep",
    "validate": "describe",
    "plan": "plan",
    "sensitivity": "sensitivity",
    "spot": "spot",
    "verify": "verify",
    "schema": "describe",
    "sizes": "describe",
    "node-agents": "describe",
    "import": "import_past",
    "calibrate": "calibrate",
    "backtest": "backtest",
    "events": "events",
    "why": "why",
    "features": "features",
    "formula": "formula",
}
"""The module of each command, in the order of the help."""
FUNCTIONS: Final[Mapping[str, str]] = {"formula": "app", "import": "import_past"}
"""Names in these modules that are not those of their commands."""
SIMULATING: Final = frozenset({"run", "compare", "sweep", "plan", "sensitivity", "spot", "verify", "backtest"})
"""Commands whose time is mostly the kernel's."""


def wanted(arguments: Sequence[str]) -> Iterable[str]:
    """Return the command that a command line names; all of them where it names none, to help and suggest."""
    named = next((word for word in arguments if not word.startswith("-")), None)
    return (named,) if named is not None and named in MODULES else MODULES


def assemble(names: Iterable[str] = MODULES) -> typer.Typer:
    """Build the command line of the commands named."""
    app = typer.Typer(
        name="poolsight",
        cls=Commands,
        help="Simulate Azure-Batch-like pools before anyone pays for them.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(options)
    for name in names:
        module = import_module(f"simulator.cli.{MODULES[name]}")
        command = getattr(module, FUNCTIONS.get(name, name.replace("-", "_")))
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name=name, cls=Command)(noting_speed(command) if name in SIMULATING else command)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from simulator.kernel import SPEED

        echo("\n".join([f"poolsight {simulator.__version__} (kernel: {SPEED})", *slowness()]))
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Simulate Azure-Batch-like pools before anyone pays for them."""
    del version
