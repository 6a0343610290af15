"""`poolsight report`: a run's directory as one page to hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from simulator.cli.errors import reported
from simulator.cli.output import echo
from simulator.errors import InputError, Problem
from simulator.whole_files import write_whole


@reported
def report(
    directory: Annotated[
        Path,
        typer.Argument(
            help="What 'poolsight run' or 'poolsight sweep' wrote with --out DIR; "
            "or a file of what 'compare', 'plan', 'spot', 'sensitivity' or 'run --replications' printed with --json.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The page to write.")] = Path("report.html"),
    time_zone: Annotated[str | None, typer.Option(help="Whose clock is shown first, e.g. Europe/Berlin.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is no report of ours.")] = False,
) -> None:
    """Write one HTML file: the answer, zoomable plots, where time and money went, every evaluation with its reason."""
    from simulator.report.page.planning_page import planning_page
    from simulator.report.page.run_page import run_page
    from simulator.report.page.study_page import study_page
    from simulator.report.sources.saved_answers import read_answer
    from simulator.report.sources.saved_files import Answer
    from simulator.report.sources.study import read_study
    from simulator.report.sources.trials import is_sweep
    from simulator.results.record.integrity import understood
    from simulator.results.record.read import read

    clock = _zone(time_zone)
    if clock is not None and (directory.is_file() or is_sweep(directory)):
        raise InputError("--time-zone is for the report of a run: one of many runs shows no clock")
    _refuse(out, force=force)
    with understood(directory):
        if directory.is_file():
            printed = read_answer(directory)
            text = planning_page(printed) if isinstance(printed, Answer) else study_page(printed)
        elif is_sweep(directory):
            text = study_page(read_study(directory))
        else:
            text = run_page(read(directory), zone=clock)
    _write(out, text)
    echo(f"{out}: {len(text.encode()) / 1e6:.2f} MB")


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(f"--time-zone: expected a name such as Europe/Berlin or UTC, not {name!r}") from None


def _refuse(out: Path, *, force: bool) -> None:
    """Refuse a path that holds something else before the work is done."""
    if out.is_dir():
        raise InputError([Problem("is a directory; give the name of the page, e.g. -o report.html", str(out))])
    if not out.exists() or force:
        return
    with out.open("rb") as file:
        head = file.read(4096)
    if head and b'<meta name="generator" content="Poolsight">' not in head:
        raise InputError(
            [Problem("exists and is no report of poolsight; name another file, or give --force", str(out))]
        )


def _write(out: Path, text: str) -> None:
    """Write whole or not at all, with the folders that are not there yet."""
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError([Problem(f"cannot be written: {error.strerror or error}", str(out))]) from None
    write_whole(out, text.encode())
