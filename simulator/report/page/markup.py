"""HTML that nobody can forget to escape: text is escaped unless it is `Html`, and only functions here make that."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta", "col"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Html | None | Iterable["Child"]


def tag(name: str, *children: Child, **attributes: str | float | bool | None) -> Html:
    """Make an element; `class_` stands for `class`, a `_` inside for `-`; None and False leave it out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def join(children: Child) -> Html:
    """Put children one after the other, text escaped."""
    if children is None:
        return Html("")
    if isinstance(children, Html):
        return children
    if isinstance(children, str):
        return Html(escape(children))
    return Html("".join(join(child) for child in children))


def _attribute(key: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def table(
    caption: str, titles: Sequence[str], rows: Iterable[Sequence[Child]], *, text: int = 1, **attributes: str
) -> Html:
    """Make a table with a caption; the first `text` columns are words, the others numbers, set flush right.

    The first cell of a row is its header.
    """
    head = [
        tag("th", title, scope="col", class_="number" if place >= text else None) for place, title in enumerate(titles)
    ]
    body = [
        tag(
            "tr",
            tag("th", cells[0], scope="row"),
            [
                tag("td", cell, class_="number" if place >= text else None, data_title=titles[place] or None)
                for place, cell in enumerate(cells)
                if place
            ],
        )
        for cells in rows
    ]
    made = tag("table", tag("caption", caption), tag("thead", tag("tr", head)), tag("tbody", body), **attributes)
    # A table wider than the page scrolls by itself; what scrolls must be reachable by keyboard.
    return tag("div", made, class_="scroll", tabindex="0", role="region", aria_label=caption)


def data(identity: str, value: Any) -> Html:
    """Make a block of JSON that no text inside can end."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Html(f'<script type="application/json" id="{escape(identity)}">{text}</script>')
