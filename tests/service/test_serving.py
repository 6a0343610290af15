"""The server as a process: ports, second futures, and what is left when it is stopped."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from simulator.scenario import load

pytestmark = pytest.mark.long

FIRST = Path(__file__).parents[2] / "scenarios" / "first_pool.yaml"


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve on a free port; yield the process and its address."""
    command = [sys.executable, "-m", "simulator.cli", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split()[1].rstrip(",")
        finally:
            process.kill()


def test_a_fork_is_served_beside_its_past_and_ends_with_it(tmp_path: Path) -> None:
    with serving(str(FIRST), "--clock", "manual", "--out", str(tmp_path / "out")) as (process, url):
        httpx.post(f"{url}/_sim/advance?seconds=60")
        fork = httpx.post(f"{url}/_sim/fork?replication=2").json()["url"]
        assert fork != url
        assert httpx.post(f"{fork}/_sim/advance?seconds=30").json()["seconds"] == 90
        assert httpx.get(f"{url}/_sim/clock").json()["seconds"] == 60
        assert httpx.get(f"{fork}/_sim/clock").json()["replication"] == 2
        process.send_signal(signal.SIGINT)
        rest, problems = process.communicate()
    assert (process.returncode, problems) == (0, "")
    assert f"Fork 1, {fork}, draws of replication 2" in rest
    for name in ("out", "out-fork-1"):
        assert load(tmp_path / name / "session.yaml") == load(FIRST)
