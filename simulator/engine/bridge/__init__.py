"""Between the planes: workload and rules into the kernels, notices and columns out of them."""
