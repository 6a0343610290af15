"""How often attempts of tasks fail before one succeeds, and with which exit code."""

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import constant, is_constant

Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def leading_failures(codes: tuple[int, ...], stated_code: int | None) -> tuple[int, int]:
    """Turn exit codes by attempt into how many attempts fail first (-1: all) and with which code."""
    if codes == (0,) and stated_code is not None:
        codes = (stated_code,)
    good = next((index for index, code in enumerate(codes) if code == 0), None)
    failing = next((code for code in codes if code != 0), 0) if good != 0 else 0
    return (-1 if good is None else good), failing


def failures_before_success(probability: float, generator: np.random.Generator, count: int) -> Int32s:
    """Draw how many attempts fail before the first success: geometric."""
    if probability <= 0:
        return constant(0, count, np.int32)
    if probability >= 1:
        return constant(-1, count, np.int32)
    failing: Floats = np.floor(np.log1p(-generator.random(count)) / np.log(probability))
    return np.asarray(np.minimum(failing, 2**30), dtype=np.int32)


def codes_of(failures: Int32s, code: int) -> Int32s:
    """Return the exit code of tasks that fail at all."""
    if is_constant(failures):
        return constant(code if failures[0] else 0, len(failures), np.int32)
    return np.where(failures != 0, code, 0).astype(np.int32)
