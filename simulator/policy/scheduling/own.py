"""Policies that a user brings: a function of a module, or what an installed package offers under a name."""

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from operator import attrgetter
from types import ModuleType
from typing import Any, Final

GROUP: Final = "poolsight.policies"
"""The group of entry points in which packages offer policies."""
NAME: Final = re.compile(r"[\w.-]+")
"""What packages call a policy that they offer."""
PATH: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
"""A function as `package.module:function`."""


def is_path(name: str) -> bool:
    """Return whether a name has the form of a function of a module."""
    return PATH.fullmatch(name) is not None


@cache
def offered() -> tuple[str, ...]:
    """Return the names under which installed packages offer policies."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def function_of(name: str, arguments: Mapping[str, Any], given: int) -> Callable[..., Any]:
    """Return the function that a name stands for; raise ValueError where there is none.

    It takes so many values of the run that are `given`, and `arguments` by their names.
    """
    if is_path(name):
        module, _, attribute = name.partition(":")
    else:
        (point, *_) = entry_points(group=GROUP, name=name)
        module, attribute = point.module, point.attr
    imported = _imported(module)
    try:
        found: Any = attrgetter(attribute)(imported) if attribute else imported
    except AttributeError:
        raise ValueError("its module has nothing of that name") from None
    if not callable(found):
        raise ValueError(f"expected a function, not {found!r}")  # noqa: TRY004 - of a value in a file
    try:
        inspect.signature(found).bind(*[None] * given, **arguments)
    except TypeError as error:
        expected = inspect.signature(found)
        raise ValueError(
            f"does not take what it gets ({error}): it is called as {given} values of the run, "
            f"then {', '.join(arguments) or 'nothing'} by name, and takes {expected}"
        ) from None
    return found  # type: ignore[no-any-return]  # its signature has been looked at


def _imported(module: str) -> ModuleType:
    """Return a module; raise ValueError where there is none, or its own code fails."""
    try:
        return import_module(module)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
            text = f"there is no such module ({error}); one that is not installed is found where PYTHONPATH leads"
            raise ValueError(text) from None
        raise ValueError(f"its module fails with {type(error).__name__}: {error}") from error
