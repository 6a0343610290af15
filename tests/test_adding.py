"""The worked examples of `docs/adding.md` apply to the repository as it is, and their own tests pass there."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
EXAMPLES: Final = sorted((ROOT / "docs" / "examples").glob("*.patch"))
PARTS: Final = ("simulator", "tests", "docs", "scenarios", "pyproject.toml")
MADE: Final = re.compile(r"^\+\+\+ b/(\S+)", re.MULTILINE)
GIT: Final = shutil.which("git")
PATCH: Final = shutil.which("patch")

needs_a_tool = pytest.mark.skipif(not (GIT or PATCH), reason="neither git nor patch is here to apply an example")


def tracked() -> list[str]:
    """Return the files that git tracks; none where there is no git, or no repository."""
    if not GIT:
        return []
    listed = subprocess.run([GIT, "ls-files", *PARTS], cwd=ROOT, capture_output=True, text=True, check=False)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def copy_of_the_repository(place: Path) -> None:
    """Copy what git tracks; where there is no git, everything but what programs have made."""
    names = tracked() or [
        path.relative_to(ROOT).as_posix()
        for part in PARTS
        for path in (ROOT / part, *(ROOT / part).rglob("*"))
        if path.is_file() and path.suffix not in (".pyc", ".so", ".pyd", ".c")
    ]
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, place / name)


def run(place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "GIT_CEILING_DIRECTORIES": str(place.parent), "PYTHONPATH": str(place)}
    return subprocess.run(command, cwd=place, env=surroundings, capture_output=True, text=True, check=False)


def apply(patch: Path, place: Path, *, only: str = "*") -> None:
    if GIT:
        done = run(place, GIT, "apply", f"--include={only}", str(patch))
    else:
        done = run(place, str(PATCH), "-p1", "--fuzz=0", "-i", str(patch))
    assert done.returncode == 0, f"{patch.name} does not apply any more: {done.stderr}{done.stdout}"


def changed(patch: Path) -> list[str]:
    return MADE.findall(patch.read_text(encoding="utf-8"))


def proofs(patch: Path) -> list[str]:
    found = [name for name in changed(patch) if re.fullmatch(r"tests/(.+/)?test_\w+\.py", name)]
    assert found, f"{patch.name} brings no test of its own"
    return found


def run_proofs(patches: list[Path], place: Path) -> subprocess.CompletedProcess[str]:
    tests = [name for patch in patches for name in proofs(patch)]
    return run(place, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)


@needs_a_tool
@pytest.mark.parametrize("patch", EXAMPLES, ids=lambda patch: patch.stem)
def test_each_example_applies_by_itself(patch: Path, tmp_path: Path) -> None:
    for name in changed(patch):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    apply(patch, tmp_path)


@needs_a_tool
def test_the_examples_pass_their_own_tests(tmp_path: Path) -> None:
    """All in one copy, since it takes far longer to start a Python than to run these tests."""
    copy_of_the_repository(tmp_path)
    for patch in EXAMPLES:
        apply(patch, tmp_path)
    found = run_proofs(EXAMPLES, tmp_path)
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-2000:]
    if find_spec("ruff") is not None:
        sources = [name for patch in EXAMPLES for name in changed(patch) if name.endswith(".py")]
        found = run(tmp_path, sys.executable, "-m", "ruff", "check", "--no-cache", *sources)
        assert found.returncode == 0, found.stdout


@pytest.mark.skipif(not GIT, reason="git applies parts of an example")
def test_the_test_of_an_example_fails_without_the_example(tmp_path: Path) -> None:
    patch = next(patch for patch in EXAMPLES if patch.stem == "formula-function")
    copy_of_the_repository(tmp_path)
    apply(patch, tmp_path, only="tests/*")
    assert run_proofs([patch], tmp_path).returncode == 1


def test_the_page_has_a_section_for_each_example_and_names_its_files() -> None:
    page = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    found = [(name, part) for part in page.split("\n## ") for name in re.findall(r"examples/([\w-]+)\.patch\)", part)]
    sections = dict(found)
    assert sorted(sections) == [patch.stem for patch in EXAMPLES]
    for patch in EXAMPLES:
        named = re.findall(r"^\d+\. `([^`]+)`", sections[patch.stem], re.MULTILINE)
        assert set(changed(patch)) <= set(named), patch.stem
