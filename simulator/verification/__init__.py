"""The installed program against theory: cases whose answer is known, run and judged."""

from simulator.verification.case import Case, Effort, Verdict
from simulator.verification.suite import LEFT_OUT, Verification, verify

__all__ = ["LEFT_OUT", "Case", "Effort", "Verdict", "Verification", "verify"]
