"""`poolsight validate`, `schema` and `sizes`: what a scenario file may hold, and whether one is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.errors import WRONG_INPUT, print_problems, reported
from simulator.cli.output import echo, print_json
from simulator.cli.study_options import Confine
from simulator.errors import InputError

if TYPE_CHECKING:
    from simulator.scenario import Scenario
    from simulator.scenario.format.catalogue import VmSize


@reported
def validate(
    files: Annotated[list[str], typer.Argument(help="Scenario files, YAML or JSON.")],
    strict: Annotated[bool, typer.Option("--strict", help="Take warnings for errors.")] = False,
    confine: Confine = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print keys in use that have no effect.")] = False,
) -> None:
    """Print every problem of scenario files with its place; exit code 2 if there is one that matters."""
    from simulator.scenario import load

    is_wrong = False
    for file in files:
        try:
            scenario = load(file, strict=strict, confine=confine)
        except InputError as error:
            print_problems(error.problems)
            is_wrong = True
            continue
        print_problems(scenario.warnings)
        pools = len(scenario.pools) + sum(1 for job in scenario.jobs if job.auto_pool)
        counted = f"{_count(pools, 'pool')}, {_count(len(scenario.jobs), 'job')}"
        odd = f", {_count(len(scenario.warnings), 'warning')}" if scenario.warnings else ""
        echo(f"{file}: valid ({counted}{odd})")
        if verbose:
            _print_inert(scenario)
    if is_wrong:
        raise typer.Exit(WRONG_INPUT)


def _print_inert(scenario: Scenario) -> None:
    """Print which keys of a scenario have no effect, each once with its first place."""
    from simulator.scenario.format.key_marks import Effect
    from simulator.scenario.keys.table import key_of
    from simulator.scenario.keys.used import idle_keys

    places: dict[tuple[str, str], list[str]] = {}
    for one in idle_keys(scenario):
        if one.effect is Effect.INERT:
            places.setdefault((one.section, one.key), []).append(".".join(map(str, one.place)))
    for (section, key), (first, *others) in places.items():
        more = f" and {_count(len(others), 'further place')}" if others else ""
        echo(f"  no effect: {first}{more}: {key_of(section, key).meaning}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@reported
def schema(
    experiment: Annotated[bool, typer.Option("--experiment", help="Of experiment files (`poolsight sweep`).")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Of plan files (`poolsight plan`).")] = False,
    summary: Annotated[bool, typer.Option("--summary", help="Of summary.json and `poolsight run --json`.")] = False,
) -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check as you type."""
    if experiment + plan + summary > 1:
        raise InputError("--experiment, --plan and --summary are schemas of different files: ask for one of them")
    made = (
        experiment_schema() if experiment else plan_schema() if plan else summary_schema() if summary else json_schema()
    )
    print_json(made, sort_keys=True)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, references to other files included."""
    from simulator.scenario.keys.json_schema import build

    return build()


def experiment_schema() -> dict[str, Any]:
    """Return the JSON Schema of an experiment file."""
    from simulator.experiment.json_schema import build

    return build()


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan file."""
    from simulator.planning.json_schema import build

    return build()


def summary_schema() -> dict[str, Any]:
    """Return the JSON Schema of the answer of a run."""
    from simulator.results.answer.json_schema import build

    return build()


@reported
def sizes(
    pattern: Annotated[str, typer.Argument(help="Part of a name or family.")] = "",
    region: Annotated[str | None, typer.Option(help="Where prices hold; without it East US.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """List the VM sizes of the catalogue: cores, memory, USD per hour (Linux; dedicated, low-priority, spot)."""
    from simulator.scenario.format.catalogue import table

    wanted = pattern.lower()
    found = [size for size in table().values() if wanted in size.name.lower() or wanted in size.family.lower()]
    if region is not None:
        found = _priced(found, region)
    if not found:
        raise InputError(f"no VM size with {pattern!r} in its name or family")
    if as_json:
        print_json([size.model_dump(by_alias=True) for size in found])
        return
    echo(f"{'size':32}{'vCPUs':>6}{'GiB':>8}{'GPUs':>6}{'dedicated':>11}{'low-priority':>14}{'spot':>10}")
    for size in found:
        prices = (size.dedicated_linux, size.low_priority_linux, size.spot_linux)
        dedicated, low_priority, spot = ("-" if price is None else f"{price:.4f}" for price in prices)
        echo(
            f"{size.name:32}{size.vcpus:>6}{size.memory_gib:>8g}{size.gpus or '-':>6}{dedicated:>11}{low_priority:>14}"
            f"{spot:>10}"
        )


def _priced(sizes: list[VmSize], region: str) -> list[VmSize]:
    """Return sizes with the prices of a region."""
    from simulator.scenario.checks.ids import near
    from simulator.scenario.format.price_list import PriceList
    from simulator.scenario.format.region_prices import normal, regions

    if normal(region) not in regions():
        raise InputError(f"--region: no prices of '{region}' are shipped{near(normal(region), regions())}")
    prices = PriceList(normal(region))
    return [type(size).model_validate(prices.described(size.name, size)) for size in sizes]


@reported
def node_agents() -> None:
    """List the ids of node agents that name the operating system of an image."""
    from simulator.scenario.format.deployment import NODE_AGENTS

    for agent in NODE_AGENTS:
        echo(agent)
