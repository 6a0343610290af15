"""YAML that anybody may have written: its data, or the first thing in it that cannot be read, and where.

Aliases let a small text stand for a huge document, or for one that contains itself. How large a document is with all
its aliases written out is counted while it is composed, so that none is ever built that is out of proportion.
"""

from functools import cache
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode
from ruamel.yaml.reader import ReaderError

from simulator.json_text import DEEPEST, has_half
from simulator.scenario.reading.plain_yaml import NotPlainError, YamlTextError

MOST_REPEATED: Final = 100_000
"""Values that aliases may add to those that are written."""
LONGEST_BITS: Final = 4096
"""Of a whole number, whatever its base: longer ones could not even be shown."""
_EXPECTED: Final = {
    "tag:yaml.org,2002:timestamp": "no such date or time, expected one like 2026-01-05T08:00:00Z",
    "tag:yaml.org,2002:int": "cannot be read as a whole number",
    "tag:yaml.org,2002:float": "cannot be read as a number",
    "tag:yaml.org,2002:bool": "cannot be read as true or false",
}

_TEXTS: Final = frozenset({"tag:yaml.org,2002:null", "tag:yaml.org,2002:str"})


def read_any(text: str) -> Any:
    """Return the data of a YAML text, whatever it has of the language; raise YamlTextError where it has none."""
    try:
        data = _reader().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlTextError(_words(error), *((mark.line, mark.column) if mark else (0, 0))) from None
    except ReaderError as error:
        before = text[: error.position]
        place = before.count("\n"), len(before) - before.rfind("\n") - 1
        raise YamlTextError(f"not valid YAML: the character U+{error.character:04X} is not allowed", *place) from None
    except (YAMLError, RecursionError) as error:
        raise YamlTextError(f"not valid YAML: {str(error).splitlines()[0]}", 0, 0) from None
    if "\\u" in text.lower() and has_half(data):
        raise YamlTextError("half of a character (\\ud800 to \\udfff); expected both halves, or neither", 0, 0)
    return data


def value_of_plain(text: str) -> Any:
    """Return the value of a plain scalar; raise NotPlainError where it is none that stands for itself."""
    reader = _scalars()
    tag = reader.resolver.resolve(ScalarNode, text, (True, False))
    if str(tag) not in _EXPECTED and str(tag) not in _TEXTS:
        raise NotPlainError
    try:
        return reader.constructor.construct_object(ScalarNode(tag, text), deep=True)
    except YAMLError:
        raise NotPlainError from None


@cache
def _scalars() -> YAML:
    return _reader()


def compose(text: str) -> Node | None:
    """Return the tree of a text that can be read, with the place of every value."""
    tree: Node | None = _reader().compose(text)
    return tree


def _reader() -> YAML:
    reader = YAML(typ="safe", pure=True)
    reader.Composer = _Composer
    reader.Constructor = _Constructor
    return reader


def _words(error: MarkedYAMLError) -> str:
    why = (error.problem or "cannot be parsed").splitlines()[0]
    if isinstance(error, _UnusableError):
        return why
    return f"not valid YAML: {why}{': YAML indents by spaces, never by tabs' if repr(chr(9)) in why else ''}"


class _UnusableError(ConstructorError):
    """A value that is YAML by its grammar, and cannot be used."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(None, None, message, node.start_mark)


class _Composer(Composer):
    """Counts how deep and how large what it composes is once every alias is written out."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader=loader)
        self.warn_double_anchors = False  # an anchor may be set anew
        self._level = 0
        self._written = 0
        self._sizes: dict[int, tuple[int, int]] = {}
        """Values and levels of each list and mapping that is complete."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        is_alias = self.parser.check_event(AliasEvent)
        start = self.parser.peek_event().start_mark
        self._level += 1
        self._written += 1
        if self._level > DEEPEST:
            raise _UnusableError(_TOO_DEEP, ScalarNode("", "", start))
        node = super().compose_node(parent, index)
        self._level -= 1
        if not isinstance(node, ScalarNode):
            self._count(node, ScalarNode("", "", start) if is_alias else node, is_alias=is_alias)
        return node

    def _count(self, node: Node, place: Node, *, is_alias: bool) -> None:
        """Refuse a list or mapping that contains itself, or that aliases make too deep or too large."""
        if is_alias:
            if id(node) not in self._sizes:
                raise _UnusableError("this stands inside what it repeats: it would contain itself", place)
            return
        pairs = node.value if isinstance(node, MappingNode) else ((child,) for child in node.value)
        inside = [self._sizes.get(id(child), (1, 0)) for pair in pairs for child in pair]
        size = 1 + sum(values for values, _ in inside)
        depth = 1 + max((levels for _, levels in inside), default=0)
        self._sizes[id(node)] = size, depth
        if depth > DEEPEST:
            raise _UnusableError(_TOO_DEEP, place)
        if size > self._written + MOST_REPEATED:
            text = f"aliases would repeat more than {MOST_REPEATED:,} values here: write less, or without them"
            raise _UnusableError(text, place)


_TOO_DEEP: Final = f"nested too deeply; expected at most {DEEPEST} levels"


class _Constructor(SafeConstructor):
    """Names the place of a value that cannot be read as what it is marked or looks like."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            found = super().construct_object(node, deep=deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            expected = _EXPECTED.get(str(node.tag), "cannot be read as what its tag promises")
            raise _UnusableError(f"{expected}: {str(node.value)[:40]!r}", node) from None
        if isinstance(found, int) and found.bit_length() > LONGEST_BITS:
            raise _UnusableError("cannot be read: a whole number of more than 1,200 digits", node)
        return found
