"""The command line as a user meets it."""

from typer.testing import CliRunner

from simulator.cli import app


def test_version_says_which_kernel_runs() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert "kernel: python" in result.stdout
