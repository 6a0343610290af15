"""A console of the terminal library that an input cannot take over, and that a closed output ends quietly."""

from typing import Any

from rich.console import Console
from rich.text import Text

from simulator.errors import plain


class PlainConsole(Console):
    """Prints texts of an input as texts: nothing in them acts on the terminal."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(plain(text), **options)

    def on_broken_pipe(self) -> None:
        """Leave it to the command how it ends when its reader has seen enough."""
        self.quiet = True
        raise BrokenPipeError
