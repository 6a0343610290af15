"""Parquet files: what their library cannot read is refused in words that say what is wrong with the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulator.errors import InputError, Problem

if TYPE_CHECKING:
    import pyarrow as pa


@contextmanager
def read_as_parquet(name: str) -> Iterator[None]:
    """Raise InputError about a file that the library cannot read; one that is not there is the affair of the caller."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, ValueError, OverflowError, pa.ArrowException) as error:
        why = getattr(error, "strerror", None) or "it is damaged, cut off, or no Parquet file"
        raise InputError([Problem(f"cannot be read as Parquet: {why}", name)]) from None


def sound(table: "pa.Table") -> "pa.Table":
    """Return a table that was read; raise an error of the library where a text in it is none."""
    table.validate(full=True)
    return table
