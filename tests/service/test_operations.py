"""The table of operations, and the life of pools, jobs and tasks through it."""

import re
from typing import Any

import pytest

from simulator.service.operations import OPERATIONS, Operation, find
from simulator.service.replies import STATUS
from simulator.service_codes import ServiceCode
from tests.service.client import Client, job_of, pool_of, task_of
from tests.service.refusals import REFUSALS

OLD = {"api-version": "2018-03-01.6.1"}
"""A version that has all operations."""
LACKING = [one for one in OPERATIONS if one.handler is None]


def path_of(operation: Operation) -> str:
    return operation.path.replace("{", "").replace("}", "")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_every_operation_is_found_by_its_verb_and_path(operation: Operation) -> None:
    assert find(operation.method, path_of(operation))[0] is operation


@pytest.mark.parametrize("operation", LACKING, ids=lambda one: one.name)
def test_what_is_not_simulated_is_answered_by_its_name(operation: Operation) -> None:
    reply = Client().ask(operation.method, path_of(operation), **OLD)
    assert reply.status == 501
    assert reply.body is not None
    assert reply.body["code"] == "NotImplemented"
    assert operation.name in reply.body["message"]["value"]


ASKED_FOR = """
    GET /pools | POST /pools | HEAD /pools/{} | GET /pools/{} | PATCH /pools/{} | DELETE /pools/{}
    POST /pools/{}/updateproperties | POST /pools/{}/resize | POST /pools/{}/stopresize
    POST /pools/{}/enableautoscale | POST /pools/{}/disableautoscale | POST /pools/{}/evaluateautoscale
    POST /pools/{}/removenodes | GET /pools/{}/nodes | GET /pools/{}/nodes/{} | POST /pools/{}/nodes/{}/reboot
    POST /pools/{}/nodes/{}/reimage | POST /pools/{}/nodes/{}/deallocate | POST /pools/{}/nodes/{}/start
    POST /pools/{}/nodes/{}/enablescheduling | POST /pools/{}/nodes/{}/disablescheduling | GET /nodecounts
    GET /jobs | POST /jobs | GET /jobs/{} | PATCH /jobs/{} | PUT /jobs/{} | DELETE /jobs/{} | POST /jobs/{}/enable
    POST /jobs/{}/disable | POST /jobs/{}/terminate | GET /jobs/{}/taskcounts
    GET /jobs/{}/jobpreparationandreleasetaskstatus | GET /jobschedules | HEAD /jobschedules/{}
    GET /jobschedules/{} | DELETE /jobschedules/{} | POST /jobschedules/{}/enable | POST /jobschedules/{}/disable
    POST /jobschedules/{}/terminate | GET /jobschedules/{}/jobs | POST /jobs/{}/tasks
    POST /jobs/{}/addtaskcollection | GET /jobs/{}/tasks | GET /jobs/{}/tasks/{} | DELETE /jobs/{}/tasks/{}
    POST /jobs/{}/tasks/{}/terminate | POST /jobs/{}/tasks/{}/reactivate | GET /jobs/{}/tasks/{}/subtasksinfo
    GET /jobs/{}/tasks/{}/files | GET /jobs/{}/tasks/{}/files/{} | HEAD /jobs/{}/tasks/{}/files/{}
    GET /supportedimages | GET /nodeagentskus | GET /poolusagemetrics | GET /applications | GET /applications/{}
    POST /certificates | GET /certificates | GET /certificates({}) | DELETE /certificates({})
    POST /certificates({})/canceldelete
"""
"""What a client may count on."""


def test_what_clients_count_on_is_answered() -> None:
    answered = {f"{one.method} {re.sub('{.*?}', '{}', one.path)}" for one in OPERATIONS if one.handler is not None}
    assert {one.strip() for line in ASKED_FOR.strip().splitlines() for one in line.split("|")} <= answered


def test_an_operation_is_gone_from_a_version_on() -> None:
    for one in OPERATIONS:
        if one.until:
            reply = Client().ask(one.method, path_of(one), **{"api-version": one.until})
            assert (reply.status, (reply.body or {})["code"]) == (400, "InvalidUri")


def test_certificates_are_noted_without_what_is_in_them() -> None:
    client = Client()
    body = {"thumbprintAlgorithm": "sha1", "thumbprint": "AB", "data": "x", "password": "secret"}
    assert client.ask("POST", "/certificates", body, **OLD).status == 201
    found = client.get("/certificates(thumbprintAlgorithm=sha1,thumbprint=ab)", **OLD)
    assert (found["thumbprint"], found["state"], "password" in found) == ("AB", "active", False)
    assert client.get("/certificates", **OLD)["value"] == [found]
    assert client.ask("DELETE", "/certificates(thumbprintAlgorithm=sha1,thumbprint=AB)", **OLD).status == 202
    assert client.get("/certificates", **OLD)["value"] == []


def test_usage_is_listed_hour_by_hour() -> None:
    """Two nodes of two cores, from soon after the first instant on; the hour that is not over is left out."""
    client = Client()
    client.post("/pools", pool_of())
    client.session.advance(3 * 3600 + 60)
    hours = client.get("/poolusagemetrics")["value"]
    assert [one["startTime"][11:16] for one in hours] == ["00:00", "01:00", "02:00"]
    assert 3.5 < hours[0]["totalCoreHours"] < 4
    assert hours[1]["totalCoreHours"] == hours[2]["totalCoreHours"] == 4
    later = client.get("/poolusagemetrics", starttime=hours[1]["startTime"], __filter="poolId eq 'p'")["value"]
    assert later == hours[1:]
    assert client.ask("GET", "/poolusagemetrics", starttime="soon").status == 400


def test_what_a_job_has_done_on_its_nodes_is_listed() -> None:
    client = Client()
    client.post("/pools", pool_of())
    client.post(
        "/jobs", job_of(jobPreparationTask={"commandLine": "sleep 20"}, jobReleaseTask={"commandLine": "exit 1"})
    )
    client.post("/jobs/j/tasks", task_of("t"))
    assert client.get("/jobs/j/jobpreparationandreleasetaskstatus")["value"] == []
    client.run_until_idle()
    (node,) = client.get("/jobs/j/jobpreparationandreleasetaskstatus")["value"]
    assert node["nodeId"] in {one["id"] for one in client.get("/pools/p/nodes")["value"]}
    assert node["jobPreparationTaskExecutionInfo"]["result"] == "success"
    assert "jobReleaseTaskExecutionInfo" not in node
    client.post("/jobs/j/terminate", {}, 202)
    client.run_until_idle()
    (node,) = client.get("/jobs/j/jobpreparationandreleasetaskstatus")["value"]
    assert node["jobReleaseTaskExecutionInfo"]["result"] == "failure"


def test_what_the_service_does_not_have_is_refused() -> None:
    client = Client()
    assert client.ask("GET", "/poools").status == 400
    assert client.ask("PUT", "/pools").status == 405
    assert client.ask("GET", "/pools/none").status == 404


@pytest.mark.parametrize("key", ["pool", "operation", "at", "At"])
def test_a_body_states_neither_what_is_done_nor_to_what_nor_when(key: str) -> None:
    client = Client()
    for name in ("p", "q"):
        client.post("/pools", pool_of(name))
    before = client.get("/pools/p"), client.get("/pools/q"), client.session.now
    reply = client.ask("POST", "/pools/p/resize", {"targetDedicatedNodes": 5, key: "q"})
    assert reply.status == 400
    assert reply.body is not None
    assert f"no property '{key}'" in reply.body["message"]["value"]
    assert (client.get("/pools/p"), client.get("/pools/q"), client.session.now) == before


def test_replacing_the_properties_of_a_pool_takes_what_is_named() -> None:
    client = Client()
    client.post("/pools", pool_of("p", metadata=[{"name": "a", "value": "b"}]))
    named = {"metadata": [{"name": "c", "value": "d"}], "applicationPackageReferences": []}
    assert client.ask("POST", "/pools/p/updateproperties", named).status == 204
    assert client.get("/pools/p")["metadata"] == named["metadata"]


def test_a_code_has_one_status() -> None:
    assert set(STATUS) <= set(ServiceCode)
    ours = [code for code in ServiceCode if code.value.endswith("NotFound")]
    assert {STATUS[code] for code in ours} == {404}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_request_is_refused_with_its_code(code: ServiceCode) -> None:
    assert REFUSALS[code]() == (STATUS.get(code, 409), code.value)


def done(**tasks: Any) -> Client:
    """Return a client whose tasks have run to their end."""
    client = Client()
    client.post("/pools", pool_of())
    client.post("/jobs", job_of())
    bodies = [task_of(name, line) for name, line in tasks.items()]
    client.post("/jobs/j/addtaskcollection", {"value": bodies}, 200)
    client.run_until_idle()
    return client


def test_a_task_is_added_runs_and_is_shown() -> None:
    client = done(good="/bin/bash -c 'sleep 30'", bad="/bin/bash -c 'exit 3'")
    good, bad = (client.get(f"/jobs/j/tasks/{name}") for name in ("good", "bad"))
    assert (good["state"], good["executionInfo"]["exitCode"], good["executionInfo"]["result"]) == (
        "completed",
        0,
        "success",
    )
    assert bad["executionInfo"]["failureInfo"]["code"] == "FailureExitCode"
    assert bad["executionInfo"]["startTime"] < bad["executionInfo"]["endTime"]
    assert good["nodeInfo"]["nodeId"] in {node["id"] for node in client.get("/pools/p/nodes")["value"]}
    counts = client.get("/jobs/j/taskcounts")
    assert counts["taskCounts"] == {"active": 0, "running": 0, "succeeded": 1, "failed": 1, "completed": 2}
    assert client.get("/jobs/j/taskcounts", **{"api-version": "2019-08-01.10.0"})["completed"] == 2
    failed = client.get("/jobs/j/tasks", __filter="executionInfo/result eq 'failure'", __select="id")
    assert failed["value"] == [{"id": "bad"}]


def test_each_of_several_tasks_has_an_answer_of_its_own() -> None:
    client = done(first="x")
    bodies = [task_of("first"), task_of("second"), task_of("SECOND"), task_of("no id"), task_of("third")]
    reply = client.post("/jobs/j/addtaskcollection", {"value": bodies}, 200)
    assert reply.body is not None
    found = [(one["status"], one.get("error", {}).get("code")) for one in reply.body["value"]]
    assert found == [
        ("clienterror", "TaskExists"),
        ("success", None),
        ("clienterror", "TaskExists"),
        ("clienterror", "InvalidPropertyValue"),
        ("success", None),
    ]
    assert {one["id"] for one in client.get("/jobs/j/tasks")["value"]} == {"first", "second", "third"}
    assert (
        client.ask("POST", "/jobs/j/addtaskcollection", {"value": [task_of(f"t{n}") for n in range(101)]}).status == 413
    )


def test_what_is_there_or_not_is_answered_as_the_service_does() -> None:
    client = done(t="x")
    assert client.ask("POST", "/pools", pool_of()).status == 409
    assert client.ask("POST", "/jobs", job_of()).status == 409
    assert client.ask("POST", "/jobs/j/tasks", task_of("T")).status == 409
    assert client.ask("POST", "/jobs/none/tasks", task_of("a")).status == 404
    assert client.ask("DELETE", "/jobs/j/tasks/none").status == 404
    reply = client.ask("POST", "/pools", pool_of("q", vmSize="standard_none"))
    assert reply.status == 400
    assert reply.body is not None
    assert reply.body["code"] == "InvalidPropertyValue"
    assert reply.body["values"][0] == {"key": "PropertyName", "value": "vmSize"}


def test_a_pool_is_resized_scaled_and_deleted() -> None:
    client = done(t="x")
    assert client.ask("HEAD", "/pools/P").status == 200
    client.post("/pools/p/resize", {"targetDedicatedNodes": "3", "resizeTimeout": "PT15M00S"}, 202)
    assert client.get("/pools/p")["allocationState"] == "resizing"
    assert client.ask("POST", "/pools/p/resize", {"targetDedicatedNodes": 4}).status == 409
    client.run_until_idle()
    pool = client.get("/pools/p")
    assert (pool["currentDedicatedNodes"], pool["allocationState"]) == (3, "steady")
    formula = {"autoScaleFormula": "$TargetDedicatedNodes = 1;", "autoScaleEvaluationInterval": "PT5M"}
    client.post("/pools/p/enableautoscale", formula, 200)
    client.run_until_idle()
    pool = client.get("/pools/p")
    assert pool["enableAutoScale"]
    assert pool["autoScaleRun"]["results"].startswith("$TargetDedicatedNodes=1")
    tried = client.ask("POST", "/pools/p/evaluateautoscale", {"autoScaleFormula": "$TargetDedicatedNodes = 2;"})
    assert tried.body is not None
    assert tried.body["results"].startswith("$TargetDedicatedNodes=2")
    assert client.ask("PATCH", "/pools/p", {"metadata": [{"name": "n", "value": "v"}]}).status == 200
    assert client.get("/pools/p")["metadata"] == [{"name": "n", "value": "v"}]
    (node,) = client.get("/pools/p/nodes")["value"]
    assert client.ask("POST", f"/pools/p/nodes/{node['id']}/reboot", {}).status == 202
    assert client.get("/nodecounts")["value"][0]["dedicated"]["rebooting"] == 1
    client.run_until_idle()
    assert client.get(f"/pools/p/nodes/{node['id']}")["state"] == "idle"
    assert client.ask("DELETE", "/pools/p").status == 202
    client.run_until_idle()
    assert client.get("/pools")["value"] == []
    client.post("/pools", pool_of())


def test_a_job_is_changed_ended_and_deleted() -> None:
    client = done(t="x")
    assert client.ask("PATCH", "/jobs/j", {"priority": 9}).status == 200
    assert client.get("/jobs/j")["priority"] == 9
    client.post("/jobs/j/disable", {"disableTasks": "requeue"}, 202)
    assert client.get("/jobs/j")["state"] == "disabled"
    assert client.ask("POST", "/jobs/j/disable", {"disableTasks": "wait"}).status == 409
    client.post("/jobs/j/enable", status=202)
    client.post("/jobs/j/terminate", {"terminateReason": "enough"}, 202)
    job = client.get("/jobs/j")
    assert (job["state"], job["executionInfo"]["terminateReason"]) == ("completed", "enough")
    assert client.ask("DELETE", "/jobs/j").status == 202
    assert client.ask("GET", "/jobs/j").status == 404


def test_a_request_that_names_a_state_holds_for_that_state_alone() -> None:
    client = done(t="x")
    tag = client.get("/jobs/j")["eTag"]
    assert client.ask("GET", "/jobs/j", headers={"if-none-match": tag}).status == 304
    assert client.ask("PATCH", "/jobs/j", {"priority": 1}, {"if-match": tag}).status == 200
    again = client.ask("PATCH", "/jobs/j", {"priority": 2}, {"if-match": tag})
    assert (again.status, client.get("/jobs/j")["priority"]) == (412, 1)
    assert client.ask("PATCH", "/jobs/j", {"priority": 2}, {"if-match": "*"}).status == 200


def test_a_task_has_its_output_as_files() -> None:
    client = done(t="/bin/bash -c 'sleep 5'", bad="/bin/bash -c 'exit 2'")
    names = [one["name"] for one in client.get("/jobs/j/tasks/t/files")["value"]]
    assert names == ["stdout.txt", "stderr.txt"]
    whole = client.ask("GET", "/jobs/j/tasks/t/files/stdout.txt")
    assert whole.content == b"simulated: /bin/bash -c 'sleep 5'\n"
    part = client.ask("GET", "/jobs/j/tasks/t/files/stdout.txt", headers={"ocp-range": "bytes=0-8"})
    assert (part.status, part.content) == (206, b"simulated")
    assert client.ask("GET", "/jobs/j/tasks/bad/files/stderr.txt").content == b"simulated: exit code 2\n"
    assert client.ask("GET", "/jobs/j/tasks/t/files/wd/../../etc/passwd").status == 404
