"""What one takes away from a scene: the formula with its command, the pool's body, a script, a report."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from simulator.errors import InputError
from simulator.lab.runs import Runs
from simulator.lab.scene import Scene
from simulator.lab.scene_data import Document, mappings, seconds, value_at
from simulator.lab.work_script import script
from simulator.report.page.run_page import run_page
from simulator.results.record.read import read
from simulator.results.write import write
from simulator.scenario.format.section import fold

SPANS: Final = frozenset(
    map(fold, ("autoScaleEvaluationInterval", "resizeTimeout", "maxWallClockTime", "retentionTime"))
)
"""Keys of the pool's body that are spans of time, which the service takes in one form only."""
OURS: Final = frozenset(map(fold, ("simulation", "file", "parameters")))
"""Keys that no body of the service has."""


def handed_on(runs: Runs, scene: Scene, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the file that is asked for under `what`: its name, what it holds, and what to do with it.

    Of several pools `pool` names the one that formula and body are taken from; the first, where it names none.
    """
    make = FILES.get(str(body.get("what")))
    if make is None:
        raise InputError(f"expected one of {', '.join(FILES)}")
    return make(runs, scene, str(body.get("pool")))


def _formula(_: Runs, scene: Scene, name: str) -> dict[str, Any]:
    pool = _named([one for _, one in mappings(scene.data, "pools") if value_at(one, "autoScaleFormula")], name)
    if pool is None:
        raise InputError("no pool of the scene follows a formula")
    interval = seconds(value_at(pool, "autoScaleEvaluationInterval") or "15m")
    command = (
        f"az batch pool autoscale enable --pool-id {shlex.quote(str(value_at(pool, 'id')))} "
        f'--auto-scale-formula "$(cat formula.txt)" --auto-scale-evaluation-interval {iso(interval or 900.0)}'
    )
    return {"name": "formula.txt", "content": str(value_at(pool, "autoScaleFormula")), "command": command}


def _pool(_: Runs, scene: Scene, name: str) -> dict[str, Any]:
    pool = _named([one for _, one in mappings(scene.data, "pools")], name)
    if pool is None:
        raise InputError("the scene has no pool of its own")
    content = json.dumps(pool_body(pool), indent=2, default=str) + "\n"
    return {"name": "pool.json", "content": content, "command": "az batch pool create --json-file pool.json"}


def _named(pools: list[Document], name: str) -> Document | None:
    """Return the pool of a name, else the first; None where there is none."""
    return next((one for one in pools if str(value_at(one, "id")) == name), pools[0] if pools else None)


def _script(runs: Runs, scene: Scene, _: str) -> dict[str, Any]:
    command = "pip install azure-batch && python submit_work.py"
    return {"name": "submit_work.py", "content": script(runs.run(scene).recording), "command": command}


def _report(runs: Runs, scene: Scene, _: str) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "run"
        write(runs.run(scene).recording, place)
        return {"name": "report.html", "content": run_page(read(place)), "command": ""}


FILES: Final[Mapping[str, Callable[[Runs, Scene, str], dict[str, Any]]]] = {
    "formula": _formula,
    "pool": _pool,
    "script": _script,
    "report": _report,
}
"""What can be taken away beside the scene itself."""


def pool_body(pool: Document) -> dict[str, Any]:
    """Return a pool's body as the service takes it: without what only a simulation needs, spans in its own form."""
    return {str(key): _as_the_service_has(str(key), value) for key, value in pool.items() if fold(str(key)) not in OURS}


def _as_the_service_has(key: str, value: Any) -> Any:
    if fold(key) in SPANS and (length := seconds(value)) is not None:
        return iso(length)
    return pool_body(value) if isinstance(value, Mapping) else value


def iso(length: float) -> str:
    """Write a span as the service does."""
    hours, rest = divmod(round(length), 3600)
    minutes, left = divmod(rest, 60)
    parts = ((hours, "H"), (minutes, "M"), (left, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")
