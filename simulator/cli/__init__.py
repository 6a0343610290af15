"""The command `poolsight`."""

from simulator.cli.main import app


def main() -> None:
    """Run the command line."""
    app()


__all__ = ["app", "main"]
