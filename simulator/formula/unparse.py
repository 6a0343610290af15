"""From a tree back to text: with as few brackets as the grammar needs."""

import math

from simulator.formula.parser import LEVEL
from simulator.formula.tree import (
    Binary,
    Call,
    Expression,
    Member,
    Method,
    Name,
    Number,
    Ternary,
    Text,
    Unary,
    spine,
)
from simulator.formula.values import format_double

TERNARY, UNARY, POSTFIX, ATOM = 0, 7, 8, 9


def write(node: Expression) -> str:
    """Write an expression."""
    return _write(node)[0]


def _write(node: Expression) -> tuple[str, int]:
    """Return the text and how tightly its outermost part binds."""
    match node:
        case Number():
            return _number(node.value), ATOM
        case Text():
            return f'"{node.value}"', ATOM
        case Name():
            return node.name, ATOM
        case Call():
            return f"{node.name}({', '.join(map(write, node.arguments))})", ATOM
        case Method():
            return f"{_inside(node.receiver, POSTFIX)}.{node.name}({', '.join(map(write, node.arguments))})", POSTFIX
        case Member():
            return f"{_inside(node.receiver, POSTFIX)}.{node.name}", POSTFIX
        case Unary():
            return f"{node.sign}{_inside(node.operand, UNARY)}", UNARY
        case Ternary():
            condition = _inside(node.condition, 1)
            return f"{condition} ? {write(node.then)} : {write(node.otherwise)}", TERNARY
        case Binary():
            return _chain(node)


def _number(value: float) -> str:
    if math.isinf(value):
        return "1e999"
    return format_double(value) if value < 1e16 else repr(value)


def _chain(node: Binary) -> tuple[str, int]:
    first, operators = spine(node)
    text, binds = _write(first)
    for operator in operators:
        level = LEVEL[operator.sign]
        if binds < level:
            text = f"({text})"
        text = f"{text} {operator.sign} {_inside(operator.right, level + 1)}"
        binds = level
    return text, binds


def _inside(node: Expression, level: int) -> str:
    text, binds = _write(node)
    return text if binds >= level else f"({text})"
