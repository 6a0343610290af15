"""Expressions of templates, `[parameters('nodes')]`: read and evaluated as far as a file alone allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from simulator.scenario.reading.template_functions import (
    BY_FOLDED_NAME,
    EvaluationError,
    MissingValueError,
    text_of,
)

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>[A-Za-z_]\w*)|(?P<mark>[()\[\].,]))"
)

_BEGIN: Final = re.compile(r"\[(?=[A-Za-z]\w*\()")


MOST_COPIES: Final = 800
"""Of one resource or in one list, a limit of the service."""


@dataclass(slots=True)
class Scope:
    """What an expression can name: parameters, variables, and which copy of a resource it stands in."""

    parameters: Mapping[str, Any]
    """Values by folded name."""
    declared: Mapping[str, Any]
    """Declarations by folded name, with and without a default."""
    variables: Mapping[str, Any]
    """As they are written, by folded name."""
    copy_index: int | None = None
    functions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The template's own, as they are written, by folded name with their namespace."""
    loops: Mapping[str, int] = field(default_factory=dict)
    """Number of the entry that is made, by folded name of the list."""
    _open: set[str] = field(default_factory=set)
    """What is being evaluated, so that a circle is found."""

    def parameter(self, name: str) -> Any:
        """Return the value of a parameter, or its default."""
        folded = name.lower()
        if folded in self.parameters:
            return self.parameters[folded]
        declared = self.declared.get(folded)
        if declared is None:
            raise EvaluationError(f"the template has no parameter '{name}'")
        if not isinstance(declared, Mapping) or "defaultValue" not in declared:
            is_secret = isinstance(declared, Mapping) and str(declared.get("type")).lower().startswith("secure")
            text = f"the parameter '{name}' has no value: give parameters: {{{name}: …}} beside file"
            raise EvaluationError(text) if is_secret else MissingValueError(text)
        return self._once(f"parameter '{name}'", declared["defaultValue"])

    def variable(self, name: str) -> Any:
        """Return the value of a variable."""
        if name.lower() not in self.variables:
            made = self._made(name)
            if made is None:
                raise EvaluationError(f"the template has no variable '{name}'")
            return made
        return self._once(f"variable '{name}'", self.variables[name.lower()])

    def _once(self, what: str, written: Any) -> Any:
        if what in self._open:
            raise EvaluationError(f"the {what} is made of itself")
        self._open.add(what)
        try:
            return evaluated(written, self)
        finally:
            self._open.discard(what)

    def _made(self, name: str) -> list[Any] | None:
        """Return the list of a variable that `copy` makes; None where it makes none of that name."""
        for loop in loops_in({"copy": self.variables.get("copy")}):
            if str(loop.get("name")).lower() == name.lower():
                return [evaluated(loop.get("input"), one) for one in self.entries(loop)]
        return None

    def entries(self, loop: Mapping[str, Any]) -> Iterator[Scope]:
        """Yield the scope of each entry of a list that `copy` makes."""
        count = evaluated(loop.get("count"), self)
        if not isinstance(count, int) or not 0 <= count <= MOST_COPIES:
            raise EvaluationError(f"expected a number of copies up to {MOST_COPIES}, not {count!r}")
        name = str(loop.get("name")).lower()
        yield from (replace(self, loops={**self.loops, name: number}) for number in range(count))

    def own_function(self, name: str) -> Callable[..., Any] | None:
        """Return a function that the template declares; None where it declares none of that name."""
        declared = self.functions.get(name.lower())
        if declared is None:
            return None

        def call(*values: Any) -> Any:
            names = [str(one.get("name")).lower() for one in declared.get("parameters") or ()]
            if len(names) != len(values):
                raise EvaluationError(f"{name}() takes {len(names)} arguments, not {len(values)}")
            inner = Scope(dict(zip(names, values, strict=True)), {}, {}, functions=self.functions)
            return evaluated((declared.get("output") or {}).get("value"), inner)

        return call

    def copied(self, *given: Any) -> int:
        """Return the number of the copy, or of the entry of a list by its name, with an offset."""
        names = [one.lower() for one in given if isinstance(one, str)]
        offset = sum(one for one in given if isinstance(one, int))
        if names and names[0] in self.loops:
            return self.loops[names[0]] + offset
        if self.copy_index is None:
            raise EvaluationError("copyIndex() stands outside a copied resource")
        return self.copy_index + offset


def loops_in(held: Mapping[Any, Any]) -> list[Mapping[str, Any]]:
    """Return the lists that a `copy` among the keys of an object makes."""
    written = held.get("copy")
    return [one for one in written if isinstance(one, Mapping)] if isinstance(written, list) else []


def functions_in(written: object) -> dict[str, Mapping[str, Any]]:
    """Return the functions that a template declares, by folded name with their namespace."""
    found: dict[str, Mapping[str, Any]] = {}
    for space in written if isinstance(written, list) else ():
        members = space.get("members") if isinstance(space, Mapping) else None
        for name, one in members.items() if isinstance(members, Mapping) else ():
            found[f"{space.get('namespace')}.{name}".lower()] = one
    return found


def is_expression(value: object) -> bool:
    """Return whether a text is an expression; one that begins with two brackets is a text with one."""
    return isinstance(value, str) and value.startswith("[") and value.endswith("]") and not value.startswith("[[")


def evaluated(value: Any, scope: Scope) -> Any:
    """Return a value with every expression in it evaluated; raise EvaluationError at the first that cannot be."""
    if is_expression(value):
        return _Reader(value[1:-1], scope).whole()
    if isinstance(value, Mapping):
        return {key: evaluated(inner, scope) for key, inner in value.items()}
    if isinstance(value, list):
        return [evaluated(inner, scope) for inner in value]
    return value[1:] if isinstance(value, str) and value.startswith("[[") else value


def embedded(text: str, scope: Scope) -> Any:
    """Return a text with the expressions inside it evaluated, as templates of the command line have them.

    A text that is one expression has the value of that, of whatever type.
    """
    parts: list[str] = []
    at = 0
    for begin in _BEGIN.finditer(text):
        if begin.start() < at:
            continue
        reader = _Reader(text[begin.end() :], scope)
        value, end = reader.bracketed(), begin.end() + reader.at
        if begin.start() == 0 and end == len(text):
            return value
        parts += [text[at : begin.start()], text_of(value)]
        at = end
    return "".join([*parts, text[at:]])


class _Reader:
    """Reads one expression and evaluates it on the way."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope, self.at = text, scope, 0
        self.own: Mapping[str, Callable[..., Any]] = {
            "parameters": scope.parameter,
            "variables": scope.variable,
            "copyindex": scope.copied,
        }

    def whole(self) -> Any:
        """Return the value of the whole text."""
        value = self._value()
        if self.text[self.at :].strip():
            raise EvaluationError(f"'{self.text[self.at :].strip()}' is left over")
        return value

    def bracketed(self) -> Any:
        """Return the value of what stands before the next bracket of its own, and pass by that."""
        value = self._value()
        self._expect("]")
        return value

    def _next(self) -> tuple[str, str]:
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            raise EvaluationError("it is no expression of a template")
        self.at = found.end()
        kind = str(found.lastgroup)
        return kind, found[kind]

    def _is_next(self, mark: str) -> bool:
        """Return whether a mark comes next, and pass by it if so."""
        found = _TOKEN.match(self.text, self.at)
        if found is None or found["mark"] != mark:
            return False
        self.at = found.end()
        return True

    def _value(self) -> Any:
        kind, word = self._next()
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "number":
            return int(word)
        if kind == "name" and self._is_next("."):
            word = f"{word}.{self._next()[1]}"
        if kind != "name" or not self._is_next("("):
            raise EvaluationError("it is no expression of a template")
        value = self._called(word)
        while True:
            if self._is_next("."):
                value = _part(value, self._next()[1])
            elif self._is_next("["):
                value = _part(value, self._value())
                self._expect("]")
            else:
                return value

    def _called(self, name: str) -> Any:
        """Return what a function makes of the arguments that follow; of `if`, only what counts has to work."""
        arguments: list[Any] = []
        while not self._is_next(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._argument(is_lazy=name.lower() == "if"))
        if name.lower() == "if" and len(arguments) == 3:  # condition, then, else
            condition, then, otherwise = arguments
            return _settled(then if _settled(condition) else otherwise)
        own = self.own.get(name.lower()) or self.scope.own_function(name)
        function = own or BY_FOLDED_NAME.get(name.lower())
        if function is None:
            raise EvaluationError(f"{name}() is known only to the service that deploys it")
        try:
            return function(*arguments)
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            raise EvaluationError(f"{name}() does not take these arguments: {error}") from error

    def _argument(self, *, is_lazy: bool) -> Any:
        """Return an argument; a lazy one that fails is read to its end, and its error stands for it."""
        begin = self.at
        try:
            return self._value()
        except EvaluationError as error:
            if not is_lazy:
                raise
            self.at = _end_of_argument(self.text, begin)
            return error

    def _expect(self, mark: str) -> None:
        if not self._is_next(mark):
            raise EvaluationError(f"'{mark}' is missing")


def _settled(value: Any) -> Any:
    if isinstance(value, EvaluationError):
        raise value
    return value


def _end_of_argument(text: str, begin: int) -> int:
    """Return where the argument that begins at `begin` ends: before a comma or bracket of the outer call."""
    depth, at = 0, begin
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            break
        mark = found["mark"]
        if depth == 0 and mark in (",", ")"):
            return at
        depth += (mark in ("(", "[")) - (mark in (")", "]"))
        at = found.end()
    raise EvaluationError("it is no expression of a template")


def _part(value: Any, key: Any) -> Any:
    """Return what an object or a list holds under a key."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if str(name).lower() == str(key).lower():
                return inner
    elif isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    raise EvaluationError(f"there is no '{key}' in it")
