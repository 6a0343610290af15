"""A message shows the place it speaks of, however long the line is."""

import string

from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import WINDOW, Problem

LINES = st.text(string.ascii_letters + string.digits + "{}:,", min_size=1, max_size=3000)


@given(LINES, st.data())
def test_the_caret_stands_under_the_character_it_means(line: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(1, len(line)))
    _, shown, caret = str(Problem("no such key", "f.json", 1, column, source=line)).splitlines()
    place = caret.index("^")
    assert shown[place] == line[column - 1]
    assert shown.strip().strip("…") in line
    assert len(shown) <= 4 + 1 + WINDOW + 1


def test_a_short_line_is_shown_whole() -> None:
    assert str(Problem("wrong", source="a: 1", column=4)) == "4: wrong\n    a: 1\n       ^"
