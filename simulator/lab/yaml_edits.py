"""Changes of single values in a YAML text, by which everything else in it stays as it was written.

A value is replaced where it stands; one that is not there yet joins its mapping at the end. What comes in is written
in one line, so that it can be put into any text, whatever style that has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from simulator.errors import BrokenInvariantError
from simulator.scenario.format.section import fold
from simulator.scenario.reading.yaml_text import compose

Path = tuple[str | int, ...]
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z_-]*[A-Za-z0-9_]*|\d+(\.\d+)?[a-z]+")
"""Texts that need no quotes: words, and numbers with their unit."""
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_INDENT: Final = 2


@dataclass(frozen=True, slots=True)
class Put:
    """A value that a place is to have; places count entries of lists from 0, and the next free one may be named."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Remove:
    """A place that is to go, with what stands there; a place that is not there may go too."""

    path: Path


YamlEdit = Put | Remove


def edited(text: str, edits: Sequence[YamlEdit]) -> str:
    """Return a text of a mapping with changes made one after the other; it must be one that can be read."""
    for edit in edits:
        text = _put(text, edit) if isinstance(edit, Put) else _removed(text, edit.path)
    return text


def flow(value: Any) -> str:
    """Write a value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _put(text: str, edit: Put) -> str:
    node = compose(text)
    if not isinstance(node, MappingNode):
        raise BrokenInvariantError("only a text that is a mapping is edited")
    is_flow = False
    for depth, part in enumerate(edit.path):
        is_flow = is_flow or _is_flow(node)
        inner = _child(node, part)
        if inner is None and isinstance(node, MappingNode | SequenceNode):
            return _added(text, node, edit.path[depth:], edit.value)
        if inner is None or (isinstance(inner, ScalarNode) and depth < len(edit.path) - 1):
            value = _nested(edit.path[depth + 1 :], edit.value)
            return _replaced(text, node if inner is None else inner, value, is_flow=is_flow)
        node = inner
    return _replaced(text, node, edit.value, is_flow=is_flow)


def _is_flow(node: Node) -> bool:
    return isinstance(node, CollectionNode) and bool(node.flow_style)


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(node, SequenceNode) and isinstance(part, int):
        return node.value[part] if part < len(node.value) else None
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if fold(str(key.value)) == fold(str(part))), None)
    return None


def _nested(path: Path, value: Any) -> Any:
    """Return a value with the mappings and lists that lead to it."""
    for part in reversed(path):
        value = [value] if isinstance(part, int) else {part: value}
    return value


def _is_empty(node: ScalarNode) -> bool:
    """Return whether nothing is written where a value could be; its place is that of whatever comes next."""
    return bool(node.start_mark.index == node.end_mark.index)


def _replaced(text: str, node: Node, value: Any, *, is_flow: bool) -> str:
    end = _end(text, node)
    start = end if isinstance(node, ScalarNode) and _is_empty(node) else node.start_mark.index
    before = text[:start]
    if isinstance(value, str) and "\n" in value and not is_flow:
        line = before[before.rfind("\n") + 1 :]
        indent = " " * (len(line) - len(line.lstrip(" -")) + _INDENT)
        new = _block(value, indent)
    else:
        new = flow(value)
    gap = " " if before[-1:] == ":" else ""
    return f"{before}{gap}{new}{text[end:]}"


def _block(value: str, indent: str) -> str:
    """Write a text of several lines as a block, without an end of line."""
    lines = value.rstrip("\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    sign = f"|{_INDENT}" if first.startswith(" ") else "|"
    return "\n".join([sign, *(f"{indent}{line}" if line.strip() else "" for line in lines)])


def _end(text: str, node: Node) -> int:
    """Return where a value ends, without the space, the comments and the ends of lines behind it."""
    if isinstance(node, ScalarNode) and _is_empty(node):
        return len(_without_comments(text[: node.end_mark.index]))
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return len(text[: node.end_mark.index].rstrip())
    if not isinstance(node, MappingNode | SequenceNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(text, last[1] if isinstance(node, MappingNode) else last)


def _without_comments(head: str) -> str:
    """Return a text without the comments and the space at its end."""
    while True:
        head = head.rstrip()
        comment = _COMMENT.search(head, head.rfind("\n") + 1)
        if comment is None:
            return head
        head = head[: comment.start()]


def _added(text: str, node: MappingNode | SequenceNode, path: Path, value: Any) -> str:
    """Return a text with a further key, or a further entry, at the end of a mapping or a list."""
    inner = _nested(path[1:], value)
    if node.flow_style or not node.value:
        written = flow(inner) if isinstance(node, SequenceNode) else f"{flow(str(path[0]))}: {flow(inner)}"
        close = node.end_mark.index - 1
        head = text[:close].rstrip()
        return f"{head}{', ' if node.value else ''}{written}{text[close:]}"
    end = _end(text, node)
    line_end = text.find("\n", end)
    at = len(text) if line_end < 0 else line_end
    indent = " " * _column(node)
    if isinstance(node, SequenceNode):
        written = f"{indent}- {flow(inner)}"
    elif isinstance(inner, list) and inner:
        entries = "".join(f"\n{indent}{' ' * _INDENT}- {flow(one)}" for one in inner)
        written = f"{indent}{flow(str(path[0]))}:{entries}"
    elif isinstance(inner, str) and "\n" in inner:
        written = f"{indent}{flow(str(path[0]))}: {_block(inner, indent + ' ' * _INDENT)}"
    else:
        written = f"{indent}{flow(str(path[0]))}: {flow(inner)}"
    return f"{text[:at]}\n{written}{text[at:] or chr(10)}"


def _column(node: MappingNode | SequenceNode) -> int:
    """Return where the keys or the entries of a block stand."""
    first = node.value[0]
    return int(first[0].start_mark.column if isinstance(node, MappingNode) else node.start_mark.column)


def _removed(text: str, path: Path) -> str:
    node = compose(text)
    for part in path[:-1]:
        node = None if node is None else _child(node, part)
    gone = None if node is None else _child(node, path[-1])
    if not isinstance(node, MappingNode | SequenceNode) or gone is None:
        return text
    if len(node.value) == 1 and len(path) > 1:
        return _removed(text, path[:-1])  # an empty block would be no list and no mapping any more
    if isinstance(node, MappingNode):
        key = next(key for key, value in node.value if value is gone)
        start = key.start_mark.index
    else:
        start = gone.start_mark.index
    end = _end(text, gone)
    if node.flow_style:
        return _joined(text[:start].rstrip(), text[end:].lstrip())
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    return text[:line_start] + ("" if line_end < 0 else text[line_end + 1 :])


def _joined(head: str, tail: str) -> str:
    """Close the gap that an entry of a list or a mapping in one line has left."""
    if tail.startswith(","):
        tail = tail[1:].lstrip()
        return f"{head}{'' if head[-1:] in '[{' else ' '}{tail}"
    return f"{head.rstrip(',')}{tail}"
