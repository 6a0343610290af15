"""Decisions: values in, values out. No SimPy, no clock, no generator of random numbers of their own."""
