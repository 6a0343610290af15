"""The syntax tree: every node knows where it stands in the text (offsets)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number."""

    value: float
    start: int


@dataclass(frozen=True, slots=True)
class Text:
    """A literal text."""

    value: str
    start: int


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, constant or keyword."""

    name: str
    start: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; `bracket` is where its `(` stands."""

    name: str
    arguments: tuple[Expression, ...]
    start: int
    bracket: int


@dataclass(frozen=True, slots=True)
class Method:
    """A method call on what stands left of the dot."""

    receiver: Expression
    name: str
    arguments: tuple[Expression, ...]
    start: int
    bracket: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of what stands left of the dot; `at` is where its name begins."""

    receiver: Expression
    name: str
    start: int
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`-` or `!` before an operand."""

    sign: str
    operand: Expression
    start: int


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands; `at` is where the operator stands."""

    sign: str
    left: Expression
    right: Expression
    start: int
    at: int


@dataclass(frozen=True, slots=True)
class Ternary:
    """`condition ? then : otherwise`; `at` is where the `?` stands."""

    condition: Expression
    then: Expression
    otherwise: Expression
    start: int
    at: int


Expression = Number | Text | Name | Call | Method | Member | Unary | Binary | Ternary


@dataclass(frozen=True, slots=True)
class Statement:
    """An assignment, or an expression for its own sake where `target` is None."""

    target: str | None
    value: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A formula."""

    statements: tuple[Statement, ...]


def parts(node: Expression) -> tuple[Expression, ...]:
    """Give the expressions directly inside one."""
    match node:
        case Call():
            return node.arguments
        case Method():
            return (node.receiver, *node.arguments)
        case Member():
            return (node.receiver,)
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Ternary():
            return (node.condition, node.then, node.otherwise)
        case _:
            return ()


def walk(node: Expression) -> Iterator[Expression]:
    """Go through an expression and everything inside it, outer first, left to right; depth does not matter."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(parts(current)))


def spine(node: Binary) -> tuple[Expression, list[Binary]]:
    """Take a chain of left-associative operators apart: the first operand, and the operators from left to right.

    A chain may be as long as a formula; whoever works on it goes along the spine instead of down the tree.
    """
    chain = [node]
    left = node.left
    while isinstance(left, Binary):
        chain.append(left)
        left = left.left
    return left, chain[::-1]
