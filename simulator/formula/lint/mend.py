"""The mechanical part of a mend: edits of the text, found by its tokens."""

from simulator.formula.edits import Edit
from simulator.formula.tokens import Kind, Token, tokenize
from simulator.formula.tree import Binary, Call, Method, Number, Statement, Tree
from simulator.formula.values import format_double
from simulator.formula.variables import OPTION

CLOSING = {"(": 1, ")": -1}
KEEP_TASKS = f"{OPTION} = taskcompletion;"


def rename_target(statement: Statement, name: str) -> tuple[Edit, ...]:
    """Return the edit that assigns another name."""
    return (Edit(statement.start, statement.start + len(statement.target or ""), name),)


def wrap_value(text: str, statement: Statement, opening: str) -> tuple[Edit, ...]:
    """Return the edits that put a statement's value into a call, such as `ceil(`."""
    tokens = [token for token in tokenize(text) if statement.start <= token.start < statement.end]
    first = tokens[2].start if statement.target is not None else tokens[0].start
    return (Edit(first, first, opening), Edit(statement.end, statement.end, ")"))


def wrap_operand(text: str, node: Binary, opening: str) -> tuple[Edit, ...]:
    """Return the edits that put the right operand of a product or quotient into a call."""
    tokens = tokenize(text)
    at = next(index for index, token in enumerate(tokens) if token.start == node.at) + 1
    start = tokens[at].start
    end = tokens[_operand_end(tokens, at)].end
    return (Edit(start, start, opening), Edit(end, end, ")"))


def _operand_end(tokens: list[Token], at: int) -> int:
    """Return the index of the last token of the operand that begins at `at`."""
    while tokens[at].text in ("-", "!"):
        at += 1
    if tokens[at].kind is Kind.NAME and tokens[at + 1].text == "(":
        at += 1
    if tokens[at].text == "(":
        at = _closing(tokens, at)
    while tokens[at + 1].text == ".":
        at += 2
        if tokens[at + 1].text == "(":
            at = _closing(tokens, at + 1)
    return at


def _closing(tokens: list[Token], at: int) -> int:
    depth = 0
    for index in range(at, len(tokens)):
        depth += CLOSING.get(tokens[index].text, 0)
        if depth == 0:
            return index
    return len(tokens) - 1


def insert_argument(node: Call, argument: str) -> tuple[Edit, ...]:
    """Return the edit that adds a first argument."""
    return (Edit(node.bracket + 1, node.bracket + 1, argument),)


def add_argument(text: str, node: Method, argument: str) -> tuple[Edit, ...]:
    """Return the edit that adds a last argument."""
    tokens = tokenize(text)
    at = next(index for index, token in enumerate(tokens) if token.start == node.bracket)
    end = tokens[_closing(tokens, at)].start
    return (Edit(end, end, f", {argument}"),)


def replace_number(text: str, literal: Number | None, value: float) -> tuple[Edit, ...]:
    """Return the edit that writes another number, where it stands there as such."""
    if literal is None:
        return ()
    token = next(token for token in tokenize(text) if token.start == literal.start)
    return (Edit(token.start, token.end, format_double(round(value, 10))),)


def replace_names(text: str, old: str, new: str) -> tuple[Edit, ...]:
    """Return the edits that replace a name wherever it stands."""
    return tuple(Edit(token.start, token.end, new) for token in tokenize(text) if token.text == old)


def keep_tasks(text: str, tree: Tree) -> tuple[Edit, ...]:
    """Return the edits that let nodes finish their tasks: other keywords replaced, or the option set at the end."""
    options = [statement for statement in tree.statements if statement.target == OPTION]
    if options:
        return tuple(
            Edit(token.start, token.end, "taskcompletion")
            for token in tokenize(text)
            for statement in options
            if statement.start <= token.start < statement.end and token.text in ("requeue", "terminate")
        )
    last = tree.statements[-1]
    rest = tokenize(text[last.end :])
    opening = "" if rest[0].text == ";" else ";"
    line = "" if text.endswith("\n") else "\n"
    edit = Edit(len(text), len(text), f"{line}{KEEP_TASKS}\n")
    if last.end == len(text):
        return (Edit(edit.start, edit.end, opening + edit.text),)
    return (Edit(last.end, last.end, opening), edit) if opening else (edit,)
