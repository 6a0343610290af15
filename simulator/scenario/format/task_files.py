"""Files that tasks fetch and upload beside their packages, as far as their bodies say that there are any."""

from simulator.scenario.format.deployment import get
from simulator.scenario.format.task_bodies import Task


def shares_files(task: Task) -> bool:
    """Return whether all nodes of a multi-instance task fetch files: its body has `commonResourceFiles`."""
    settings = task.multi_instance_settings
    return settings is not None and bool(get(settings, "commonResourceFiles"))


def has_output(task: Task) -> bool:
    """Return whether a task uploads files: its body has `outputFiles`."""
    return bool(get(task, "outputFiles"))


def uploads(task: Task, *, succeeds: bool) -> bool:
    """Return whether a task that ends so uploads any file, by the conditions of its `outputFiles`."""
    wanted = ("taskcompletion", "tasksuccess" if succeeds else "taskfailure")
    return any(_condition(one) in wanted for one in get(task, "outputFiles") or ())


def _condition(output: object) -> str:
    return str(get(get(output, "uploadOptions"), "uploadCondition") or "taskcompletion").lower()
