"""What every report has around its parts: the answer first, links to the parts, who made it."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.report.page.markup import Html, tag


def framed(name: str, answer: str, description: str, parts: Sequence[tuple[str, str, list[Html]]]) -> list[Html]:
    """Put a page together: the answer first, links to its parts, the parts."""
    links = [tag("li", tag("a", title, href=f"#{key}")) for key, title, _ in parts]
    header = tag(
        "header",
        tag("p", "Poolsight report", class_="kicker"),
        tag("h1", name),
        tag("p", answer, class_="answer", id="answer"),
        tag("p", description) if description else None,
        tag("button", "Dark", type="button", id="theme", hidden=True),
    )
    made = []
    for key, title, content in parts:
        wrapped = tag("section", tag("h2", title, id=f"{key}-title"), content, id=key, aria_labelledby=f"{key}-title")
        made.append(wrapped)
    return [
        tag("a", "Skip to the key figures", href="#main", class_="skip"),
        header,
        tag("nav", tag("ul", links), aria_label="parts of the report"),
        tag("main", made, id="main", tabindex="-1"),
        tag("footer", tag("p", "Made by Poolsight. Plots: uPlot, © Leon Sorokin, MIT licence.")),
    ]
