"""`python -m simulator.cli` is the command `poolsight`."""

from simulator.cli import main

main()
