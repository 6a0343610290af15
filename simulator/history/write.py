"""A past as files: a scenario, its trace, the three tables, and a page about how they came to be."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import walk_tree

from simulator.errors import InputError, Problem
from simulator.extras import require
from simulator.history.folders import OURS, PAGE, SCENARIO, TRACE
from simulator.history.page import page
from simulator.history.past import Past
from simulator.history.pools import Given, pool_bodies
from simulator.history.replay import Replay
from simulator.scenario.format.timestamps import to_the_second
from simulator.whole_files import MADE, put_folder, scratch_folder

if TYPE_CHECKING:
    import pandas as pd


def prepare(directory: Path, *, force: bool = False) -> None:
    """Refuse a directory that could not be written, before files are read; `force` takes one that an import wrote."""
    require("pyarrow", "a directory of tables (--out)")
    if not os.path.lexists(directory):
        return
    is_ours = directory.is_dir() and not directory.is_symlink() and all((directory / name).is_file() for name in OURS)
    if is_ours and force:
        return
    way_out = "--force replaces it" if is_ours else "no import wrote it"
    raise InputError([Problem(f"exists, and {way_out}; name another directory", str(directory))])


def scenario_of(past: Past, replay: Replay, given: Given, preset: str | None = None) -> dict[str, Any]:
    """Return the document of a scenario that replays a trace beside it."""
    document: dict[str, Any] = {"name": "imported"}
    if past.origin is not None:
        document["origin"] = to_the_second(past.origin)
    if preset is not None:
        document["options"] = {"timingPreset": preset}
    document["pools"] = pool_bodies(past, replay, given)
    document["jobs"] = [
        _job(past, replay, str(job), rows) for job, rows in replay.tasks.groupby("scenario_job", sort=False)
    ]
    return document


def _job(past: Past, replay: Replay, job: str, rows: pd.DataFrame) -> dict[str, Any]:
    begin = float(rows["created"].min())
    columns = {name: name for name in replay.trace if name not in ("job", "submit", "duration")}
    source: dict[str, Any] = {"trace": TRACE, "columns": columns, "submitTimes": "relative"}
    if len(set(replay.tasks["scenario_job"])) > 1:
        source["keep"] = {"job": [job]}
    body: dict[str, Any] = {"id": job, "poolInfo": {"poolId": str(rows["scenario_pool"].iloc[0])}}
    priority = past.priorities.get(str(rows["job"].iloc[0]))
    if priority:
        body["priority"] = priority
    if replay.has_parents and bool((rows["parents"] != "").any()):
        body["usesTaskDependencies"] = True
    created = {"createdAt": f"{begin:.6f}".rstrip("0").rstrip(".") + "s"} if begin > 0 else {}
    return body | {"simulation": {**created, "workload": [source]}}


def yaml_of(document: dict[str, Any]) -> str:
    """Return a document as YAML, keys in order, texts of several lines as blocks."""
    yaml = YAML()
    yaml.width = 120
    separate = json.loads(json.dumps(document))  # a part that stands twice is written twice
    walk_tree(separate)
    text = io.StringIO()
    yaml.dump(separate, text)
    return f"# Made by poolsight import; {PAGE} states what was read, left out and assumed.\n{text.getvalue()}"


def write_past(past: Past, replay: Replay, document: dict[str, Any], directory: Path, *, force: bool = False) -> None:
    """Write everything into a directory, all of it or nothing; `force` replaces what an import wrote there before."""
    prepare(directory, force=force)
    parent = directory.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(parent) as scratch:
            made = scratch / MADE
            made.mkdir()
            replay.trace.to_parquet(made / TRACE, compression="zstd", index=False)
            for name, frame in (("tasks", past.tasks), ("nodes", past.nodes), ("pools", past.pools)):
                if len(frame):
                    frame.to_parquet(made / f"{name}.parquet", compression="zstd", index=False)
            (made / SCENARIO).write_text(yaml_of(document), encoding="utf-8")
            (made / PAGE).write_text(page(past, replay), encoding="utf-8")
            put_folder(made, directory)
    except OSError as error:
        raise InputError([Problem(f"cannot be written: {error.strerror or error}", str(directory))]) from None
