"""Options that several commands have, each with the same words in all of them."""

from typing import Annotated

import typer

Confine = Annotated[bool, typer.Option("--confine", help="Refuse files outside the folder of the file itself.")]
"""For what somebody unknown has written: names in it lead nowhere else."""
