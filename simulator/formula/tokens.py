"""From characters to tokens (`docs/autoscale-language.md#text-of-a-formula`)."""

import re
from enum import Enum
from typing import Final, NamedTuple


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    SIGN = "operator"
    END = "end of the formula"
    WRONG = "wrong"


class Token(NamedTuple):
    """A piece of the text; a wrong token's `text` is what is wrong. No text of another kind equals that of a sign."""

    kind: Kind
    text: str
    start: int
    end: int


_TOKEN: Final = re.compile(
    r"""(?P<skip>(?:[ \t\r\n]+|//[^\r\n]*)+)
      | (?P<name>(?:\$[A-Za-z0-9_]|[A-Za-z_])[A-Za-z0-9_]*)
      | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?P<glued>[A-Za-z0-9_$]+)?
      | (?P<string>"[^"\r\n]*")
      | (?P<sign><=|>=|==|!=|&&|\|\||[-+*/<>!?:=.,;()])
      | (?P<wrong>.)
    """,
    re.VERBOSE | re.DOTALL,
)
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
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "skip":
            continue
        found = _KINDS.get(str(kind))
        start, end = match.span()
        if found is not None:
            tokens.append(Token(found, match[0], start, end))
        elif kind == "glued":
            start = match.start("glued")
            tokens.append(Token(Kind.WRONG, "expected an operator after the number", start, start + 1))
        else:
            tokens.append(_wrong(text, start, end))
    tokens.append(Token(Kind.END, "", len(text), len(text)))
    return tokens


def _wrong(text: str, start: int, end: int) -> Token:
    hint = _HINTS.get(text[start])
    shown = text[start] if text[start].isprintable() else f"U+{ord(text[start]):04X}"
    return Token(Kind.WRONG, f"unexpected '{shown}'" + (f": {hint}" if hint else ""), start, end)
