"""`formula fmt`: the same meaning, the same comments, and done once is done."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.formula import FormulaSyntaxError
from simulator.formula.layout import layout
from simulator.formula.parser import parse
from simulator.formula.tokens import Kind, tokenize
from tests.examples import examples
from tests.formula.grammar import formulas, unparsed

COMMENTS = st.sampled_from(["// one", "//two;", "// a = 1; b", "//", '// "text'])
GAPS = st.sampled_from(["", " ", "\n", "\n\n\n", "\r\n", "\t"])


def comments(text: str) -> list[str]:
    rest, found = text, []
    for token in tokenize(text):
        gap = text[len(text) - len(rest) : token.start]
        found += [comment.rstrip() for comment in re.findall(r"//[^\r\n]*", gap)]
        rest = text[token.end :]
    return found


def words(text: str) -> list[str]:
    return [token.text for token in tokenize(text) if token.kind is not Kind.END and token.text != ";"]


@st.composite
def commented(draw: st.DrawFn) -> str:
    """Draw a formula with comments and blanks between any two of its tokens."""
    pieces = []
    for token in tokenize(draw(formulas())):
        if draw(st.integers(0, 5)) == 0:
            pieces.append(f" {draw(GAPS)}{draw(COMMENTS)}\n{draw(GAPS)}")
        pieces.append(f"{draw(GAPS)} {token.text}")
    return "".join(pieces)


@examples(50)
@given(commented())
def test_meaning_and_comments_stay_and_a_second_time_changes_nothing(text: str) -> None:
    laid = layout(text)
    assert words(laid) == words(text)
    assert unparsed(parse(laid)) == unparsed(parse(text))
    assert comments(laid) == comments(text)
    assert layout(laid) == laid


STORY = """

// how many wait
a=1 ;;  // one
// two


b = -a*(-2)+ (3 -  4);c=!a?1:2;
d = a >= 1 && b<2 // why
  ? max( 1 ,$PendingTasks.GetSample( 1 ) ) // because
  : 0 // tail
;
$TargetDedicatedNodes = a > 1 ? max(0, $PendingTasks.GetSample(TimeInterval_Minute * 5, 10)) : b > 2 && d > 3 ? 7 : 8
"""
LAID = """\
// how many wait
a = 1;  // one
// two

b = -a * (-2) + (3 - 4);
c = !a ? 1 : 2;
d = a >= 1 && b < 2  // why
    ? max(1, $PendingTasks.GetSample(1))  // because
    : 0;  // tail
$TargetDedicatedNodes = a > 1
    ? max(0, $PendingTasks.GetSample(TimeInterval_Minute * 5, 10))
    : b > 2
    && d > 3
    ? 7
    : 8;
"""


def test_how_it_looks() -> None:
    assert layout(STORY) == LAID


def test_what_is_no_formula_is_left_alone() -> None:
    with pytest.raises(FormulaSyntaxError):
        layout("a = ;")
