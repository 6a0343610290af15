"""The whole command line as one object, for tests that call it in their own process."""

from simulator.cli.commands import assemble

app = assemble()
