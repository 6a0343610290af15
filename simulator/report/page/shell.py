"""The frame of every page: one file that needs nothing else, whose scripts nothing can be added to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, Final

from simulator.report.looks.palette import CYCLE, DARK, LABELS, LIGHT, MARKS, NODE_STATES, OTHER, OUTCOMES, SERIES, Page
from simulator.report.page.markup import Html, data, join

SCRIPTS: Final = ("view.js", "plot.js", "pool.js", "nodes.js", "evaluations.js", "main.js")
"""In this order they are one script."""
# No network: nothing may be loaded. No injection: only scripts with these hashes run.
_POLICY: Final = Template(
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src $hashes; "
    "base-uri 'none'; form-action 'none'"
)
_PAGE: Final = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="$policy">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Poolsight">
<link rel="icon" href="data:,">
<title>$title</title>
<style>$style</style>
</head>
<body>
$body
$data
$scripts
</body>
</html>
"""
)


def document(title: str, body: Sequence[Html], values: dict[str, Any]) -> str:
    """Make a page of `body`; `values` is what its scripts read."""
    scripts = [asset("uPlot.iife.min.js"), '"use strict";\n(() => {\n' + "\n".join(map(asset, SCRIPTS)) + "})();\n"]
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts
    )
    return _PAGE.substitute(
        policy=_POLICY.substitute(hashes=hashes),
        title=join(title),
        style="\n".join((asset("uPlot.min.css"), asset("page.css"), variables())),
        body=join(body),
        data=data("page-data", values),
        scripts="".join(f"<script>{text}</script>" for text in scripts),
    )


@cache
def asset(name: str) -> str:
    """Read a file that travels inside pages."""
    return (files("simulator.report") / "assets" / name).read_text(encoding="utf-8")


def variables() -> str:
    """Return the palette as CSS: paper is light, a screen as the reader has it or chooses it."""
    light, dark = (_declared(page) for page in (LIGHT, DARK))
    dark_for = ':root:not([data-theme="light"])'
    classes = [
        f".{group}-{name}{{{'color' if group == 'mark' else 'background'}:var(--{group}-{name})}}"
        for group, names in _GROUPS.items()
        for name in names
    ]
    return "\n".join(
        [
            f":root{{{light}}}",
            f"@media screen and (prefers-color-scheme: dark){{{dark_for}{{{dark}}}}}",
            f'@media screen{{:root[data-theme="dark"]{{{dark}}}}}',
            *classes,
        ]
    )


_CYCLE: Final = {str(place): shade for place, shade in enumerate(CYCLE)}
_GROUPS: Final = {
    "state": NODE_STATES,
    "label": LABELS,
    "outcome": OUTCOMES,
    "series": SERIES,
    "mark": MARKS,
    "cycle": _CYCLE,
}


def _declared(page: Page) -> str:
    """Return the variables of a light or a dark page."""
    is_light = page.mode == "light"
    plain = {
        "paper": page.paper,
        "ink": page.ink,
        "faint": page.faint,
        "grid": page.grid,
        "absent": page.absent,
        "edge": page.edge,
        "other": OTHER.on(page.mode),
        "card": "#F6F7F9" if is_light else "#1E2227",
        "link": "#00568A" if is_light else "#7CC0F5",
        "focus": "#005FCC" if is_light else "#8FC7FF",
        "problem": "#A34700" if is_light else "#FF9A5C",
        "select": "#0072B233" if is_light else "#3D9BE055",
    }
    named = {
        f"{group}-{name}": shade.on(page.mode) for group, shades in _GROUPS.items() for name, shade in shades.items()
    }
    return "".join(f"--{name}:{value};" for name, value in {**plain, **named}.items())
