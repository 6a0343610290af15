"""The data of a YAML text. The complete reader is loaded where a text is not plain, or a number in it is not simple."""

from typing import Any

from simulator.scenario.reading.plain_yaml import NotPlainError, read_plain


def read_yaml(text: str) -> Any:
    """Return the data of a YAML text; raise YamlTextError with the first thing that is wrong."""
    try:
        return read_plain(text, _value_of_plain)
    except NotPlainError:
        from simulator.scenario.reading.yaml_text import read_any

        return read_any(text)


def _value_of_plain(text: str) -> Any:
    from simulator.scenario.reading.yaml_text import value_of_plain

    return value_of_plain(text)
