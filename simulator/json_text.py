"""JSON that anybody may have written: its data, or the first thing in it that is no JSON, and where.

Stricter than Python's reader where that accepts what cannot be meant: `Infinity`, a key twice, half of a character,
and a nesting that no part of the program could follow.
"""

import json
import re
from itertools import chain
from typing import Any, Final

DEEPEST: Final = 100
"""Levels of a document; scenarios need 15."""
MOST_DIGITS: Final = 4300
"""Python's own limit of a whole number."""
HALVES: Final = re.compile(r"\\u[dD][89a-fA-F]")
"""How halves of characters are written, in pairs or alone."""
HALF: Final = "half of a character (\\ud800 to \\udfff); expected both halves, or neither"
_HALF: Final = re.compile("[\ud800-\udfff]")
_WORD: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+|NaN|-?Infinity|[{}\[\]]', re.DOTALL)
_COLON: Final = re.compile(r"\s*:")


class JsonError(ValueError):
    """A text that is no JSON."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        """Where in the text, in characters from 0."""


def read_json(text: str) -> Any:
    """Return the data of a JSON text; raise JsonError with the first thing that is wrong."""
    try:
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise JsonError(f"not valid JSON: {error.msg}", error.pos) from None
    except (ValueError, RecursionError):
        raise _first_fault(text) from None
    if is_deeper(data, DEEPEST) or (HALVES.search(text) and has_half(data)):
        raise _first_fault(text)
    return data


def is_deeper(data: Any, most: int) -> bool:
    """Return whether lists and mappings lie in each other more than `most` levels deep."""
    level = [data]
    for _ in range(most + 1):
        level = [child for child in chain.from_iterable(map(_children, level)) if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def has_half(data: Any) -> bool:
    """Return whether a text or key holds half of a character of UTF-16, which no file in UTF-8 can have."""
    todo = [data]
    while todo:
        found = todo.pop()
        if isinstance(found, str) and _HALF.search(found):
            return True
        if isinstance(found, dict):
            todo += found
        todo += _children(found)
    return False


def _children(data: Any) -> Any:
    return data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refuse(_: str) -> Any:
    raise ValueError


def _first_fault(text: str) -> JsonError:
    """Return what is wrong in a text that is JSON by its grammar."""
    keys: list[set[str]] = []
    for match in _WORD.finditer(text):
        word, offset = match.group(), match.start()
        if word in "{[":
            keys.append(set())
            if len(keys) > DEEPEST:
                return JsonError(f"nested too deeply; expected at most {DEEPEST} levels", offset)
        elif word in "}]":
            keys = keys[:-1]
        elif word[0] == '"':
            key = json.loads(word, strict=False)
            if _HALF.search(key):
                return JsonError(HALF, offset)
            if keys and _COLON.match(text, match.end()):
                if key in keys[-1]:
                    return JsonError(f"the key {key!r} stands twice in one object", offset)
                keys[-1].add(key)
        elif word[-1].isalpha():
            return JsonError(f"not valid JSON: {word} is no number of JSON, where all are finite", offset)
        elif len(word) > MOST_DIGITS:
            return JsonError(f"a number of {len(word)} digits; expected at most {MOST_DIGITS}", offset)
    return JsonError("not valid JSON", 0)
