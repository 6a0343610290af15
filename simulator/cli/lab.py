"""`poolsight lab`: a page on which one plays with a pool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.errors import reported
from simulator.cli.output import echo
from simulator.cli.stopping import stop_asked

if TYPE_CHECKING:
    from simulator.lab.app import Opening

LOOPBACK = "127.0.0.1"


@reported
def lab(
    file: Annotated[str | None, typer.Argument(help="A scenario to play with; none: the first lesson.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any that is free.")] = 8902,
    browser: Annotated[bool, typer.Option("--browser", help="Open the page in the browser, too.")] = False,
) -> None:
    """Serve a page on which formulas, knobs and events of a pool are changed, and their effect is seen at once.

    It is served to this machine alone; nothing is asked of a network, and nothing is stored.
    """
    from simulator.extras import require

    for library in ("starlette", "uvicorn"):
        require(library, "poolsight lab")
    opening = _opening(file)
    _serve(opening, port, browser=browser)


def _opening(file: str | None) -> Opening:
    """Return what the page shows first; raise InputError where a scenario cannot be read."""
    from simulator.files import read_text
    from simulator.lab.app import Opening, first_lesson
    from simulator.lab.scene import Scene

    if file is None:
        return first_lesson()
    path = Path(file)
    opening = Opening(read_text(path), path.name, path.absolute().parent)
    _ = Scene(opening.text, opening.folder).data
    return opening


def _serve(opening: Opening, port: int, *, browser: bool) -> None:
    """Serve until somebody stops it; print the address as soon as the port is known."""
    import socket

    import uvicorn

    from simulator.errors import InputError
    from simulator.lab.app import application

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, port))
        except OSError as error:
            raise InputError(f"cannot listen on port {port}: {error.strerror}; give another --port") from None
        url = f"http://{LOOPBACK}:{listening.getsockname()[1]}/"
        echo(f"The lab is at {url}; nothing leaves this machine. Ctrl-C ends it.")
        if browser:
            typer.launch(url)
        config = uvicorn.Config(application(opening), log_level="warning", access_log=False)
        with stop_asked():  # the server ends at a signal, and raises it once more behind itself
            uvicorn.Server(config).run(sockets=[listening])
