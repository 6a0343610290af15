"""Libraries that only some of the work needs: the extra of the package that brings each, and what it is for.

A module that uses one imports it where it is used, and asks `require` for it before any work is done.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from simulator.errors import InputError

EXTRAS: Final[Mapping[str, Mapping[str, str]]] = {
    "tables": {
        "pyarrow": "Parquet files: what run, sweep and events keep with --out, what report, why, trace and plot read, "
        "and traces in Parquet; Arrow tables in Python",
    },
    "plots": {"matplotlib": "pictures: plot, and simulator.report.figures in Python"},
    "statistics": {"scipy": "calibrate and backtest; Latin hypercube and Sobol designs of sweeps"},
    "optimize": {"optuna": "plans over spaces too large for every design to be run"},
    "web": {"starlette": "poolsight serve and lab", "uvicorn": "poolsight serve and lab"},
    "cluster": {"distributed": "replications on several machines, by dask"},
}
"""By extra: its libraries, by the name they are imported by, and what needs them."""
EXTRA_OF: Final[Mapping[str, str]] = {library: extra for extra, libraries in EXTRAS.items() for library in libraries}


def require(library: str, what: str, instead: str = "") -> None:
    """Raise InputError if a library of an extra cannot be imported; `what` is the thing that needs it.

    The message names the command that installs it, and what can be done `instead`; of a library that is installed but
    cannot be used, also the reason.
    """
    try:
        import_module(library)
    except ImportError as error:
        is_absent = isinstance(error, ModuleNotFoundError) and error.name == library
        why = "which is not installed" if is_absent else f"which cannot be imported ({error})"
        extra = f"install the extra: pip install 'poolsight[{EXTRA_OF[library]}]'"
        raise InputError(f"{what} needs {library}, {why}; {extra}{instead and f', or {instead}'}") from None
