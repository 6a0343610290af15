"""What a value grows with: the names in it that are not taken off, and do more than decide."""

from collections.abc import Iterator, Mapping

from simulator.formula.tree import Binary, Call, Expression, Method, Name, Ternary, spine


def growing(node: Expression, values: Mapping[str, Expression], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the names that an expression is computed from, without what is taken off and what only decides."""
    if isinstance(node, Name):
        if node.name in values and node.name not in seen:
            yield from growing(values[node.name], values, seen | {node.name})
        else:
            yield node.name
    elif isinstance(node, Ternary):
        yield from growing(node.then, values, seen)
        yield from growing(node.otherwise, values, seen)
    elif isinstance(node, Binary):
        first, operators = spine(node)
        if operators[-1].sign in ("+", "-", "*", "/"):
            yield from growing(first, values, seen)
        for operator in operators:
            if operator.sign in ("+", "*"):
                yield from growing(operator.right, values, seen)
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from growing(argument, values, seen)
    elif isinstance(node, Method):
        yield from growing(node.receiver, values, seen)
