"""Compiles the kernel where a C compiler is; where not, the same files run as they stand. The rest: pyproject.toml."""

import os
import sys
import tempfile
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

SOURCES = [path.with_suffix(".py") for path in Path("simulator/kernel").glob("*.pxd")]
SHARED = "simulator.kernel._cyutility"
"""Cython's own code for memoryviews, in a module of its own: in each of the others it would be most of the work."""
DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,
    "boundscheck": False,
    "wraparound": False,
    "initializedcheck": False,
    "cdivision": True,
    "binding": False,
    "auto_pickle": False,
}
POSIX_FLAGS = ["-O3", "-g0"]
"""Not every Python asks for -O3. Information for a debugger takes a third of the compiler's time; nobody reads it."""
ASSERTED = os.environ.get("POOLSIGHT_ASSERT") == "1"
"""Whether the kernel's `assert` statements are compiled: contracts and invariants, checked at each step."""
MACROS: list[tuple[str, str | None]] = [] if ASSERTED else [("CYTHON_WITHOUT_ASSERTIONS", None)]
"""Cython's own: with it the C compiler never sees the statements."""
TRANSLATED = Path("build/cython")
LAST = Path("build/assertions")
"""Whether they were compiled the last time: what is left of a build of the other kind is not taken for this one's.

Not there while a build runs, nor after one that failed: what that has left may be of either kind.
"""
PROBE = "#include <Python.h>\nint works;\n"


def extensions() -> list[Extension]:
    """Return the modules to compile, the largest first so that no core is left alone with it at the end."""
    sources = {SHARED: SHARED.replace(".", "/") + ".c"}  # written by Cython
    for path in sorted(SOURCES, key=lambda path: path.stat().st_size, reverse=True):
        sources[".".join(path.with_suffix("").parts)] = path.as_posix()
    return [
        Extension(
            name,
            [source],
            depends=["setup.py"],
            define_macros=MACROS,
            extra_compile_args=POSIX_FLAGS if os.name == "posix" else [],
            extra_link_args=["-s"] if sys.platform == "linux" else [],
        )
        for name, source in sources.items()
    ]


class AllOrNothing(build_ext):
    """Goes on without compiled modules if any of them cannot be built: they know each other's layout.

    What an earlier build has left is removed where this one does not make it anew.
    """

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count() or 1
        if self.editable_mode:  # it would be a temporary folder, and each install would compile what has not changed
            self.build_lib = f"build/lib.{self.plat_name}-{sys.implementation.cache_tag}"

    def run(self) -> None:
        places = sorted({False, bool(self.inplace)})  # where it builds, and last where it copies to
        try:
            super().run()
        except Exception as problem:  # noqa: BLE001 - whatever a missing or broken compiler may raise
            self.extensions = []
            self.warn(f"the kernel is not compiled: large runs will take up to five times as long: {problem}")
        for self.inplace in places:
            self.remove_others()

    def build_extensions(self) -> None:
        self.try_compiler()
        self.translate()
        self.force = self.force or (LAST.read_text() if LAST.is_file() else "") != str(MACROS)
        LAST.unlink(missing_ok=True)
        super().build_extensions()
        LAST.parent.mkdir(exist_ok=True)
        LAST.write_text(str(MACROS))

    def try_compiler(self) -> None:
        """Raise if the compiler cannot be used, before Cython works for nothing and old files pass for new ones."""
        with tempfile.TemporaryDirectory() as folder:
            probe = Path(folder, "probe.c")
            probe.write_text(PROBE)
            self.compiler.compile([str(probe)], output_dir=folder)

    def translate(self) -> None:
        """Translate the sources to C: those that have changed, or all where this file has."""
        directed = Path("setup.py").stat().st_mtime
        translated = cythonize(
            self.extensions,
            nthreads=self.parallel,
            force=any(path.stat().st_mtime < directed for path in TRANSLATED.rglob("*.c")),
            build_dir=str(TRANSLATED),
            compiler_directives=DIRECTIVES,
            shared_utility_qualified_name=SHARED,
        )
        sources = {extension.name: extension.sources for extension in translated}
        for extension in self.extensions:
            extension.sources = sources[extension.name]

    def remove_others(self) -> None:
        """Remove compiled modules of the kernel that are not among those built now: Python would prefer them."""
        built = {Path(self.get_ext_fullpath(extension.name)) for extension in self.extensions}
        example = Path(self.get_ext_fullpath(SHARED))
        for path in example.parent.glob(f"*{''.join(example.suffixes)}"):
            if path not in built:
                path.unlink()


if __name__ == "__main__":  # Cython's helpers on the other cores import this file where they cannot be forked
    setup(cmdclass={"build_ext": AllOrNothing}, ext_modules=extensions())
