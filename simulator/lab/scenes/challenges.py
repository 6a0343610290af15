"""Challenges: a target to be reached, with hints and the best solution known."""

from collections.abc import Sequence
from typing import Final

from simulator.lab.gallery_scene import GalleryScene

CHALLENGES: Final[Sequence[GalleryScene]] = ()
