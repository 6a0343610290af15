"""The models of the service's Python package read every answer, in any version: nothing is unknown or missing."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.service.answers import account, answers
from tests.service.client import Client
from tests.service.environments import python_with, run_or_skip

pytestmark = pytest.mark.long

PACKAGES: Final = {
    "2.0.1": "2017-01-01.4.0",
    "3.0.0": "2017-05-01.5.0",
    "3.1.0": "2017-06-01.5.1",
    "4.0.0": "2017-09-01.6.0",
    "4.1.3": "2018-03-01.6.1",
    "5.1.1": "2018-08-01.7.0",
    "6.0.1": "2018-12-01.8.0",
    "7.0.0": "2019-06-01.9.0",
    "8.0.0": "2019-08-01.10.0",
    "9.0.0": "2020-03-01.11.0",
    "10.0.0": "2020-09-01.12.0",
    "11.0.0": "2021-06-01.14.0",
    "12.0.0": "2022-01-01.15.0",
    "13.0.0": "2022-10-01.16.0",
    "14.0.0": "2023-05-01.17.0",
    "14.1.0": "2023-11-01.18.0",
    "14.2.0": "2024-02-01.19.0",
    "15.0.0b2": "2024-07-01.20.0",
    "15.1.0": "2025-06-01",
}
"""By version of the package: the version of the interface that it speaks."""
BENEATH: Final = ("msrest", "msrestazure", "azure-core", "isodate", "typing-extensions")
"""What the package needs of others, in any version."""
CHECK: Final = Path(__file__).with_name("models.py")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with what all versions of the package need."""
    return python_with(tmp_path_factory.mktemp("environment"), *BENEATH)


@cache
def client() -> Client:
    return account()


@pytest.mark.parametrize(("package", "version"), PACKAGES.items(), ids=PACKAGES)
def test_every_answer_is_one_of_the_package(package: str, version: str, python: Path, tmp_path: Path) -> None:
    wanted = (
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--target",
        str(tmp_path / "package"),
        f"azure-batch=={package}",
    )
    run_or_skip(wanted[-1], str(python), *wanted)
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(answers(client(), version)), encoding="utf-8")
    own = {**os.environ, "PYTHONPATH": str(tmp_path / "package")}
    found = subprocess.run([python, CHECK, file], capture_output=True, text=True, check=True, env=own)
    assert found.stdout == ""
