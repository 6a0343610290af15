"""The syntax tree: every node knows where it stands in the text (offsets)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Number(NamedTuple):
    """A literal number."""

    value: float
    start: int


class Text(NamedTuple):
    """A literal text."""

    value: str
    start: int


class Name(NamedTuple):
    """A variable, constant or keyword."""

    name: str
    start: int


class Call(NamedTuple):
    """A function call; `bracket` is where its `(` stands."""

    name: str
    arguments: tuple[Expression, ...]
    start: int
    bracket: int


class Method(NamedTuple):
    """A method call on what stands left of the dot."""

    receiver: Expression
    name: str
    arguments: tuple[Expression, ...]
    start: int
    bracket: int


class Member(NamedTuple):
    """A member of what stands left of the dot; `at` is where its name begins."""

    receiver: Expression
    name: str
    start: int
    at: int


class Unary(NamedTuple):
    """`-` or `!` before an operand."""

    sign: str
    operand: Expression
    start: int


class Binary(NamedTuple):
    """An operator between two operands; `at` is where the operator stands."""

    sign: str
    left: Expression
    right: Expression
    start: int
    at: int


class Ternary(NamedTuple):
    """`condition ? then : otherwise`; `at` is where the `?` stands."""

    condition: Expression
    then: Expression
    otherwise: Expression
    start: int
    at: int


Expression = Number | Text | Name | Call | Method | Member | Unary | Binary | Ternary


class Statement(NamedTuple):
    """An assignment, or an expression for its own sake where `target` is None."""

    target: str | None
    value: Expression
    start: int
    end: int


class Tree(NamedTuple):
    """A formula."""

    statements: tuple[Statement, ...]


def parts(node: Expression) -> tuple[Expression, ...]:
    """Return the expressions directly inside one."""
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
