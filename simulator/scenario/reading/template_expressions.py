"""Expressions of templates, `[parameters('nodes')]`: read and evaluated as far as a file alone allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
            raise EvaluationError(f"the template has no variable '{name}'")
        return self._once(f"variable '{name}'", self.variables[name.lower()])

    def _once(self, what: str, written: Any) -> Any:
        if what in self._open:
            raise EvaluationError(f"the {what} is made of itself")
        self._open.add(what)
        try:
            return evaluated(written, self)
        finally:
            self._open.discard(what)

    def copied(self, offset: int = 0) -> int:
        """Return the number of the copy."""
        if self.copy_index is None:
            raise EvaluationError("copyIndex() stands outside a copied resource")
        return self.copy_index + offset


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
            "copyindex": lambda *given: scope.copied(*(one for one in given if isinstance(one, int))),
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
        function = self.own.get(name.lower()) or BY_FOLDED_NAME.get(name.lower())
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
