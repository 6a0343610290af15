"""The whole command line as one object, for those who want all of it."""

from simulator.cli.commands import assemble

app = assemble()
