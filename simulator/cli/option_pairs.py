"""Options of a command that do nothing without another one, or beside another one: refused, from one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup

from simulator.cli.errors import reported
from simulator.cli.metavars import name_values
from simulator.errors import InputError, Problem, plain

Given = Mapping[str, Any]
"""The values of all options of a command line, by name."""
SIMULATING: Final = ("run", "compare", "sweep", "plan", "spot", "sensitivity")


@dataclass(frozen=True, slots=True)
class Pair:
    """Options of some commands that act only under a condition."""

    commands: tuple[str, ...]
    """By their path after `poolsight`."""
    options: tuple[str, ...]
    acts: Callable[[Given], bool]
    why: str
    """What it is for and how to mend it, after the option's name."""


PAIRS: Final = (
    Pair(
        ("run",),
        ("replication", "out", "force", "events"),
        lambda given: given["replications"] is None,
        "is about a single replication: leave out --replications, or this",
    ),
    Pair(
        ("run",),
        ("precision", "cap", "deadline", "workers", "cluster", "measure", "quantile", "steady", "points"),
        lambda given: given["replications"] is not None,
        "is about many replications: give --replications too",
    ),
    Pair(
        ("run", "compare"),
        ("precision", "cap", "points"),
        lambda given: given["replications"] == "auto",
        "says when --replications auto has enough; a number of replications is what it is: leave out one of the two",
    ),
    Pair(
        ("run", "compare"),
        ("points",),
        lambda given: given["deadline"] is not None,
        "is about the probability to keep a deadline: give --deadline too",
    ),
    Pair(
        ("run",),
        ("deadline",),
        lambda given: not given["steady"],
        "asks when work is done; a steady-state study has no end",
    ),
    Pair(
        ("run",),
        ("events",),
        lambda given: given["out"] is not None,
        "adds a file to the directory of --out: give --out DIR too",
    ),
    Pair(("run",), ("force",), lambda given: given["out"] is not None, "is about the directory of --out: give it too"),
    Pair(
        ("sweep",),
        ("retry_failed",),
        lambda given: given["out"] is not None,
        "takes up what --out DIR holds of an earlier call: give it too",
    ),
    Pair(
        SIMULATING,
        ("workers",),
        lambda given: given["cluster"] is None,
        "is about this machine; a cluster has workers of its own: leave out --cluster, or this",
    ),
    Pair(
        ("formula stress",),
        ("bursts",),
        lambda given: given["bursts"] <= given["tasks"],
        "has no effect beyond --tasks: a burst has a task at least",
    ),
    Pair(
        ("why",),
        ("at",),
        lambda given: given["task"] is None,
        "goes with --pool; of a task the whole life is reported",
    ),
    Pair(
        ("why",),
        ("view",),
        lambda given: given["task"] is not None,
        "goes with --task JOB/TASK; a pool has none",
    ),
)


class Command(TyperCommand):
    """A command of `poolsight`: before it runs, options that would act on nothing are refused."""

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        name_values(self.params)

    def invoke(self, ctx: Any) -> Any:
        reported(refuse_idle)(ctx)
        return super().invoke(ctx)


class Commands(TyperGroup):
    """All commands: what their library reports of a command line has no characters that act on the terminal."""

    def make_context(self, *words: Any, **options: Any) -> Any:
        with plain_errors():
            return super().make_context(*words, **options)

    def invoke(self, ctx: Any) -> Any:
        with plain_errors():
            return super().invoke(ctx)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Write the messages of wrong command lines so that nothing in them acts on a terminal."""
    try:
        yield
    except Exception as error:
        message = getattr(error, "message", None)
        if isinstance(message, str):
            error.message = plain(message)  # type: ignore[attr-defined]
        raise


def refuse_idle(context: Any) -> None:
    """Raise InputError with every option of a command line that would act on nothing, each once."""
    command, problems = _path(context), dict[str, Problem]()
    for pair in PAIRS:
        if command not in pair.commands or pair.acts(context.params):
            continue
        for name in pair.options:
            source = context.get_parameter_source(name)
            if source is not None and source.name != "DEFAULT":
                flag = f"--{name.replace('_', '-')}"
                problems.setdefault(name, Problem(f"{flag} {pair.why}"))
    if problems:
        raise InputError(list(problems.values()))


def _path(context: Any) -> str:
    """Return the words that call a command, without the program's."""
    if context.parent is None:
        return ""
    return f"{_path(context.parent)} {context.info_name}".strip()
