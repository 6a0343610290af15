"""JSON that lists things, read one thing at a time: arrays, lines, pages of a service, and lists with a name.

Only the text of the file is in memory, and the thing at hand.
"""

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.json_text import HALF, HALVES, has_half

LISTS: Final = frozenset({"value", "records", "items", "jobs", "jobSummaryList", "events"})
"""Members of an object that hold the things which it lists."""
_BLANK: Final = re.compile(r"[ \t\r\n,\ufeff\x1e]*")
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_RESUMED: Final = re.compile(r"^[{\[]", re.MULTILINE)


def _refused(word: str) -> Any:
    raise ValueError(word)


_DECODER: Final = json.JSONDecoder(parse_constant=_refused)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a list."""

    value: Any
    begin: int
    """Where its text begins and ends, in characters."""
    end: int


@dataclass(slots=True)
class JsonRows:
    """What a JSON file lists; to be gone through once."""

    text: str
    around: dict[str, Any] = field(default_factory=dict)
    """Members of the objects that hold the lists: `odata.nextLink`, `kind`; the last object's."""
    broken: list[tuple[int, str]] = field(default_factory=list)
    """Lines that are no JSON, and what is wrong with each."""

    def __iter__(self) -> Iterator[Item]:
        """Yield every thing; what follows a mistake begins with the next line that begins like JSON."""
        at, is_wrapped = 0, True
        while True:
            at = _end(_BLANK, self.text, at)
            if at >= len(self.text):
                return
            try:
                if self.text[at] == "[":
                    at = yield from self._array(at)
                elif self.text[at] == "{" and is_wrapped:
                    at = yield from self._object(at)
                    is_wrapped = bool(self.around)
                else:
                    value, end = _decoded(self.text, at)
                    yield Item(value, at, end)
                    at = end
            except _BrokenTextError as error:
                resumed = _RESUMED.search(self.text, at + 1 if self.text[at] == "{" else error.offset)
                is_past = resumed is not None and resumed.start() <= error.offset + 1
                self.broken.append((self.line_at(at if is_past else error.offset), error.message))
                at = len(self.text) if resumed is None else resumed.start()

    def line_at(self, offset: int) -> int:
        """Return the line of a place in the text, from 1."""
        return self.text.count("\n", 0, offset) + 1

    def _array(self, begin: int) -> Generator[Item, None, int]:
        """Yield the things of an array; the generator returns where it ends."""
        at = begin + 1
        while True:
            at = _end(_BLANK, self.text, at)
            if at >= len(self.text):
                raise _BrokenTextError("the file ends in the middle of a list", len(self.text))
            if self.text[at] == "]":
                return at + 1
            value, end = _decoded(self.text, at)
            yield Item(value, at, end)
            at = end

    def _object(self, begin: int) -> Generator[Item, None, int]:
        """Yield the things that an object lists, or else the object; the generator returns where it ends."""
        members: dict[str, Any] = {}
        at, has_list = begin + 1, False
        while True:
            at = _end(_BLANK, self.text, at)
            if at >= len(self.text):
                raise _BrokenTextError("the file ends in the middle of an object", len(self.text))
            if self.text[at] == "}":
                break
            key, at = _decoded(self.text, at)
            at = _end(_SPACE, self.text, at)
            if not isinstance(key, str) or self.text[at : at + 1] != ":":
                raise _BrokenTextError("expected a key and a colon", at)
            at = _end(_SPACE, self.text, at + 1)
            if key in LISTS and self.text[at : at + 1] == "[":
                has_list = True
                at = yield from self._array(at)
            else:
                members[key], at = _decoded(self.text, at)
        if has_list:
            self.around = members or {"": None}
        else:
            yield Item(members, begin, at + 1)
        return at + 1


class _BrokenTextError(ValueError):
    """A text that is no JSON from some place on."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()


def _decoded(text: str, at: int) -> tuple[Any, int]:
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _BrokenTextError(f"not valid JSON: {error.msg}", error.pos) from None
    except RecursionError:
        raise _BrokenTextError("nested too deeply", at) from None
    except ValueError as error:
        raise _BrokenTextError(f"not valid JSON: {error} is no number of JSON", at) from None
    found = HALVES.search(text, at, end)
    if found is not None and has_half(value):
        raise _BrokenTextError(HALF, found.start())
    return value, end
