"""What a value is made of, through the variables in it; each variable is followed once, however often it is read."""

from collections.abc import Iterator, Mapping

from simulator.formula.tree import Binary, Call, Expression, Method, Name, Ternary, spine, walk


def expressions(node: Expression, values: Mapping[str, Expression]) -> Iterator[Expression]:
    """Yield every expression in a value, and those that its variables were given."""
    followed: set[str] = set()
    waiting = [node]
    while waiting:
        for inner in walk(waiting.pop()):
            yield inner
            if isinstance(inner, Name) and inner.name in values and inner.name not in followed:
                followed.add(inner.name)
                waiting.append(values[inner.name])


def growing(node: Expression, values: Mapping[str, Expression]) -> set[str]:
    """Return the names that an expression is computed from, without what is taken off and what only decides."""
    found: set[str] = set()
    followed: set[str] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, Name):
            waiting += _adding(part)
        elif part.name not in values:
            found.add(part.name)
        elif part.name not in followed:
            followed.add(part.name)
            waiting.append(values[part.name])
    return found


def _adding(node: Expression) -> list[Expression]:
    """Return the parts that an expression grows with."""
    if isinstance(node, Ternary):
        return [node.then, node.otherwise]
    if isinstance(node, Binary):
        first, operators = spine(node)
        is_number = operators[-1].sign in ("+", "-", "*", "/")
        return [first] * is_number + [operator.right for operator in operators if operator.sign in ("+", "*")]
    if isinstance(node, Call):
        return list(node.arguments)
    return [node.receiver] if isinstance(node, Method) else []
