"""The parser against a second description of the grammar, against its own output, and against damaged formulas."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import LarkError

from simulator.formula import Context, Formula, FormulaSyntaxError, parse_time
from simulator.formula.parser import parse
from simulator.formula.tree import Binary, Call, Expression, Member, Method, Name, Number, Ternary, Text, Tree, Unary
from tests.examples import examples
from tests.formula.grammar import Shape, formulas, shape_by_lark, unparsed

CONTEXT = Context(parse_time("2024-03-05T07:30:00Z"))


def shape(node: Expression) -> Shape:
    match node:
        case Number():
            return ("number", node.value)
        case Text():
            return ("text", node.value)
        case Name():
            return ("name", node.name)
        case Call():
            return ("()", node.name, tuple(map(shape, node.arguments)))
        case Method():
            return (".()", shape(node.receiver), node.name, tuple(map(shape, node.arguments)))
        case Member():
            return (".", shape(node.receiver), node.name)
        case Unary():
            return (node.sign, shape(node.operand))
        case Binary():
            return (node.sign, shape(node.left), shape(node.right))
        case Ternary():
            return ("?", shape(node.condition), shape(node.then), shape(node.otherwise))


def shapes(tree: Tree) -> Shape:
    return tuple(("=", statement.target, shape(statement.value)) for statement in tree.statements)


@examples(60)
@given(formulas())
def test_both_grammars_read_the_same_tree(text: str) -> None:
    assert shapes(parse(text)) == shape_by_lark(text)


@examples(60)
@given(formulas())
def test_text_to_tree_to_text_to_tree(text: str) -> None:
    tree = parse(text)
    again = unparsed(tree)
    assert shapes(parse(again)) == shapes(tree)
    assert unparsed(parse(again)) == again


@examples(60)
@given(formulas(), st.data())
def test_a_damaged_formula_is_refused_by_both_or_read_by_both(text: str, data: st.DataObject) -> None:
    """One character more, less or other: never a crash, and both grammars agree whether it is a formula."""
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 2))
    put = data.draw(
        st.sampled_from(["", ";", "(", ")", "=", "?", ":", ".", "$", '"', "%", "1", "a", "\n", "'", "&", "é"])
    )
    damaged = text[:at] + put + text[at + cut :]
    try:
        mine: Shape | None = shapes(parse(damaged))
    except FormulaSyntaxError:
        mine = None
    try:
        theirs: Shape | None = shape_by_lark(damaged)
    except LarkError:
        theirs = None
    assert mine == theirs
    if mine is not None:
        run = Formula.parse(damaged).evaluate(CONTEXT, trace=True)
        assert run.results.startswith("$TargetDedicatedNodes=")


@examples(60)
@given(st.text(alphabet='ab1.$"(),;?:+-*/<>=&|! \n%', max_size=60))
def test_any_text_ends_in_a_tree_or_in_our_error(text: str) -> None:
    with suppress(FormulaSyntaxError):
        assert Formula.parse(text).evaluate(CONTEXT, trace=True).results


def test_several_statements_are_each_reported_once() -> None:
    with pytest.raises(FormulaSyntaxError) as caught:
        parse("a = 1 +;\nb = 2;\nc = (3;\nd = 4 % 2;\ne = [1]")
    problems = caught.value.problems
    assert [(problem.place.line, problem.place.column) for problem in problems] == [(1, 8), (3, 7), (4, 7), (5, 5)]
    assert "expected ')'" in problems[1].message
    assert str(problems[0]).endswith("a = 1 +;\n           ^")
