"""Laws of what was measured: samples, some of them seen in part only, to a distribution with how sure it is."""

from simulator.fits.choose import Choice, choose
from simulator.fits.fit import LEVEL, SUMMARIES, Fit
from simulator.fits.sample import Sample

__all__ = ["LEVEL", "SUMMARIES", "Choice", "Fit", "Sample", "choose"]
