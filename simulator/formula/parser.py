"""From tokens to a tree, by precedence climbing (`docs/autoscale-language.md#grammar`).

A statement that cannot be parsed is reported once, and parsing goes on after its `;`.
"""

from typing import Final

from simulator.formula.errors import SYNTAX_ERROR, TOO_LONG, FormulaSyntaxError, SyntaxProblem
from simulator.formula.source import Source
from simulator.formula.tokens import Kind, Token, tokenize
from simulator.formula.tree import (
    Binary,
    Call,
    Expression,
    Member,
    Method,
    Name,
    Number,
    Statement,
    Ternary,
    Text,
    Tree,
    Unary,
)

MAX_CHARACTERS: Final = 8192
MAX_STATEMENTS: Final = 100
MAX_DEPTH: Final = 100
"""Brackets, calls, signs and ternaries inside each other; no formula in the field comes near it."""
MAX_REPORTED: Final = 20

LEVEL: Final = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6,
}  # fmt: skip
"""How tightly a binary operator binds; all associate to the left."""


class _WrongSyntaxError(Exception):
    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def parse(text: str) -> Tree:
    """Parse a formula; `FormulaSyntaxError` carries one problem for each statement that is wrong."""
    source = Source(text)
    if len(text) > MAX_CHARACTERS:
        message = f"the formula has {len(text)} characters; the service takes at most {MAX_CHARACTERS}"
        place = source.place(MAX_CHARACTERS)
        raise FormulaSyntaxError(TOO_LONG, [SyntaxProblem(place, message, source.line(place.line)[:80])])
    parser = _Parser(tokenize(text))
    tree = parser.formula()
    if len(tree.statements) > MAX_STATEMENTS and not parser.problems:
        message = f"{len(tree.statements)} statements; the service takes at most {MAX_STATEMENTS}"
        parser.problems.append(_WrongSyntaxError(message, tree.statements[MAX_STATEMENTS].start))
    if parser.problems:
        shown = [(source.place(problem.offset), problem.message) for problem in parser.problems[:MAX_REPORTED]]
        problems = [SyntaxProblem(place, message, source.line(place.line)) for place, message in shown]
        raise FormulaSyntaxError(SYNTAX_ERROR, problems)
    return tree


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.problems: list[_WrongSyntaxError] = []

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.at]

    def is_sign(self, text: str) -> bool:
        return self.tokens[self.at].text == text

    def is_end(self) -> bool:
        return self.token.kind is Kind.END

    def formula(self) -> Tree:
        statements = []
        while not self.is_end():
            if self.is_sign(";"):
                self.at += 1
                continue
            try:
                statements.append(self.statement())
            except _WrongSyntaxError as problem:
                self.problems.append(problem)
                self.depth = 0
                while not self.is_end() and not self.is_sign(";"):
                    self.at += 1
        return Tree(tuple(statements))

    def statement(self) -> Statement:
        first = self.token
        target = None
        if first.kind is Kind.NAME:
            following = self.tokens[self.at + 1]
            if following.text == "=":
                target = first.text
                self.at += 2
        value = self.expression()
        end = self.tokens[self.at - 1].end
        if not self.is_end():
            self.expect(";", "';' between two statements")
        return Statement(target, value, first.start, end)

    def expression(self) -> Expression:
        self.enter()
        condition = self.operation(1)
        if self.tokens[self.at].text != "?":
            self.depth -= 1
            return condition
        at = self.token.start
        self.at += 1
        then = self.expression()
        self.expect(":", "':' and what holds otherwise")
        otherwise = self.expression()
        self.depth -= 1
        return Ternary(condition, then, otherwise, condition.start, at)

    def operation(self, level: int) -> Expression:
        left = self.unary()
        while True:
            token = self.tokens[self.at]
            binds = LEVEL.get(token.text, 0)
            if binds < level or binds == 0:
                return left
            self.at += 1
            right = self.operation(binds + 1)
            left = Binary(token.text, left, right, left.start, token.start)

    def unary(self) -> Expression:
        token = self.tokens[self.at]
        if token.text in ("-", "!"):
            self.enter()
            self.at += 1
            operand = self.unary()
            self.depth -= 1
            return Unary(token.text, operand, token.start)
        left = self.primary()
        return self.postfix(left) if self.is_sign(".") else left

    def postfix(self, left: Expression) -> Expression:
        dots = 0
        while self.is_sign("."):
            dots += 1
            if dots > MAX_DEPTH:
                raise _WrongSyntaxError(f"more than {MAX_DEPTH} members of members", self.token.start)
            self.at += 1
            name = self.token
            if name.kind is not Kind.NAME:
                raise self.unexpected("the name of a method or member")
            self.at += 1
            if self.is_sign("("):
                bracket = self.token.start
                left = Method(left, name.text, self.arguments(), left.start, bracket)
            else:
                left = Member(left, name.text, left.start, name.start)
        return left

    def primary(self) -> Expression:
        token = self.token
        if token.kind is Kind.NUMBER:
            self.at += 1
            return Number(float(token.text), token.start)
        if token.kind is Kind.STRING:
            self.at += 1
            return Text(token.text[1:-1], token.start)
        if token.kind is Kind.NAME:
            self.at += 1
            if self.is_sign("("):
                bracket = self.token.start
                return Call(token.text, self.arguments(), token.start, bracket)
            return Name(token.text, token.start)
        if self.is_sign("("):
            self.at += 1
            inner = self.expression()
            self.expect(")", "')'")
            return inner
        raise self.unexpected("a value")

    def arguments(self) -> tuple[Expression, ...]:
        self.expect("(", "'('")
        found: list[Expression] = []
        if not self.is_sign(")"):
            found.append(self.expression())
            while self.is_sign(","):
                self.at += 1
                found.append(self.expression())
        self.expect(")", "',' or ')'")
        return tuple(found)

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _WrongSyntaxError(f"nested more than {MAX_DEPTH} deep", self.token.start)

    def expect(self, sign: str, what: str) -> None:
        if not self.is_sign(sign):
            raise self.unexpected(what)
        self.at += 1

    def unexpected(self, what: str) -> _WrongSyntaxError:
        token = self.token
        if token.kind is Kind.WRONG:
            return _WrongSyntaxError(token.text, token.start)
        if token.kind is Kind.END:
            return _WrongSyntaxError(f"the formula ends where {what} is expected", token.start)
        hint = " ('=' assigns; '==' compares)" if token.text == "=" else ""
        return _WrongSyntaxError(f"unexpected '{token.text}', expected {what}{hint}", token.start)
