"""One account with something of everything, and all that the interface shows of it."""

from typing import Any

from tests.service.client import Client, job_of, pool_of, task_of

FORMULA = {"autoScaleFormula": "$TargetDedicatedNodes = 1;", "autoScaleEvaluationInterval": "PT5M"}
BIG = {"targetDedicatedNodes": 500, "resizeTimeout": "PT5M"}


def account() -> Client:
    """Return a client of an account in which much has happened."""
    client = Client()
    client.post("/pools", pool_of(targetLowPriorityNodes=1, startTask={"commandLine": "x", "waitForSuccess": True}))
    client.post("/pools", pool_of("large", **BIG))
    client.post("/pools", pool_of("scaled", **FORMULA, enableAutoScale=True, targetDedicatedNodes=None))
    client.post(
        "/jobs", job_of(jobPreparationTask={"commandLine": "x"}, jobReleaseTask={"commandLine": "y"}, priority=2)
    )
    client.post("/jobs", job_of("moved"))
    tasks = [
        task_of("good"),
        task_of("bad", "exit 3"),
        task_of("ended", "sleep 36000"),
        task_of("wide", requiredSlots=2),
    ]
    client.post("/jobs/j/addtaskcollection", {"value": tasks}, 200)
    certificate = {"thumbprintAlgorithm": "sha1", "thumbprint": "AB", "data": "x"}
    client.ask("POST", "/certificates", certificate, **{"api-version": "2024-02-01.19.0"})
    client.session.advance(4500)
    client.post("/jobs/j/tasks/ended/terminate", status=204)
    client.post("/jobs/j/tasks", task_of("late", "sleep 86400"))
    client.session.advance(60)
    client.post("/jobs/moved/disable", {"disableTasks": "requeue"}, 202)
    return client


LISTS = {
    "pool": "/pools",
    "job": "/jobs",
    "jobSchedule": "/jobschedules",
    "task": "/jobs/j/tasks",
    "node": "/pools/p/nodes",
    "nodeCounts": "/nodecounts",
    "image": "/supportedimages",
    "file": "/jobs/j/tasks/good/files",
    "usage": "/poolusagemetrics",
    "preparation": "/jobs/j/jobpreparationandreleasetaskstatus",
}
"""By kind: the list of all that there is."""


def answers(client: Client, version: str) -> dict[str, list[dict[str, Any]]]:
    """Return the bodies of all kinds that a version of the interface shows."""
    query = {"api-version": version}
    found = {kind: client.get(path, **query)["value"] for kind, path in LISTS.items()}
    if version < "2025":
        found["certificate"] = client.get("/certificates", **query)["value"]
    if version < "2019-06":
        found["agent"] = client.get("/nodeagentskus", **query)["value"]
    found["taskCounts"] = [client.get("/jobs/j/taskcounts", **query)]
    evaluated = client.ask("POST", "/pools/scaled/evaluateautoscale", {"autoScaleFormula": "$A=1;"}, **query)
    added = client.ask(
        "POST", "/jobs/j/addtaskcollection", {"value": [task_of("good"), task_of(f"new-{version}")]}, **query
    )
    refused = client.ask("GET", "/pools/none", **query)
    assert evaluated.body
    assert added.body
    assert refused.body
    return {**found, "evaluation": [dict(evaluated.body)], "added": added.body["value"], "error": [dict(refused.body)]}
