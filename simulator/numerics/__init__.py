"""Quantiles that draws and intervals need, without a statistics library: normal, gamma, Student's t, binomial."""
