"""One layout for all formulas: a statement a line, one blank between tokens, comments where they were.

Only what stands between tokens is changed, and `;` is written after every statement, so the meaning stays the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from simulator.formula.parser import parse
from simulator.formula.tokens import Kind, Token, tokenize

WIDTH: Final = 100
"""Longer statements are broken before `?`, `:`, `&&` and `||`."""
INDENT: Final = "    "
_COMMENT: Final = re.compile(r"//[^\r\n]*")
_BREAK: Final = re.compile(r"\r\n|\n|\r")
BREAKS: Final = ("?", ":", "&&", "||")
GLUED: Final = (")", ",", ".", ";")
"""Signs with no blank before them."""
OPENING: Final = ("(", ".")
"""Signs with no blank after them."""


@dataclass(slots=True)
class _Statement:
    tokens: list[Token] = field(default_factory=list)
    comments: dict[int, list[str]] = field(default_factory=dict)
    """Comments inside, by the index of the token after them."""


def layout(text: str) -> str:
    """Return a formula in the common layout; `FormulaSyntaxError` where it is none."""
    parse(text)
    lines: list[str] = []
    statement = _Statement()
    is_apart = False
    """Whether an empty line stands before the statement."""
    at = 0
    for token in tokenize(text):
        gap = text[at : token.start]
        at = token.end
        if statement.tokens:
            if found := _COMMENT.findall(gap):
                statement.comments[len(statement.tokens)] = [comment.rstrip() for comment in found]
        else:
            is_apart = _write_gap(gap, lines) or (is_apart and token.text == ";")
        if token.kind is not Kind.END and token.text != ";":
            statement.tokens.append(token)
        elif statement.tokens:
            lines += [""] if is_apart and lines else []
            lines += _written(statement).split("\n")
            statement, is_apart = _Statement(), False
    return "".join(f"{line}\n" for line in lines)


def _write_gap(gap: str, lines: list[str]) -> bool:
    """Write the comments between two statements; return whether an empty line stands at the end of the gap."""
    at = 0
    for found in _COMMENT.finditer(gap):
        breaks = len(_BREAK.findall(gap[at : found.start()]))
        if breaks == 0 and lines and not _ends_in_comment(lines[-1]):
            lines[-1] += f"  {found[0].rstrip()}"
        else:
            lines += [""] if breaks > 1 and lines else []
            lines.append(found[0].rstrip())
        at = found.end()
    return len(_BREAK.findall(gap[at:])) > 1


def _ends_in_comment(line: str) -> bool:
    tokens = tokenize(line)
    return "//" in line[tokens[-2].end if len(tokens) > 1 else 0 :]


def _written(statement: _Statement) -> str:
    if statement.comments:
        return _with_comments(statement)
    line = "".join(_pieces(statement.tokens)) + ";"
    return line if len(line) <= WIDTH else "\n".join(_broken(statement.tokens))


def _pieces(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield each token with the blank before it."""
    for index, token in enumerate(tokens):
        yield _space(tokens, index) + token.text


def _space(tokens: Sequence[Token], index: int) -> str:
    if index == 0:
        return ""
    before, token = tokens[index - 1], tokens[index]
    if token.text in GLUED or before.text in OPENING or _is_sign(tokens, index - 1):
        return ""
    if token.text == "(" and before.kind is Kind.NAME:
        return ""
    return " "


def _is_sign(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a token is a sign before an operand, not an operator between two."""
    if tokens[index].text == "!":
        return True
    if tokens[index].text != "-":
        return False
    before = tokens[index - 1] if index else None
    return before is None or (before.kind is Kind.SIGN and before.text != ")")


def _broken(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield a long statement in lines, broken before operators outside brackets, outermost first."""
    line, depth = "", 0
    for index, token in enumerate(tokens):
        if token.text in BREAKS and depth == 0 and line.strip():
            yield line
            line = f"{INDENT}{token.text}"
        else:
            line += _space(tokens, index) + token.text
        depth += {"(": 1, ")": -1}.get(token.text, 0)
    yield f"{line};"


def _with_comments(statement: _Statement) -> str:
    """Return a statement that has comments inside: each ends its line."""
    text = ""
    for index, piece in enumerate(_pieces(statement.tokens)):
        for comment in statement.comments.get(index, ()):
            text += f"{'' if text.endswith(INDENT) else '  '}{comment}\n{INDENT}"
        text += piece.lstrip() if text.endswith(INDENT) else piece
    tail = statement.comments.get(len(statement.tokens), [])
    return f"{text};" + ("  " + "\n".join(tail) if tail else "")
