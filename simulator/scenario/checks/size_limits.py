"""How long and how many the parts of a body may be (docs/model.md#bodies-of-the-service)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format.bodies import Pool, StartTask
from simulator.scenario.format.deployment import get
from simulator.service_codes import ServiceCode

LONGEST_START_TASK: Final = 32_768
"""Characters of a start task with its resource files and environment settings."""
MOST_MOUNTS: Final = 10
MOUNTS: Final = (
    "azureBlobFileSystemConfiguration",
    "nfsMountConfiguration",
    "cifsMountConfiguration",
    "azureFileShareConfiguration",
)
MOST_PACKAGES: Final = 10
LONGEST_PACKAGE_ID: Final = 64


def check_limits(pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse a pool's body that is too long or has too much of something."""
    if pool.start_task is not None:
        yield from start_task_length(pool.start_task, (*loc, "startTask"))
    yield from package_limits(pool.application_package_references, (*loc, "applicationPackageReferences"))
    yield from _mounts(get(pool, "mountConfiguration"), (*loc, "mountConfiguration"))


def start_task_length(task: StartTask, loc: Loc) -> Iterator[Finding]:
    """Refuse a start task that is longer than the service takes."""
    length = _characters([task.command_line, task.environment_settings, task.model_extra or {}])
    if length > LONGEST_START_TASK:
        text = f"{length:,} characters with its resource files and environment; the service takes at most "
        yield Finding(f"{text}{LONGEST_START_TASK:,}", loc, code=ServiceCode.INVALID_PROPERTY)


def package_limits(references: tuple[dict[str, Any], ...], loc: Loc) -> Iterator[Finding]:
    """Refuse more packages than the service takes, and names of packages that are too long."""
    if len(references) > MOST_PACKAGES:
        text = f"{len(references)} packages; the service takes at most {MOST_PACKAGES}"
        yield Finding(text, loc, code=ServiceCode.INVALID_PROPERTY)
    for index, one in enumerate(references):
        for key in ("applicationId", "version"):
            if len(str(get(one, key) or "")) > LONGEST_PACKAGE_ID:
                text = f"more than {LONGEST_PACKAGE_ID} characters"
                yield Finding(text, (*loc, index, key), code=ServiceCode.INVALID_PROPERTY)


def _mounts(mounts: object, loc: Loc) -> Iterator[Finding]:
    if not isinstance(mounts, list | tuple):
        return
    if len(mounts) > MOST_MOUNTS:
        text = f"{len(mounts)} mounts; a node takes at most {MOST_MOUNTS}"
        yield Finding(text, loc, code=ServiceCode.INVALID_PROPERTY)
    for index, mount in enumerate(mounts):
        kinds = [kind for kind in MOUNTS if get(mount, kind) is not None]
        if len(kinds) != 1:
            found = " and ".join(kinds) or "none of them"
            text = f"expected exactly one of {', '.join(MOUNTS)}, found {found}"
            yield Finding(text, (*loc, index), code=ServiceCode.INVALID_PROPERTY)


def _characters(part: object) -> int:
    """Count the characters of all texts in a part of a body, without its keys and signs."""
    if isinstance(part, str):
        return len(part)
    values = part.values() if isinstance(part, Mapping) else part if isinstance(part, list | tuple) else ()
    return sum(map(_characters, values))
