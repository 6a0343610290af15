"""Public files as their makers publish them, where copies are at hand.

A folder that POOLSIGHT_PASTS names has a folder for each format, called as the format is, with files in it; and one
called `not-read` with files that are to be refused by their name.
"""

import os
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from simulator.errors import InputError
from simulator.history.formats import BY_NAME
from simulator.history.ledger import CAUSES, Effect
from simulator.history.options import Options
from simulator.history.past import FAULT
from simulator.history.read import read_past
from simulator.history.replay import replay_of

FOLDER: Final = os.environ.get("POOLSIGHT_PASTS", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="POOLSIGHT_PASTS names no folder of public files")
MISREAD: Final = ("broken", "no_id", "bad_time", "bad_number", "unknown_word", "backwards", "unknown_parent")
"""Causes that no file of a known format has unless its reader is wrong."""


def kept(name: str) -> list[Path]:
    """Return the files of a format."""
    folder = Path(FOLDER) / name
    return sorted(folder.iterdir()) if FOLDER and folder.is_dir() else []


@pytest.mark.parametrize("name", BY_NAME)
def test_public_files_are_read_as_what_they_are(name: str) -> None:
    if not kept(name):
        pytest.skip(f"no file of {name} is at hand")
    for path in kept(name):
        past = read_past([path], Options())
        assert past.files[0].format == name, path
        assert past.files[0].rows, path
        tasks = past.tasks[past.tasks[FAULT] == ""]
        assert bool(np.isfinite(tasks[["created", "duration"]].to_numpy(dtype=float)).all()), path
        replayed = len(replay_of(past, frozenset()).tasks)
        assert not [cause for cause in MISREAD if past.ledger.count(cause)], path
        dropped = sum(one.count for one in past.ledger.entries if CAUSES[one.cause].effect is Effect.DROPPED)
        assert len(past.tasks) <= replayed + dropped, path


def test_public_files_that_are_not_read_are_refused_by_their_name() -> None:
    if not kept("not-read"):
        pytest.skip("no such file is at hand")
    for path in kept("not-read"):
        with pytest.raises(InputError, match=": not read; "):
            read_past([path], Options())
