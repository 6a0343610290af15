"""Notebooks as pairs: the percent script is the source; the .ipynb is the same cells with what they put out.

`python -m tests.notebooks.pairs [NAME…]` executes scripts anew and writes their .ipynb; without names, all of them.
"""

from __future__ import annotations

import base64
import io
import os
import re
import sys
from pathlib import Path
from typing import Any, Final

import jupytext
import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from tests.waiting import GUARD_S

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "notebooks"
SCRIPTS: Final = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
KERNEL: Final = {"display_name": "Python 3", "language": "python", "name": "python3"}
FORGET: Final = "%reset -f"
"""Removes all that cells have named."""
COLOURS: Final = 128
"""Of a picture: areas of few colours with smooth edges need no more, and weigh a third."""

Notebook = Any


def read_script(script: Path) -> Notebook:
    """Read a script as a notebook without outputs; cells are numbered, so that the same text gives the same file."""
    notebook = jupytext.read(script)
    for number, cell in enumerate(notebook.cells, 1):
        cell["id"] = f"cell-{number:02}"
        cell["metadata"] = {}
    notebook["metadata"] = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    return notebook


def execute(script: Path, folder: Path = FOLDER, kernel: KernelManager | None = None) -> Notebook:
    """Run a script's cells in `folder` and return the notebook with their outputs.

    They run in a kernel of their own, or in one that may have run others, without what these left; starting one and
    importing costs as much as most notebooks.
    """
    notebook = read_script(script)
    client = NotebookClient(
        notebook, km=kernel, kernel_name="python3", resources={"metadata": {"path": str(folder)}},
        timeout=GUARD_S, startup_timeout=GUARD_S,
        record_timing=False, coalesce_streams=True,  # how the kernel cuts its text into messages is chance
    )  # fmt: skip
    if kernel is not None:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(FORGET))  # type: ignore[no-untyped-call]
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"})
    if kernel is not None:
        assert client.kc is not None
        client.kc.stop_channels()
        del notebook.cells[0]
    for cell in notebook.cells:
        cell["metadata"] = {}
        for output in cell.get("outputs", []):
            output.pop("metadata", None)
            if "data" in output:
                output["metadata"] = {}
    notebook["metadata"] = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    return notebook


def read_pair(script: Path) -> Notebook:
    """Read the executed notebook beside a script."""
    return nbformat.read(script.with_suffix(".ipynb"), as_version=4)  # type: ignore[no-untyped-call]


def sources(notebook: Notebook) -> list[tuple[str, str]]:
    """Return kind and text of every cell."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def outputs(notebook: Notebook) -> list[dict[str, Any]]:
    """Return all outputs, in order."""
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def texts(notebook: Notebook) -> list[str]:
    """Return what the cells put out as text; pictures are not compared, they depend on the version of the library."""
    found = []
    for output in outputs(notebook):
        if output["output_type"] == "stream":
            found.append(f"{output['name']}: {output['text']}")
        elif "image/png" in output.get("data", {}):
            found.append("a picture")
        else:
            found.append(str(output.get("data", {}).get("text/plain", output)))
    return found


def pictures(notebook: Notebook) -> list[bytes]:
    """Return the pictures as PNG files."""
    return [
        base64.b64decode(output["data"]["image/png"])
        for output in outputs(notebook)
        if "image/png" in output.get("data", {})
    ]


def write(script: Path) -> None:
    """Execute a script and write the notebook beside it, with small pictures."""
    notebook = execute(script)
    for output in outputs(notebook):
        if "image/png" in output.get("data", {}):
            output["data"]["image/png"] = base64.b64encode(_small(output["data"]["image/png"])).decode()
    text = nbformat.writes(notebook, version=4)  # type: ignore[no-untyped-call]
    script.with_suffix(".ipynb").write_text(re.sub(r"\n*\Z", "\n", text), encoding="utf-8")


def _small(png: str) -> bytes:
    """Return the picture with few colours."""
    from PIL import Image

    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    file = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    wanted = set(sys.argv[1:])
    for script in SCRIPTS:
        if not wanted or script.stem in wanted:
            write(script)
            print(script.with_suffix(".ipynb").relative_to(ROOT))  # noqa: T201 - a command
