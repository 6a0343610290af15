"""What once ended in a traceback, a wrong answer, or not at all ends with a plain message; and the fuzzer sees it."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.execute import Ending, complaint
from tests.fuzz.inputs import SUITE
from tests.fuzz.mutate import of_bytes, of_rows, of_tree

ROOT = Path(__file__).parents[2]


def test_no_finding_of_the_past_comes_back() -> None:
    """In a process of its own: a copy of one that runs threads is not safe."""
    command = [sys.executable, "-m", "tests.fuzz", "--corpus"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("ending", "finding"),
    [
        (Ending(0, 1.0, "400 of 400 tasks succeeded", ""), None),
        (Ending(2, 1.0, "", "a.yaml:1:1: name: expected a text"), None),
        (Ending(2, 1.0, "", ""), "refused without a word"),
        (
            Ending(1, 1.0, "", 'Traceback …\n  File "/x/simulator/a.py", line 5, in f\nKeyError: 3'),
            "words of a library",
        ),
        (Ending(-11, 1.0, "", ""), "exit code -11"),
        (Ending(0, 1.0, "", "a.py:3: RuntimeWarning: overflow encountered in cast"), "words of a library"),
        (Ending(2, 1.0, "", "expected a number, not np.float64(nan)"), "words of a library"),
        (Ending(2, 1.0, "", "no such file: \x1b]0;T\x07"), "control characters"),
        (Ending(0, 1.0, "task \x1b[2J: completed", ""), "control characters"),
        (Ending(2, 1.0, "", "a" * 200_000), "too long"),
    ],
)
def test_only_plain_messages_pass(ending: Ending, finding: str | None) -> None:
    found = complaint(ending)
    assert (found is None) if finding is None else (found is not None and finding in found)


def test_a_defect_is_named_by_its_place() -> None:
    err = 'poolsight: a defect\n  File "/x/simulator/cli/run.py", line 5, in f\nKeyError: 3\n'
    assert complaint(Ending(70, 1.0, "", err)) == "exit code 70 at cli/run.py:5: KeyError: 3"


def test_a_number_of_a_seed_is_always_the_same_mutation() -> None:
    for mutate in (lambda draw: of_bytes(draw, b"a: 1\nb: 2\n"), lambda draw: of_tree(draw, SUITE)):
        first, second = (
            [str(mutate(random.Random(f"3:{number}"))) for number in range(50)]  # noqa: S311
            for _ in range(2)
        )
        assert first == second
        assert len(set(first)) > 25
    rows = {of_rows(random.Random(number), b"1,2\n3,4\n", ",") for number in range(50)}  # noqa: S311
    assert len(rows) > 10
