"""Decisions from many runs: which share of spot, which design, which assumption the answer hangs on."""

from simulator.planning.spot import SpotReport, spot_report

__all__ = ["SpotReport", "spot_report"]
