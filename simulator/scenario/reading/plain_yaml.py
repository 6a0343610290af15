"""YAML without its odd corners, read by libyaml where PyYAML brings it: ten times as fast, and the same data.

What is not plain is left to the complete reader (`simulator/scenario/reading/yaml_text.py`), and so is every text that
cannot be read: there is one source of messages and places. Plain is what both read alike: no tags, no key twice, no
list or mapping that is repeated or deep, no characters on which the versions of YAML differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from simulator.json_text import DEEPEST

try:
    from yaml import YAMLError
    from yaml.cyaml import CParser
    from yaml.nodes import MappingNode, ScalarNode
except ImportError:
    HAS_LIBYAML = False
else:
    HAS_LIBYAML = True

    class _Parser(CParser):  # type: ignore[misc]  # PyYAML has no types
        """Composes nodes; what a scalar means is asked later, once for each text."""

        def resolve(self, _kind: type, _value: str | None, implicit: bool | tuple[bool, bool]) -> str:
            return _QUOTED if isinstance(implicit, tuple) and not implicit[0] else _PLAIN

        def descend_resolver(self, _parent: object, _index: object) -> None:
            """Nothing depends on the place of a node."""

        def ascend_resolver(self) -> None:
            """Nothing depends on the place of a node."""


_PLAIN: Final = "plain"
_QUOTED: Final = "quoted"
"""Marks in place of tags, known by their identity; a tag that is written is another text."""
_MERGE: Final = "<<"
_MOST_REPEATED: Final = 10_000
"""Values of a text with aliases, all of them written out; whether more are too many is for the complete reader."""
_ODD: Final = re.compile(
    r"""[^\n -~\u00a1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]  # tabs, other ends of lines, control characters
    | ^%                              # a directive
    | ["']:\S                         # a quoted key without a space behind its colon
    | [|>][-+\d]*\#                   # a comment that touches the sign of a block
    | (?:^|[\s[{,])[&*][\w-]+[^\w\s,\]}-]  # an anchor whose name libyaml ends early
    """,
    re.MULTILINE | re.VERBOSE,
)
"""What versions of YAML, or their readers, take for different things."""
_SPEAKING: Final = re.compile(r"[-+.\d][-+.\w: \t]*|~|[tTfFnN][a-zA-Z]{3,4}|<<|=|", re.ASCII)
"""Plain scalars that are a number, an instant, a truth value, nothing or a sign of YAML, or look like one."""
_SIMPLE: Final = re.compile(
    r"""(?P<whole>-?(?:0|[1-9]\d{0,17}))
    | (?P<number>-?(?:0|[1-9]\d{0,14})\.\d{1,14})
    | (?P<text>[1-9]\d*(?:\.\d+)?[a-zA-Z]+                  # a number with its unit
      | [-+.\d][-+.\w:]*[g-hj-mp-su-wyG-HJ-MP-SU-WY][-+.\w:]*  # letters that stand in no number and in no instant
      | (?!(?i:true|false|null)$)[a-zA-Z]+)                 # a word
    | (?P<truth>true|false)
    """,
    re.ASCII | re.VERBOSE,
)
"""Those whose value needs no resolver: the letters named last are not those of hexadecimals, `.inf`, `.nan`, T or Z."""
_TRUTH: Final = {"true": True, "false": False}


class YamlTextError(ValueError):
    """A text that is no YAML, or none that can be used."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        """From 0."""
        self.column = column
        """From 0."""


class NotPlainError(Exception):
    """A text is one for the complete reader."""


def read_plain(text: str, resolved: Callable[[str], Any]) -> Any:
    """Return the data of a plain text; raise NotPlainError for any other.

    `resolved` returns the value of a plain scalar that may be more than its text.
    """
    if not HAS_LIBYAML or _ODD.search(text):
        raise NotPlainError
    try:
        node = _Parser(text).get_single_node()
    except YAMLError:
        raise NotPlainError from None
    return None if node is None else _Data(resolved).of(node, DEEPEST)


class _Data:
    """Makes data of nodes."""

    def __init__(self, resolved: Callable[[str], Any]) -> None:
        self._resolved = resolved
        self._texts: dict[str, Any] = {}
        """Values of plain scalars."""
        self._made: dict[int, tuple[Any, int, int]] = {}
        """Of each list and mapping that is complete, by its node: its value, and how many values and levels it has."""
        self._begun: set[int] = set()
        self._repeats = False

    def of(self, node: Any, levels: int) -> Any:
        """Return the value of a node, which may have so many levels."""
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        known = id(node)
        if known in self._begun:
            return self._again(known, levels)
        if node.tag is not _PLAIN or levels <= 0:
            raise NotPlainError
        self._begun.add(known)
        if isinstance(node, MappingNode):
            found: Any = self._mapping(node, levels - 1)
            inside = [value for _, value in node.value]
        else:
            found = [self.of(one, levels - 1) for one in node.value]
            inside = node.value
        below = [self._made[id(one)] for one in inside if not isinstance(one, ScalarNode)]
        size = 1 + len(inside) + sum([values for _, values, _ in below])
        if self._repeats and size > _MOST_REPEATED:
            raise NotPlainError
        self._made[known] = found, size, 1 + max([depth for _, _, depth in below], default=0)
        return found

    def _again(self, known: int, levels: int) -> Any:
        """Return what an alias repeats."""
        found, _, depth = self._made.get(known, (None, 0, DEEPEST))
        if depth >= levels:
            raise NotPlainError
        self._repeats = True
        return found

    def _mapping(self, node: Any, levels: int) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        pairs = node.value
        for index, (key, value) in enumerate(pairs):
            if key.value == _MERGE and key.tag is _PLAIN:
                if not isinstance(value, MappingNode):
                    raise NotPlainError
                merged = self.of(value, levels)
                pairs = [*pairs[:index], *pairs[index + 1 :]]
                break
        found = {self._key(key): self.of(value, levels) for key, value in pairs}
        if len(found) < len(pairs):
            raise NotPlainError
        return {**merged, **found} if merged else found

    def _key(self, node: Any) -> str:
        key = self._scalar(node) if isinstance(node, ScalarNode) else None
        if not isinstance(key, str):
            raise NotPlainError
        return key

    def _scalar(self, node: Any) -> Any:
        text: str = node.value
        if node.tag is not _PLAIN:
            if node.tag is not _QUOTED or not node.style:
                raise NotPlainError
            return text
        if text in self._texts:
            return self._texts[text]
        value = self._value(text) if _SPEAKING.fullmatch(text) else text
        self._texts[text] = value
        return value

    def _value(self, text: str) -> Any:
        found = _SIMPLE.fullmatch(text)
        match found and found.lastgroup:
            case "truth":
                return _TRUTH[text]
            case "whole":
                return int(text)
            case "number":
                return float(text)
            case "text":
                return text
            case _:
                return self._resolved(text)
