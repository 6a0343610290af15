"""What acted in the runs of a sweep and the service does not publish, by cell, and the file of it in a directory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from simulator.errors import InputError, Problem
from simulator.results.answer.assumed import Assumed, in_order, lines_by_name
from simulator.results.record.saved_json import read_saved

ASSUMED: Final = "assumptions.json"
REPAIR: Final = "restore it, or run the sweep into another directory"
"""What to do where it is damaged: the runs that are there rest on what it held."""


ByCell = dict[int, dict[Assumed, None]]
"""By cell, what acted in any of its trials."""


def lines_of_cells(found: Mapping[int, Iterable[Assumed]]) -> list[str]:
    """Return a line for each assumption; what acted in some cells alone ends with them."""
    return lines_by_name({f"cell {cell}": in_order(found[cell]) for cell in sorted(found)}, "cell")


def assumed_text(found: ByCell) -> str:
    """Return the text of the file: each assumption once, with the cells in which it acted."""
    cells: dict[Assumed, list[int]] = {}
    for cell in sorted(found):
        for one in found[cell]:
            cells.setdefault(one, []).append(cell)
    # The same bytes in whichever order the trials came.
    return json.dumps([{**asdict(one), "cells": cells[one]} for one in in_order(cells)], indent=2) + "\n"


def read_assumed(directory: Path) -> ByCell:
    """Return what acted in the trials that a directory has; nothing where no list of it is."""
    path = directory / ASSUMED
    if not path.is_file():
        return {}
    found: ByCell = {}
    listed = read_saved(path, REPAIR)
    try:
        for one in listed if isinstance(listed, list) else [listed]:
            assumed = _assumed({key: value for key, value in one.items() if key != "cells"})
            for cell in one["cells"]:
                found.setdefault(int(cell), {})[assumed] = None
    except (TypeError, ValueError, LookupError, AttributeError):
        raise InputError([Problem(f"is no list of assumptions; {REPAIR}", str(path))]) from None
    return found


def _assumed(one: Mapping[str, Any]) -> Assumed:
    """Return an assumption as it was written; raise TypeError, ValueError or LookupError where it is none."""
    texts_ = (one["about"], one["text"], one["joint"], one["option"] or "", *one["pools"])
    if not all(isinstance(text, str) for text in texts_):
        raise TypeError(one)
    return Assumed(**{**one, "pools": tuple(one["pools"])})
