"""`poolsight serve`: the service's interface on virtual time, for unmodified clients."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.errors import print_problems, reported
from simulator.cli.output import echo
from simulator.cli.stopping import stop_asked
from simulator.cli.study_options import Confine, Seed, Strict

if TYPE_CHECKING:
    from simulator.scenario import Scenario
    from simulator.service.app import App
    from simulator.service.session import Session

LOOPBACK = "127.0.0.1"


@reported
def serve(
    file: Annotated[str | None, typer.Argument(help="A scenario to begin with; none: an empty account.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any that is free.")] = 8901,
    clock: Annotated[
        str, typer.Option(help="When time goes on: idle:0.5s, manual, scaled:60 or step:30s.")
    ] = "idle:0.5s",
    durations: Annotated[str | None, typer.Option(help="File of rules: how long which command lines take.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Directory for the record and session.yaml.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the directory if it exists.")] = False,
    origin: Annotated[str | None, typer.Option(help="Instant at which it begins: a date, or now.")] = None,
    account: Annotated[str, typer.Option(help="Name of the account.")] = "simaccount",
    key: Annotated[str | None, typer.Option(help="Key of the account, in base64; the default is no secret.")] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on instead of 127.0.0.1; it demands --key.")
    ] = None,
    seed: Seed = None,
    confine: Confine = False,
    strict: Strict = False,
) -> None:
    """Answer as the service does, on virtual time: clients run unmodified, and get a forecast instead of a bill."""
    from simulator.errors import InputError
    from simulator.extras import require

    for library in ("starlette", "uvicorn"):
        require(library, "poolsight serve")
    from simulator.engine.simulation import Simulation
    from simulator.service.app import App
    from simulator.service.auth import DEFAULT_KEY, Account
    from simulator.service.clock import Clock
    from simulator.service.durations import load_rules
    from simulator.service.serving import Serving
    from simulator.service.session import Session

    if host is not None and key is None:
        raise InputError("--host lets other machines in, and the default key is known to everybody: give --key too")
    scenario = _scenario(file, origin, seed, strict=strict, confine=confine)
    wall = Clock.parse(clock)
    rules = None if durations is None else load_rules(durations)
    owner = Account(account, DEFAULT_KEY if key is None else key)
    log = None if out is None else _log_beside(out, force=force)
    serving = Serving(host or LOOPBACK, port, out)
    session = Session(Simulation(scenario), rules, log)
    app = App(session, wall, owner, [host] if host else [], is_public=host is not None, fork=serving.fork)
    _introduce(app, serving.url)
    with stop_asked():  # the server ends at a signal, and raises it once more behind itself
        serving.run(app)
    _end(session, out, force=force)
    for number, fork in enumerate(serving.forks, 1):
        echo("")
        echo(f"Fork {number}, {fork.url}, draws of replication {fork.session.simulation.replication}:")
        _end(fork.session, serving.out_of(number), force=force)


def _scenario(file: str | None, origin: str | None, seed: int | None, *, strict: bool, confine: bool) -> Scenario:
    """Return the scenario to begin with."""
    from simulator.errors import InputError
    from simulator.scenario import load
    from simulator.service.session import empty_account

    if file is None:
        return empty_account(1 if seed is None else seed, _begin(origin))
    if origin is not None:
        raise InputError("--origin is for an empty account; the scenario file states its own origin")
    scenario = load(file, strict=strict, confine=confine)
    print_problems(scenario.warnings)
    return scenario if seed is None else scenario.model_copy(update={"seed": seed})


def _begin(origin: str | None) -> datetime:
    """Return the instant from which the time of an empty account counts."""
    from simulator.errors import InputError
    from simulator.scenario.format.schema import ORIGIN
    from simulator.scenario.format.timestamps import parse_time

    if not origin:
        return ORIGIN
    try:
        return datetime.now(UTC).replace(microsecond=0) if origin == "now" else parse_time(origin)
    except ValueError as error:
        raise InputError(f"--origin {origin}: {error}, or now") from None


def _log_beside(out: Path, *, force: bool) -> Path:
    """Return where the log of a session grows until its directory is made; raise InputError where it cannot."""
    from simulator.errors import InputError
    from simulator.results.write import prepare
    from simulator.service.serving import log_beside

    prepare(out, force=force)
    log = log_beside(out)
    if log.exists() and not force:
        raise InputError(f"{log} is there: the log of a session that was not ended; move it, or give --force")
    log.parent.mkdir(parents=True, exist_ok=True)
    return log


def _introduce(app: App, url: str) -> None:
    """Print what a script and the command line of the service need."""
    account = app.account
    echo(f"Serving {url}, clock {app.clock}; nothing leaves this machine. Ctrl-C ends it and prints the answer.")
    echo("")
    echo("  # Python, azure-batch 15")
    echo("  from azure.batch import BatchClient")
    echo("  from azure.core.credentials import AzureNamedKeyCredential")
    echo(f'  client = BatchClient("{url}", AzureNamedKeyCredential("{account.name}", "{account.key}"))')
    echo("")
    echo("  # az batch")
    echo(f"  export AZURE_BATCH_ACCOUNT={account.name} AZURE_BATCH_ENDPOINT={url}")
    echo(f"  export AZURE_BATCH_ACCESS_KEY={account.key}")


def _end(session: Session, out: Path | None, *, force: bool) -> None:
    """Print the answer of a session, and write the record where it is wanted."""
    from simulator.cli.answer import show
    from simulator.results.answer.metrics import summarize
    from simulator.results.write import write
    from simulator.service.serving import log_beside
    from simulator.service.session import SESSION

    session.close()
    recording = session.simulation.finish()
    answer = summarize(recording) if out is None else write(recording, out, force=force)
    if out is not None:
        log_beside(out).replace(out / SESSION)
        echo(f"{out / SESSION}: what was done, as a scenario: poolsight run {out / SESSION} --replications 100")
    show(answer, recording)
    for name, count in session.durations.served.most_common():
        echo(f"Durations of {count:,} {'task' if count == 1 else 'tasks'}: {name}")
