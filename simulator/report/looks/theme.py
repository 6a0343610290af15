"""How every figure is set: paper, type, title, legend, note; and how it is written, the same bytes each time."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec

from simulator.errors import InputError, Problem
from simulator.extras import require
from simulator.report.looks.palette import LIGHT, Page, Shade
from simulator.whole_files import write_whole

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

P = ParamSpec("P")

SUFFIXES: Final = (".png", ".svg", ".pdf")
DPI: Final = 110
SIGN: Final = re.compile(r" (?=[%=×])")
"""A blank before a sign that belongs to what stands before it."""
SMALL: Final = 8.0
"""Points: the smallest type, still readable at half size on paper."""
_NO_DATE: Final[Mapping[str, dict[str, None]]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_STYLE: Final[Mapping[str, Any]] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters on every machine
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "hatch.linewidth": 0.5,
    "lines.linewidth": 1.3,
    "svg.hashsalt": "poolsight",
    "svg.fonttype": "path",
    "pdf.compression": 6,
    "path.simplify": True,
    "text.parse_math": False,  # ids and dollars are text, not formulas
}


def _rc(page: Page) -> list[Any]:
    colors = {
        "text.color": page.ink,
        "axes.labelcolor": page.ink,
        "axes.edgecolor": page.edge,
        "xtick.color": page.ink,
        "ytick.color": page.ink,
        "axes.facecolor": page.paper,
        "figure.facecolor": page.paper,
        "savefig.facecolor": page.paper,
        "grid.color": page.grid,
        "hatch.color": page.edge,
    }
    return ["default", {**_STYLE, **colors}]


def drawn(make: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw a figure in our style whatever the user's own settings are, and leave those alone."""

    @wraps(make)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Figure:
        require("matplotlib", "a picture")
        from matplotlib import style

        page = kwargs.get("page", LIGHT)
        with style.context(_rc(page if isinstance(page, Page) else LIGHT)):
            return make(*args, **kwargs)

    return styled


def sheet(page: Page, width: float, height: float) -> Figure:
    """Return an empty figure, sizes in inches; it belongs to no window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained", facecolor=page.paper)


def balanced(text: str, width: int) -> str:
    """Break text into as few lines as fit `width` characters, and those of like length; never before a sign."""
    text = SIGN.sub("\u00a0", text)
    count = len(_wrapped(text, width))
    narrow = next((w for w in range(1, width) if len(_wrapped(text, w)) <= count), width)
    longest = max((len(word) for word in text.split()), default=1)
    return "\n".join(_wrapped(text, max(narrow, min(longest, width))))


def _wrapped(text: str, width: int) -> list[str]:
    """Break text at blanks, not inside `low-priority`."""
    return textwrap.wrap(text, width, break_on_hyphens=False)


def entitle(figure: Figure, finding: str) -> None:
    """Set the finding as the figure's title, as many lines as it takes."""
    text = balanced(finding, int(figure.get_figwidth() * 9.3))
    figure.suptitle(text, x=0.008, ha="left", fontsize=12, fontweight="bold")


def swatch(shade: Shade, page: Page, title: str = "", *, plain: bool = False) -> Artist:
    """Return the legend's entry for an area."""
    from matplotlib.patches import Patch

    return Patch(
        facecolor=shade.on(page.mode),
        edgecolor=page.edge,
        hatch="" if plain else shade.hatch * 2,
        linewidth=0.6,
        label=title or shade.title,
    )


def legend(figure: Figure, handles: Iterable[Any], page: Page, *, note: str = "", columns: int = 0) -> None:
    """Set one legend for the whole figure beneath the axes, small print above it."""
    listed = list(handles)
    small = "\n".join(textwrap.wrap(note, int(figure.get_figwidth() * 15)))
    if not listed:
        if note:
            figure.supxlabel(small, x=0.008, ha="left", fontsize=SMALL, color=page.faint)
        return
    longest = max(len(str(handle.get_label())) for handle in listed)
    fitting = max(int(figure.get_figwidth() * 15 / (longest + 8)), 1)
    made = figure.legend(
        handles=listed,
        labels=[_shown(str(handle.get_label())) for handle in listed],
        loc="outside lower left",
        ncols=min(columns or len(listed), fitting),
        title=small or None,
        title_fontsize=SMALL,
        alignment="left",
    )
    made.get_title().set_color(page.faint)


def _shown(label: str) -> str:
    """Keep an id that begins with an underscore, which a legend would leave out."""
    return f"\N{NO-BREAK SPACE}{label}" if label.startswith("_") else label


def grouped(axis: Axis) -> None:
    """Write the numbers of an axis with thousands apart."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def placeholder(axes: Axes, text: str, page: Page) -> None:
    """Report in the middle of empty axes why they are empty."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=page.faint, fontsize=10)


def refuse_suffix(path: Path) -> list[Problem]:
    """Return what is wrong with a picture's name, if anything."""
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return []
    text = f"no picture can be written as {suffix!r}" if suffix else "has no suffix"
    return [Problem(f"{text}; expected one of {', '.join(SUFFIXES)}", str(path))]


@contextmanager
def _settled(figure: Figure) -> Iterator[None]:
    """Lay the figure out once and keep that while it is written.

    The solver of the layout goes by addresses in memory: from one process to the next its answers differ in the last
    bits, which vector formats write down.
    """
    engine = figure.get_layout_engine()
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = (round(value, 5) for value in axes.get_position().bounds)
        axes.set_position((left, bottom, width, height))
    for text in (figure._suptitle, figure._supxlabel):  # type: ignore[attr-defined]  # noqa: SLF001 - no getter
        if text is not None:
            text.set_position(tuple(round(value, 5) for value in text.get_position()))
    try:
        yield
    finally:
        figure.set_layout_engine(engine)


def _without_alpha(picture: BytesIO) -> bytes:
    """Write a PNG again without the transparency that an opaque page does not need: a tenth smaller."""
    from PIL import Image

    packed = BytesIO()
    Image.open(picture).convert("RGB").save(packed, "PNG", optimize=True, dpi=(DPI, DPI))
    return packed.getvalue()


def save(figure: Figure, path: Path) -> None:
    """Write a figure in the format of the path's suffix; the same figure gives the same bytes."""
    from matplotlib import style

    problems = refuse_suffix(path)
    if problems:
        raise InputError(problems)
    suffix = path.suffix.lower()
    buffer = BytesIO()
    with style.context(["default", dict(_STYLE)]), _settled(figure):
        figure.savefig(buffer, format=suffix[1:], metadata=dict(_NO_DATE[suffix]))
    written = _without_alpha(buffer) if suffix == ".png" else buffer.getvalue()
    write_whole(path, written)
