"""The text of a file that somebody's program wrote: packed or not, in UTF-8, UTF-16 or Latin-1, with odd line ends."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulator.files import read_bytes, unpacked

_PACKED: Final = b"\x1f\x8b"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of a file, and what was assumed to read it."""

    name: str
    text: str
    encoding: str
    """What the bytes were read as."""
    removed: int = 0
    """NUL characters that were left out."""


def read_content(path: Path, name: str | None = None) -> bytes:
    """Return the content of a file, unpacked where it is a gzip file, whatever its name is."""
    called = str(path) if name is None else name
    data = read_bytes(path, called)
    return unpacked(data, called) if data.startswith(_PACKED) else data


def text_of(data: bytes, name: str) -> FileText:
    """Return content as text: UTF-8, UTF-16 with its mark, or else Latin-1, which every byte is a character of."""
    if data.startswith(_UTF16):
        encoding, text = "UTF-16", data.decode("utf-16", "replace")
    else:
        try:
            encoding, text = "UTF-8", data.decode("utf-8-sig")
        except UnicodeDecodeError:
            encoding, text = "Latin-1", data.decode("latin-1")
    nuls = text.count("\0")
    return FileText(name, text.replace("\0", "") if nuls else text, encoding, nuls)
