"""Arithmetic in which an overflow is an error: a wrong number must not become an answer."""

from typing import Final

import numpy as np

strict: Final = np.errstate(over="raise", invalid="raise", divide="raise")
"""Decorates what computes with numbers of a scenario, in whichever process; NumPy by itself only warns.

Where a value that no number is may come of a calculation, `np.errstate` around it has it ignored.
"""
