"""A console of the terminal library that an input cannot take over, and that a closed output ends quietly."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from simulator.errors import CONTROL, plain


class PlainConsole(Console):
    """Prints texts of an input as texts: nothing in them acts on the terminal."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(plain(text), **{**options, "emoji": False})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is printed; also in texts that were made elsewhere nothing acts on the terminal."""
        for segment in super().render(renderable, options):
            is_harmless = segment.control or CONTROL.search(segment.text) is None
            yield segment if is_harmless else Segment(plain(segment.text), segment.style)

    def on_broken_pipe(self) -> None:
        """Leave it to the command how it ends when its reader has seen enough."""
        self.quiet = True
        raise BrokenPipeError
