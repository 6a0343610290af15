"""From characters to tokens (language specification, section 3)."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    SIGN = "operator"
    END = "end of the formula"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; `text` of a string is without its quotes, of a wrong token what is wrong."""

    kind: Kind
    text: str
    start: int
    end: int


_TOKEN: Final = re.compile(
    r"""(?P<skip>(?:[ \t\r\n]+|//[^\r\n]*)+)
      | (?P<name>[$_A-Za-z][A-Za-z0-9_]*)
      | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<string>"[^"\r\n]*")
      | (?P<sign><=|>=|==|!=|&&|\|\||[-+*/<>!?:=.,;()])
    """,
    re.VERBOSE,
)
_GLUED: Final = re.compile(r"[A-Za-z0-9_$]")
_KINDS: Final = {"name": Kind.NAME, "number": Kind.NUMBER, "string": Kind.STRING, "sign": Kind.SIGN}
_HINTS: Final = {
    "%": "there is no remainder operator",
    "^": "there is no power operator",
    "&": "expected '&&'",
    "|": "expected '||'",
    "'": 'text stands in double quotes: "..."',
    "[": "there are no vector literals: use vec(...)",
    "]": "there are no vector literals: use vec(...)",
    "{": "there are no blocks: use condition ? value : value",
    "}": "there are no blocks: use condition ? value : value",
    "$": "expected a name after '$'",
    '"': "a text that is not closed on its line",
}


def tokenize(text: str) -> list[Token]:
    """Cut a text into tokens, the last one of kind END; what is no token becomes one of kind WRONG."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            tokens.append(_wrong(text, at, at + 1))
            at += 1
            continue
        kind = str(match.lastgroup)
        end = match.end()
        if kind == "name" and match[0] == "$":
            tokens.append(_wrong(text, at, end))
        elif kind == "number" and (glued := _GLUED.match(text, end)):
            tokens.append(Token(Kind.WRONG, "expected an operator after the number", glued.start(), glued.end()))
            while end < len(text) and _GLUED.match(text, end):
                end += 1
        elif kind == "string":
            tokens.append(Token(Kind.STRING, match[0][1:-1], at, end))
        elif kind != "skip":
            tokens.append(Token(_KINDS[kind], match[0], at, end))
        at = end
    tokens.append(Token(Kind.END, "", len(text), len(text)))
    return tokens


def _wrong(text: str, start: int, end: int) -> Token:
    hint = _HINTS.get(text[start])
    shown = text[start] if text[start].isprintable() else f"U+{ord(text[start]):04X}"
    return Token(Kind.WRONG, f"unexpected '{shown}'" + (f": {hint}" if hint else ""), start, end)
