"""Options are called alike in all commands: one name and one word for its value wherever the same is meant."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from simulator.cli.commands import assemble
from simulator.cli.metavars import METAVARS

SYNONYMS = (
    {"--out", "--output", "--dir"},
    {"--replications", "--reps"},
    {"--vm-size", "--size"},
    {"--time-zone", "--zone", "--tz"},
    {"--workers", "--processes"},
    {"--slots", "--task-slots"},
    {"--interval", "--evaluation-interval"},
    {"--measure", "--measures", "--metric"},
    {"--pool", "--pools"},
)
"""Of the names of one thing commands have one."""


def commands(of: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command with the words that call it."""
    for name, command in getattr(of, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands(typer.main.get_command(assemble())))


def takes_value(parameter: Any) -> bool:
    return not getattr(parameter, "is_flag", False) and not getattr(parameter, "count", False)


def test_every_value_has_the_word_of_its_name() -> None:
    used = {one.name for command in COMMANDS.values() for one in command.params if takes_value(one)}
    assert used == METAVARS.keys()
    for name, command in COMMANDS.items():
        for one in command.params:
            assert not takes_value(one) or one.metavar == METAVARS[one.name], (name, one.name)


def test_an_option_has_the_same_forms_everywhere() -> None:
    """--out is -o wherever it is, and no short form means two things."""
    forms: dict[str, set[frozenset[str]]] = defaultdict(set)
    for command in COMMANDS.values():
        for one in command.params:
            if one.param_type_name == "option":
                forms[one.name].add(frozenset(one.opts))
    assert {name: found for name, found in forms.items() if len(found) > 1} == {}
    short: dict[str, set[str]] = defaultdict(set)
    for name, (found, *_) in ((name, list(every)) for name, every in forms.items()):
        for option in found:
            if not option.startswith("--"):
                short[option].add(name)
    assert {option: names for option, names in short.items() if len(names) > 1} == {}


@pytest.mark.parametrize("names", SYNONYMS, ids=min)
def test_one_thing_has_one_name(names: set[str]) -> None:
    used = {option for command in COMMANDS.values() for one in command.params for option in one.opts}
    assert len(used & names) == 1


def test_what_is_printed_as_json_is_named_alike() -> None:
    helps = {one.help for command in COMMANDS.values() for one in command.params if one.name == "as_json"}
    assert helps == {"Print one JSON object.", "Print a JSON array."}
