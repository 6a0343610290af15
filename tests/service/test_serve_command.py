"""What `poolsight serve` refuses before it listens."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.command_line import app

ADDRESS = "127.0.0.1"


def refused(*options: str) -> str:
    """Return what the command says as it ends in vain."""
    ended = CliRunner().invoke(app, ["serve", "--port", "0", *options])
    assert ended.exit_code == 2
    return " ".join(ended.output.split())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--host", "0.0.0.0"], "give --key too"),  # noqa: S104 - it is refused
        (["--key", "no base64!"], "a text in base64"),
        (["--key", ""], "empty"),
        (["--clock", "whenever"], "expected idle:0.5s, manual, scaled:60 or step:30s"),
        (["--origin", "yesterday"], "or now"),
    ],
)
def test_what_cannot_be_meant_is_refused(options: list[str], message: str) -> None:
    assert message in refused(*options)


def test_a_log_that_was_left_is_not_written_over(tmp_path: Path) -> None:
    left = tmp_path / "monday.session.yaml"
    left.write_text("pools: []\n")
    assert "move it, or give --force" in refused("--out", str(tmp_path / "monday"))
    assert left.read_text() == "pools: []\n"


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server((ADDRESS, 0)) as other:
        assert "give another --port" in refused("--port", str(other.getsockname()[1]))
