"""Files that somebody names: read whole, or refused with a reason before they can do harm.

A scenario may come from anybody. What it names is read only where that is a regular file of limited size, so that
no name makes the program wait for ever or fill the memory: not a device, a named pipe or a small file that unpacks to
a huge one.
"""

import gzip
import io
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulator.errors import InputError, Problem

LARGEST_BYTES: Final = 4 << 30
"""Of a file that is read whole."""
UNPACKED_RATIO: Final = 200
"""How many times its own size a compressed file may have; tables of numbers reach some 20."""
UNPACKED_BYTES: Final = 64 << 20
"""What a compressed file may unpack to, however small it is."""
CHUNK_BYTES: Final = 1 << 20
_KINDS: Final = (
    (stat.S_ISDIR, "is a directory"),
    (stat.S_ISFIFO, "is a named pipe"),
    (stat.S_ISSOCK, "is a socket"),
    (lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode), "is a device"),
)
_OF_SHELL: Final = ("/dev/fd/", "/proc/self/fd/", "/dev/stdin")
"""Where a shell puts the pipes of `<(command)`: they are open already, so nobody waits for their other end."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder that names in a file start from, and the one that they may not lead out of."""

    path: Path
    within: Path | None = None
    """None: a name may lead anywhere."""
    is_own: bool = True
    """Whether what names files, or functions, is the user's own: a file, and not what somebody sends to a run."""

    @property
    def brings_code(self) -> bool:
        """Whether a name may stand for a function that is called."""
        return self.is_own and self.within is None

    def file(self, name: str) -> Path:
        """Return the file that a name leads to; raise InputError where that lies outside `within`.

        Whether there is such a file outside is not looked at, so that the answer reveals nothing of it.
        """
        path = self.path / name
        if self.within is None:
            return path
        try:
            is_inside = path.resolve().is_relative_to(self.within.resolve())
        except (OSError, RuntimeError, ValueError):  # a circle of links, or no name of a file at all
            is_inside = False
        if not is_inside:
            raise _unreadable(name, "lies outside the folder that files are confined to")
        return path


def bound(file: str | Path, *, confine: bool) -> Path | None:
    """Return the folder that what a file names may not lie outside of: its own; None where it is not confined."""
    return Path(file).parent if confine else None


def read_bytes(path: Path, name: str | None = None) -> bytes:
    """Return the content of a regular file; raise InputError about `name` where it cannot be read whole."""
    called = str(path) if name is None else name
    modified(path, called)
    try:
        with path.open("rb") as file:
            data = b"".join(iter(lambda: file.read(CHUNK_BYTES), b"")) if path.is_fifo() else file.read()
    except OSError as error:
        raise _unreadable(called, error.strerror or "an error of the file system") from None
    if len(data) > LARGEST_BYTES:
        raise _unreadable(called, "is larger than 4 GiB")
    return data


def read_text(path: Path, name: str | None = None, *, newline: str | None = None) -> str:
    """Return the text of a regular file in UTF-8, line ends as `newline` has it for `open`."""
    called = str(path) if name is None else name
    try:
        return io.TextIOWrapper(io.BytesIO(read_bytes(path, called)), encoding="utf-8-sig", newline=newline).read()
    except UnicodeDecodeError:
        raise _unreadable(called, "not a text file in UTF-8") from None


def modified(path: Path, name: str | None = None) -> int:
    """Return when a file was modified last, in ns; raise InputError where it is no file that can be read whole."""
    called = str(path) if name is None else name
    try:
        found = path.stat()
    except ValueError:
        raise _unreadable(called, "no name of a file has the character NUL in it") from None
    except OSError as error:
        raise _unreadable(called, error.strerror or "an error of the file system") from None
    kind = next((text for holds, text in _KINDS if holds(found.st_mode)), None)
    if kind is not None and not (stat.S_ISFIFO(found.st_mode) and str(path).startswith(_OF_SHELL)):
        raise _unreadable(called, f"{kind}; expected a regular file")
    if found.st_size > LARGEST_BYTES:
        raise _unreadable(called, "is larger than 4 GiB")
    return found.st_mtime_ns


def is_file(path: Path) -> bool:
    """Return whether a regular file has this name; no name is too long or too odd to be asked for."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def unpacked(data: bytes, name: str) -> bytes:
    """Return what a gzip file holds; raise InputError where that is more than it can well be."""
    most = max(UNPACKED_BYTES, UNPACKED_RATIO * len(data))
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            while part := file.read(CHUNK_BYTES):
                parts.append(part)
                size += len(part)
                if size > most:
                    text = f"unpacks to more than {most >> 20} MiB, too much for its {len(data):,} bytes"
                    raise _unreadable(name, f"{text}; unpack it first if it is meant so")
    except (OSError, EOFError, ValueError, ArithmeticError) as error:
        raise _unreadable(name, f"no complete gzip file: {error}") from None
    return b"".join(parts)


def _unreadable(name: str, why: str) -> InputError:
    return InputError([Problem(f"cannot be read: {why}", file=name)])
