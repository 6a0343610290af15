"""Compiles the kernel where a C compiler is; where not, the same files run as they stand. The rest: pyproject.toml."""

from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

HOT = sorted(path.with_suffix(".py").as_posix() for path in Path("simulator/kernel").glob("*.pxd"))
DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,
    "boundscheck": False,
    "wraparound": False,
    "initializedcheck": False,
    "cdivision": True,
}

setup(
    ext_modules=cythonize(
        [Extension(path.removesuffix(".py").replace("/", "."), [path], optional=True) for path in HOT],
        build_dir="build/cython",
        compiler_directives=DIRECTIVES,
    )
)
