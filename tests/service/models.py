"""Checks answers against the models of the service's Python package that is installed here, of whichever version.

Run by the environment of that package: `python models.py answers.json`, a file of lists of bodies by kind. Prints what
is unknown, missing or cannot be read, a line each.
"""

import importlib
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

MODELS = {
    "pool": ("CloudPool", "BatchPool"),
    "job": ("CloudJob", "BatchJob"),
    "jobSchedule": ("CloudJobSchedule", "BatchJobSchedule"),
    "task": ("CloudTask", "BatchTask"),
    "node": ("ComputeNode", "BatchNode"),
    "nodeCounts": ("PoolNodeCounts", "BatchPoolNodeCounts"),
    "taskCounts": ("TaskCountsResult", "TaskCounts", "BatchTaskCountsResult"),
    "image": ("ImageInformation", "BatchSupportedImage"),
    "agent": ("NodeAgentSku",),
    "file": ("NodeFile", "BatchNodeFile"),
    "subtask": ("SubtaskInformation", "BatchSubtask"),
    "usage": ("PoolUsageMetrics", "BatchPoolUsageMetrics"),
    "evaluation": ("AutoScaleRun",),
    "added": ("TaskAddResult", "BatchTaskCreateResult"),
    "certificate": ("Certificate",),
    "preparation": (
        "JobPreparationAndReleaseTaskExecutionInformation",
        "BatchJobPreparationAndReleaseTaskStatus",
    ),
    "error": ("BatchError",),
}
"""By kind of answer: what its model is called, in one version or another."""
SECRET = {"password"}
"""Keys that models want and the service never shows."""

Keys = dict[str, tuple[str, bool, str]]
"""By key: the type of its values, whether it has to be there, and what Python calls it."""


class Models:
    """The models of the package."""

    def __init__(self) -> None:
        self.module = importlib.import_module("azure.batch.models")

    def get(self, kind: str) -> Any:
        """Return the model of a kind of answer; None where this version has none."""
        return next((model for name in MODELS[kind] if (model := getattr(self.module, name, None))), None)

    def named(self, annotation: str) -> Any:
        """Return the model of a type; None where it is a plain one."""
        names = re.findall(r"\w+", annotation)
        found = (getattr(self.module, name, None) for name in names)
        return next((one for one in found if hasattr(one, "_attribute_map") or hasattr(one, "_deserialize")), None)

    def keys(self, model: Any) -> Keys:
        """Return the keys of a model."""
        if hasattr(model, "_attribute_map"):
            rules = model._validation
            return {
                about["key"].replace("\\.", "."): (about["type"], bool(rules.get(name, {}).get("required")), name)
                for name, about in model._attribute_map.items()
            }
        model({})  # only then it knows its fields
        found: Keys = {}
        for one in reversed(model.__mro__):
            for name, annotation in getattr(one, "__annotations__", {}).items():
                if name in model._attr_to_rest_field:
                    key = model._attr_to_rest_field[name]._rest_name
                    found[key] = (
                        str(annotation),
                        "None" not in str(annotation) and "Optional" not in str(annotation),
                        name,
                    )
        return found

    def problems(self, model: Any, body: Any, where: str) -> Iterator[str]:
        """Yield what is unknown in a body, or missing."""
        keys = self.keys(model)
        for key, value in body.items():
            if key not in keys:
                yield f"{where}: unknown {key}"
                continue
            inner = self.named(keys[key][0])
            for one in value if isinstance(value, list) else [value]:
                if inner is not None and isinstance(one, dict):
                    yield from self.problems(inner, one, f"{where}/{key}")
        yield from (
            f"{where}: missing {key}"
            for key, about in keys.items()
            if about[1] and key not in body and key not in SECRET
        )

    def read(self, model: Any, body: Any) -> Any:
        """Return a body as the package reads it."""
        if not hasattr(model, "_attribute_map"):
            return model(body)
        serialization = importlib.import_module("msrest.serialization")
        known = {name: one for name, one in vars(self.module).items() if isinstance(one, type)}
        return serialization.Deserializer(known)(model.__name__, body)


def check(file: str) -> Iterator[str]:
    """Yield what is wrong with the answers in a file."""
    models = Models()
    with open(file, encoding="utf-8") as answers:  # noqa: PTH123 - runs in any Python
        kinds = json.load(answers)
    for kind, bodies in kinds.items():
        model = models.get(kind)
        for body in bodies if model is not None else ():
            yield from models.problems(model, body, kind)
            read = models.read(model, body)
            for key, (_, _, name) in models.keys(model).items():
                if body.get(key) is not None and getattr(read, name) is None:
                    yield f"{kind}: {key} cannot be read"


if __name__ == "__main__":
    sys.stdout.writelines(f"{problem}\n" for problem in check(sys.argv[1]))
