"""Compiles the kernel where a C compiler is; where not, the same files run as they stand. The rest: pyproject.toml."""

import os
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HOT = sorted(path.with_suffix(".py").as_posix() for path in Path("simulator/kernel").glob("*.pxd"))
DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,
    "boundscheck": False,
    "wraparound": False,
    "initializedcheck": False,
    "cdivision": True,
}
WITHOUT_DEBUG = ["-g0"] if os.name == "posix" else []
"""Information for a debugger takes a third of the compiler's time and nobody reads it."""


class AllOrNothing(build_ext):
    """Goes on without compiled modules if any of them cannot be built: they know each other's layout."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count() or 1

    def build_extensions(self) -> None:
        try:
            super().build_extensions()
        except Exception as problem:  # noqa: BLE001 - whatever a missing or broken compiler may raise
            for extension in self.extensions:
                Path(self.get_ext_fullpath(extension.name)).unlink(missing_ok=True)
            self.extensions = []
            self.warn(f"the kernel is not compiled and will run interpreted, thirty to forty times slower: {problem}")


setup(
    cmdclass={"build_ext": AllOrNothing},
    ext_modules=cythonize(
        [
            Extension(path.removesuffix(".py").replace("/", "."), [path], extra_compile_args=WITHOUT_DEBUG)
            for path in HOT
        ],
        build_dir="build/cython",
        compiler_directives=DIRECTIVES,
    ),
)
