"""The project's own list of words finds what it is for; `make check` holds it against every file."""

import pytest

from tests import words


def test_what_has_to_stay_is_still_there() -> None:
    for file, word in words.ALLOWED:
        text = (words.ROOT / file).read_text(encoding="utf-8")
        assert any(use[1] == word for use in words.in_module(text)), "take it off the list"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def heed(): pass", ["heed"]),
        ("class TellTale: pass", ["tell"]),
        ("def f(what_is_said): pass", ["said"]),
        ("self.dice = 1", ["dice"]),
        ('def f():\n    """Give the answer."""', ["give"]),
        ('"""Let a thing be."""', ["let"]),
        ("# by luck", ["luck"]),
        ("print('you are told')", ["told"]),
        ("def f():\n    '''Return what the file says.'''", []),
        ("study.ask(hearing, retold)", []),
    ],
)
def test_words_are_found_in_names_docstrings_and_messages(text: str, found: list[str]) -> None:
    assert sorted({word for _, word, _ in words.in_module(text)}) == found
