"""What a build of the kernel leaves behind: one of the other kind, with or without assertions, starts anew."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("Cython")
setuptools = pytest.importorskip("setuptools")
SETUP = Path(__file__).parents[2] / "setup.py"


class Builds:
    """Builds with a compiler that does as it is told; each returns whether it took nothing for built already."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch

    def __call__(self, *, asserted: bool, works: bool = True) -> bool:
        self.patch.setenv("POOLSIGHT_ASSERT", "1" if asserted else "")
        described = importlib.util.spec_from_file_location("kernel_setup", SETUP)
        assert described is not None
        assert described.loader is not None
        module: Any = importlib.util.module_from_spec(described)
        described.loader.exec_module(module)
        command = module.AllOrNothing(setuptools.Distribution())

        def compiled(_command: object) -> None:
            if not works:
                raise OSError("the compiler stops half-way")

        self.patch.setattr(module.build_ext, "build_extensions", compiled)
        for step in ("try_compiler", "translate"):
            self.patch.setattr(module.AllOrNothing, step, lambda _command: None)
        try:
            command.build_extensions()
        except OSError:
            assert not works
        return bool(command.force)


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builds:
    """A folder in which nothing has been built yet."""
    (tmp_path / "build").mkdir()
    sources = list((SETUP.parent / "simulator" / "kernel").glob("*.pxd"))
    (tmp_path / "simulator" / "kernel").mkdir(parents=True)
    for source in sources:
        (tmp_path / "simulator" / "kernel" / source.name).touch()
        (tmp_path / "simulator" / "kernel" / source.with_suffix(".py").name).touch()
    monkeypatch.chdir(tmp_path)
    return Builds(monkeypatch)


def test_a_build_of_the_same_kind_takes_what_is_there(build: Builds) -> None:
    assert build(asserted=False)
    assert not build(asserted=False)


def test_a_build_of_the_other_kind_starts_anew(build: Builds) -> None:
    build(asserted=False)
    assert build(asserted=True)
    assert build(asserted=False)


@pytest.mark.parametrize("asserted", [True, False])
def test_a_build_after_one_that_failed_starts_anew(build: Builds, asserted: bool) -> None:
    """Modules of the failed build are newer than their sources, and may be of the other kind."""
    build(asserted=not asserted)
    build(asserted=asserted, works=False)
    assert build(asserted=not asserted)
