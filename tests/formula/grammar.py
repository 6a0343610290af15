"""A second description of the grammar, for lark, and formulas that hypothesis draws from the rules of the language."""

from hypothesis import strategies as st
from lark import Lark, Token, Tree
from lark.visitors import Transformer

from simulator.formula.tree import Tree as Formulas
from simulator.formula.unparse import write

GRAMMAR = r"""
formula: ";"* (statement (";"+ statement)* ";"*)?
statement: NAME "=" expression -> assignment
         | expression          -> bare
?expression: disjunction "?" expression ":" expression -> ternary
           | disjunction
?disjunction: conjunction | disjunction OR conjunction -> binary
?conjunction: equality | conjunction AND equality -> binary
?equality: relation | equality EQUAL relation -> binary
?relation: sum | relation LESS sum -> binary
?sum: product | sum PLUS product -> binary
?product: sign | product TIMES sign -> binary
?sign: UNARY sign -> unary
     | postfix
?postfix: primary
        | postfix "." NAME "(" arguments ")" -> method
        | postfix "." NAME -> member
?primary: NUMBER -> number
        | STRING -> text
        | NAME "(" arguments ")" -> call
        | NAME -> name
        | "(" expression ")"
arguments: [expression ("," expression)*]
OR: "||"
AND: "&&"
EQUAL: "==" | "!="
LESS: "<=" | ">=" | "<" | ">"
PLUS: "+" | "-"
TIMES: "*" | "/"
UNARY: "-" | "!"
NAME: /\$[A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*/
NUMBER: /([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?(?![A-Za-z0-9_$])/
STRING: /"[^"\r\n]*"/
COMMENT: /\/\/[^\r\n]*/
%import common.WS
%ignore WS
%ignore COMMENT
"""
PARSER = Lark(GRAMMAR, start="formula", parser="earley", ambiguity="resolve")

Shape = tuple[object, ...]


class Shapes(Transformer[Token, Shape]):
    """Turn lark's tree into nested tuples that the hand-written parser's tree can be compared with."""

    def formula(self, items: list[Shape]) -> Shape:
        return tuple(items)

    def assignment(self, items: list[object]) -> Shape:
        return ("=", str(items[0]), items[1])

    def bare(self, items: list[object]) -> Shape:
        return ("=", None, items[0])

    def ternary(self, items: list[object]) -> Shape:
        return ("?", *items)

    def binary(self, items: list[object]) -> Shape:
        return (str(items[1]), items[0], items[2])

    def unary(self, items: list[object]) -> Shape:
        return (str(items[0]), items[1])

    def method(self, items: list[object]) -> Shape:
        return (".()", items[0], str(items[1]), items[2])

    def member(self, items: list[object]) -> Shape:
        return (".", items[0], str(items[1]))

    def call(self, items: list[object]) -> Shape:
        return ("()", str(items[0]), items[1])

    def arguments(self, items: list[object]) -> Shape:
        return tuple(item for item in items if item is not None)

    def number(self, items: list[object]) -> Shape:
        return ("number", float(str(items[0])))

    def text(self, items: list[object]) -> Shape:
        return ("text", str(items[0])[1:-1])

    def name(self, items: list[object]) -> Shape:
        return ("name", str(items[0]))


def shape_by_lark(text: str) -> Shape:
    tree: Tree[Token] = PARSER.parse(text)
    return Shapes().transform(tree)


NAMES = st.sampled_from(
    ["a", "B1", "_x", "$y", "$PendingTasks", "$TargetDedicatedNodes", "TimeInterval_Minute", "requeue", "e1"]
)
NUMBERS = st.sampled_from(["0", "7", "2.5", ".25", "1e3", "1E-2", "70", "1e999"])
TEXTS = st.sampled_from(['""', '"2024-03-05"', '"// no comment"', '"a;b"'])
SPACE = st.sampled_from(["", " ", "\t", "\n", " // c\n"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "&&", "||"])


def expressions() -> st.SearchStrategy[str]:
    leaves = NAMES | NUMBERS | TEXTS

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        arguments = st.lists(inner, max_size=3).map(", ".join)
        return st.one_of(
            st.tuples(inner, SPACE, OPERATORS, SPACE, inner).map("".join),
            st.tuples(inner, inner, inner).map(lambda parts: f"{parts[0]} ? {parts[1]} : {parts[2]}"),
            inner.map(lambda text: f"({text})"),
            st.tuples(st.sampled_from(["-", "!"]), inner).map("".join),
            st.tuples(st.sampled_from(["max", "avg", "vec", "f"]), arguments).map(
                lambda parts: f"{parts[0]}({parts[1]})"
            ),
            st.tuples(NAMES, arguments).map(lambda parts: f"{parts[0]}.GetSample({parts[1]})"),
            inner.map(lambda text: f"({text}).hour"),
        )

    return st.recursive(leaves, larger, max_leaves=12)


def formulas() -> st.SearchStrategy[str]:
    statement = st.one_of(
        expressions(), st.tuples(NAMES, SPACE, expressions()).map(lambda parts: f"{parts[0]}{parts[1]}= {parts[2]}")
    )
    return st.lists(statement, max_size=4).map(";\n".join)


def unparsed(tree: Formulas) -> str:
    """Write a parsed formula, one statement a line, with the brackets that the language needs."""
    texts = ((statement.target, write(statement.value)) for statement in tree.statements)
    return "\n".join(f"{target} = {value};" if target else f"{value};" for target, value in texts)
