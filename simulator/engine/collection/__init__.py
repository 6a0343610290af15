"""A run as it is handed over: columns out of the kernels, rows in the order of the scenario."""
