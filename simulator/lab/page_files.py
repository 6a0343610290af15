"""The files of the page by the names under which it asks for them: its own, the editor, what it shares with reports.

They are read once, when the first is asked for, from the package alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from simulator.report.page.shell import asset, variables

KINDS: Final[Mapping[str, str]] = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
SHARED: Final = ("view.js", "plot.js", "pool.js", "nodes.js", "evaluations.js")
"""The drawing code of reports, in the order in which it is one script."""
OFFERED: Final = (
    "adopt", "clock", "colour", "count", "cursor", "element", "evaluationsOf", "card", "drawMarks", "marksHeight",
    "MARKS", "nodeLegend", "NodePlot", "plots", "pointAt", "roof", "SERIES", "SIGNS", "stepAt", "StepPlot",
    "translucent", "uPlot", "view",
)  # fmt: skip
"""What of it the page's modules use."""
NONCE: Final = "NONCE-OF-THIS-PAGE"


@dataclass(frozen=True, slots=True)
class File:
    """A file that a browser may ask for."""

    content: str
    kind: str


@cache
def page_files() -> Mapping[str, File]:
    """Return the files by name."""
    found = {name: File(text, KINDS[_suffix(name)]) for name, text in _own(_folder())}
    drawing = "\n".join([asset("uPlot.iife.min.js"), *map(asset, SHARED), f"export {{ {', '.join(OFFERED)} }};\n"])
    style = "\n".join([asset("uPlot.min.css"), asset("page.css"), variables()])
    return {**found, "drawing.js": File(drawing, KINDS[".js"]), "drawing.css": File(style, KINDS[".css"])}


def index(nonce: str) -> str:
    """Return the page with the nonce of its one made style sheet."""
    return (_folder() / "index.html").read_text(encoding="utf-8").replace(NONCE, nonce)


def _folder() -> Traversable:
    return files("simulator.lab") / "page"


def _own(folder: Traversable, begin: str = "") -> Iterator[tuple[str, str]]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _own(one, f"{begin}{one.name}/")
        elif _suffix(one.name) in KINDS:
            yield f"{begin}{one.name}", one.read_text(encoding="utf-8")


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]
