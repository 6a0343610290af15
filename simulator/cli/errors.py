"""How a command ends when something is wrong: a message on stderr, no traceback, exit code 2."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from simulator.errors import BrokenInvariantError, InputError, Problem

P = ParamSpec("P")
R = TypeVar("R")

MOST_REPLICATIONS = 1_000_000
"""More are a slip: they would take days, and narrow no interval that anybody can see."""
WRONG_INPUT = 2
DEFECT = 70
"""EX_SOFTWARE of sysexits.h."""


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what a command raises on purpose into messages and an exit code."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except InputError as error:
            print_problems(error.problems)
            raise typer.Exit(WRONG_INPUT) from None
        except BrokenInvariantError as error:
            typer.echo(f"poolsight: a law of the simulation is broken, please report this: {error}", err=True)
            raise typer.Exit(DEFECT) from None
        except MemoryError as error:
            why = f": {error}" if str(error) else ""
            typer.echo(f"poolsight: there is not enough memory for this many tasks, nodes or runs{why}", err=True)
            raise typer.Exit(WRONG_INPUT) from None
        except BrokenPipeError:
            raise typer.Exit(0) from None  # the reader of our output has seen enough

    return guarded


def print_problems(problems: Iterable[Problem]) -> None:
    """Print problems on stderr, each with its source line and a caret."""
    for problem in problems:
        typer.echo(str(problem), err=True)
