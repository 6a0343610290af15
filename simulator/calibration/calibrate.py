"""From a past to a calibration: every quantity measured, or the reason why it stays assumed."""

from __future__ import annotations

from simulator.calibration.evidence import Evidence
from simulator.calibration.findings import Finding, Learned, Missing
from simulator.calibration.quantities import QUANTITIES
from simulator.errors import InputError
from simulator.history.past import Past
from simulator.scenario.format.calibration_file import CalibrationFile


def findings(evidence: Evidence) -> list[Finding]:
    """Return what each quantity comes to."""
    return [one for quantity in QUANTITIES.values() for one in quantity.measure(evidence)]


def calibrate(past: Past) -> CalibrationFile:
    """Return everything that a past shows; raise InputError where it shows nothing."""
    evidence = Evidence.of(past)
    found = findings(evidence)
    measured = tuple(one.entry(evidence) for one in found if isinstance(one, Learned))
    if not measured:
        raise InputError("nothing can be measured: the files have no tasks that ended, and no states of nodes")
    apart = Missing("duration", f"{evidence.small:,} further kinds of tasks: measured only with all the others")
    missing = [one for one in found if isinstance(one, Missing)] + ([apart] if evidence.small else [])
    return CalibrationFile(measured=measured, assumed=tuple(one.entry() for one in missing))
