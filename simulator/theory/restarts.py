"""Work that is interrupted: how long it takes, when spot pays, how often to save.

A hazard is per unit of time, a price ratio is spot over dedicated; spans share one unit. Restarting from zero with
the same duration is preemptive-repeat-identical (D. P. Gaver, 1962); saving as often as is best: J. W. Young (1974)
and J. T. Daly (2006).
"""

import math


def repeat_identical(work: float, hazard: float, delay: float = 0.0) -> float:
    """Return the mean time to finish `work` that starts from zero after each loss; `delay` is the mean gap."""
    if hazard == 0:
        return work
    return _expm1(hazard * work) * (1 / hazard + delay)


def losses(work: float, hazard: float) -> float:
    """Return how often, on average, `work` is begun in vain before it is finished."""
    return _expm1(hazard * work)


def billed(work: float, hazard: float) -> float:
    """Return the mean node time that is paid for `work` that starts from zero after each loss: gaps are free."""
    return repeat_identical(work, hazard)


def checkpointed(work: float, every: float, cost: float, hazard: float, restart: float = 0.0) -> float:
    """Return Daly's mean time to finish `work` that is saved each `every` at `cost`; `restart` follows each loss."""
    if hazard == 0:
        return work / every * (every + cost)
    return work / every * math.exp(hazard * restart) / hazard * _expm1(hazard * (every + cost))


def resumed(segments: int, every: float, cost: float, hazard: float, restart: float = 0.0, delay: float = 0.0) -> float:
    """Return the mean time of `segments` pieces of work of length `every`, saved after each but the last.

    Daly's model with a gap of mean `delay` after each loss: a piece s takes (e^γs − 1)(1/γ + D), and e^γR times that
    where there is a checkpoint to be read.
    """
    saved, last = _expm1(hazard * (every + cost)), _expm1(hazard * every)
    gap = 1 / hazard + delay
    if segments == 1:
        return last * gap
    return (saved + math.exp(hazard * restart) * ((segments - 2) * saved + last)) * gap


def young(cost: float, hazard: float) -> float:
    """Return the work between two checkpoints that costs least, to first order: √(2 · cost / hazard)."""
    return math.sqrt(2 * cost / hazard)


def _expm1(power: float) -> float:
    """Return e^x − 1, infinite where a float cannot hold it."""
    return math.expm1(power) if power < 700 else math.inf
