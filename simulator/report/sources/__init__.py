"""What reports are made of besides a run: sweeps, studies and saved answers, and the figures they allow."""
