"""Files and folders that are there whole or not at all: they are made in a scratch folder, and renamed.

A killed process cannot remove its scratch. The next one that writes in the same place does: beside each scratch folder
lies a file that is locked as long as its process lives.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from simulator.errors import InputError, Problem

PREFIX: Final = ".poolsight-"
LOCK: Final = ".lock"
OWN_ONLY: Final = 0o600
"""Rights to a lock: nobody else may hold it."""
MADE: Final = "new"
"""Name of what is made in a scratch folder."""
TARGET: Final = "target"
"""Name of the file that holds where a folder goes which takes the place of another."""


@contextmanager
def scratch_folder(place: Path) -> Iterator[Path]:
    """Make a folder in `place` for what is not yet whole, and remove it at the end; so goes what killed ones left."""
    remove_abandoned(place)
    with _locked_name(place) as folder:
        try:
            folder.mkdir()
            yield folder
        finally:
            try:
                shutil.rmtree(folder, ignore_errors=True)
            finally:  # also where a signal came while it was removed
                shutil.rmtree(folder, ignore_errors=True)


def put_folder(made: Path, target: Path) -> None:
    """Rename a folder that was made in a scratch folder to `target`; what is there goes aside, and back if that fails.

    A process that is killed in between leaves no `target`: whoever writes there next finds its name, and goes on.
    """
    scratch = made.parent
    if not os.path.lexists(target):
        made.rename(target)
        return
    (scratch / TARGET).write_text(target.name, encoding="utf-8")
    aside = scratch / "old"
    target.rename(aside)
    try:
        made.rename(target)
    except BaseException:  # Ctrl-C between the two renames would lose the old result
        if not os.path.lexists(target):
            aside.rename(target)
        raise


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all; raise InputError where it cannot be written."""
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():  # a pipe or a device has no place beside it to write to
            target.write_bytes(data)
            return
        with scratch_folder(target.parent) as folder:
            made = folder / MADE
            made.write_bytes(data)
            if target.exists():
                shutil.copymode(target, made)
            made.replace(target)
    except OSError as error:
        raise InputError([Problem(f"cannot be written: {error.strerror or error}", str(path))]) from None


def remove_abandoned(place: Path) -> None:
    """Remove the scratch of processes that were killed while they wrote in `place`."""
    for lock in place.glob(f"{PREFIX}*{LOCK}"):
        with suppress(OSError), lock.open("rb") as file:
            if _lock(file):
                _finish(lock.with_suffix(""))
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink(missing_ok=True)


def _finish(scratch: Path) -> None:
    """Put in its place the folder that a killed process was about to, if what was there is aside already."""
    aside, name = scratch / "old", scratch / TARGET
    if aside.is_dir() and name.is_file():
        target = scratch.parent / Path(name.read_text(encoding="utf-8")).name
        if not os.path.lexists(target):
            made = scratch / MADE
            (made if made.is_dir() else aside).rename(target)


@contextmanager
def _locked_name(place: Path) -> Iterator[Path]:
    """Return the name of a folder that no other process takes for abandoned, until the end."""
    while True:
        # The name is known before there is the file: a signal right after that does not leave it behind.
        lock = place / f"{PREFIX}{os.urandom(6).hex()}{LOCK}"
        try:
            with os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWN_ONLY), "wb") as file:
                # Another process may have taken the new file for abandoned before it was locked.
                if (_lock(file) or os.name == "nt") and lock.exists():
                    yield lock.with_suffix("")
                    return
        finally:
            try:
                lock.unlink(missing_ok=True)
            finally:  # also where a signal came right before
                lock.unlink(missing_ok=True)


def _lock(file: IO[Any]) -> bool:
    """Return whether this process now has the lock of a file; where the system has no such locks, it never has."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
