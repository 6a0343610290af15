"""The lab's server: what it answers, what it refuses, and that it runs what the command line runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import load, simulate, summarize
from simulator.lab import answers
from simulator.lab.app import Opening
from simulator.lab.gallery import SCENES, scene_text
from simulator.lab.limits import MOST_BYTES, MOST_CHANGES
from tests.lab.client import Client, measured

FIRST = scene_text(SCENES[0].name)
NODES = "pools.0.targetDedicatedNodes"


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


def test_the_page_may_load_and_run_its_own_files_alone(client: Client) -> None:
    reply = client.ask("GET", "/")
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert client.ask("GET", "/").headers["content-security-policy"] != policy, "a nonce is used once"
    assert "<script>" not in reply.text
    assert "style=" not in reply.text


@pytest.mark.parametrize("name", ["main.js", "lab.css", "drawing.js", "drawing.css", "vendor/editor.js"])
def test_files_of_the_page_are_served_by_name(client: Client, name: str) -> None:
    reply = client.ask("GET", f"/page/{name}")
    assert reply.status_code == 200
    assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "index.html", "/etc/passwd", "vendor/editor.LICENSES"])
def test_nothing_else_is_served(client: Client, name: str) -> None:
    assert client.ask("GET", f"/page/{name}").status_code == 404
    assert client.ask("GET", f"/api/scenes/{name}").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example:8902"}, 403),
        ({"host": "[x"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"origin": "http://127.0.0.1:8902"}, 200),
    ],
)
def test_only_its_own_page_may_ask(client: Client, headers: dict[str, str], status: int) -> None:
    assert client.ask("POST", "/api/formula", {"formula": "$a = 1;"}, headers=headers).status_code == status


def test_a_request_that_is_too_large_is_not_read(client: Client) -> None:
    assert client.ask("POST", "/api/run", {"text": "#" * MOST_BYTES}).status_code == 413


def test_a_knob_changes_the_text_and_the_run(client: Client) -> None:
    before, after = client.run(FIRST), client.run(FIRST, [{"knob": NODES, "value": 3}])
    assert "targetDedicatedNodes: 3" in after["text"]
    assert after["text"].replace("Nodes: 3", "Nodes: 2") == FIRST, "all else stays as it was written"
    assert next(knob["value"] for knob in after["knobs"] if knob["name"] == NODES) == 3
    assert measured(after, "queue_p95") < 0.5 * measured(before, "queue_p95")


def test_the_figures_are_those_of_a_run_of_the_exported_file(client: Client, tmp_path: Path) -> None:
    ran = client.run(FIRST, [{"knob": NODES, "value": 3}, {"event": "burst", "at": 7200, "count": 20}])
    file = tmp_path / "scene.yaml"
    file.write_text(ran["text"])
    answer = summarize(simulate(load(file))).as_dict()
    assert measured(ran, "cost") == answer["cost"]["total"]
    assert measured(ran, "queue_p95") == answer["queue_time_s"]["p95"]
    assert measured(ran, "makespan") == answer["makespan_s"]
    assert ran["run"]["money"]["paid"][-1] == pytest.approx(answer["cost"]["total"], abs=1e-5)


def test_money_counts_up_and_never_down(client: Client) -> None:
    paid = client.run(FIRST)["run"]["money"]["paid"]
    assert paid == sorted(paid)
    assert paid[0] == 0 < paid[len(paid) // 2] < paid[-1]


def test_what_is_wrong_with_a_scene_comes_with_its_line(client: Client) -> None:
    (problem,) = client.run(FIRST.replace("taskSlotsPerNode: 1", "taskSlotsPerNode: none"))["problems"]
    assert problem["line"] == next(n for n, line in enumerate(FIRST.splitlines(), 1) if "taskSlotsPerNode" in line)
    (problem,) = client.run("name: [")["problems"]
    assert (problem["line"], problem["column"]) == (1, 8)


@pytest.mark.parametrize("name", ["/etc/passwd", "../../etc/passwd", "trace.csv"])
@pytest.mark.parametrize("key", ["trace", "file"])
def test_a_scene_without_a_folder_opens_no_file(client: Client, name: str, key: str) -> None:
    if key == "trace":
        text = FIRST.split("      workload:")[0] + f"      workload: [{{trace: {name}}}]\n"
    else:
        text = f"pools: [{{file: {name}}}]\njobs: []\n"
    messages = " ".join(one["message"] for one in client.run(text)["problems"])
    assert "cannot be read" in messages
    assert "root:" not in messages


def test_a_scene_of_a_file_is_confined_to_its_folder(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    for folder in (tmp_path, inside):
        (folder / "trace.csv").write_text("submit,duration\n0,60\n")
    text = FIRST.split("      workload:")[0] + "      workload: [{trace: trace.csv}]\n"
    client = Client(Opening(text, "mine", inside))
    assert "run" in client.run(text)
    assert "cannot be read" in client.run(text.replace("trace.csv", "../trace.csv"))["problems"][0]["message"]


def test_a_scene_that_is_too_large_is_refused_before_its_tasks_are_drawn(client: Client) -> None:
    many = client.run(FIRST.replace("ratePerHour: 11", "ratePerHour: 90000000"))
    assert "the lab runs at most 200,000" in many["problems"][0]["message"]
    wide = client.run(FIRST, [{"put": ["pools", 0, "targetDedicatedNodes"], "value": 900_000}])
    assert "the lab runs at most 5,000" in wide["problems"][0]["message"]
    resize = {"operation": "resize", "pool": "nodes", "at": "1h", "targetDedicatedNodes": 900_000}
    resized = client.run(FIRST, [{"put": ["timeline", 0], "value": resize}])
    assert "the lab runs at most 5,000" in resized["problems"][0]["message"]
    assert (
        "changes at once"
        in client.run(FIRST, [{"knob": NODES, "value": 3}] * (MOST_CHANGES + 1))["problems"][0]["message"]
    )


LONG = "9" * 400


@pytest.mark.parametrize("value", [".inf", ".nan", "-.inf", LONG, "[]", "1e300"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("taskSlotsPerNode: 1", "taskSlotsPerNode: {}"),
        ("targetDedicatedNodes: 2", "targetDedicatedNodes: {}"),
        ("horizon: 8h", "horizon: {}h"),
        ("name: one queue", "name: one queue\nseed: {}"),
        ("name: one queue", "name: one queue\naccount: {{dedicatedCoreQuota: {}}}"),
        ("ratePerHour: 11", "ratePerHour: {}"),
        ("poisson: {ratePerHour: 11", "profile: {{ratesPerHour: {}"),
    ],
)
def test_numbers_beyond_all_sense_are_problems_of_the_scene(
    client: Client, before: str, after: str, value: str
) -> None:
    assert before in FIRST
    assert client.run(FIRST.replace(before, after.format(value)))["problems"]


@pytest.mark.parametrize("formula", [f"$a = {LONG};", f"$a = $PendingTasks.GetSample(TimeInterval_Hour * {LONG});"])
def test_a_formula_of_huge_numbers_has_no_knobs_for_them(client: Client, formula: str) -> None:
    text = scene_text("the_wrong_signal")
    reply = client.run(text, [{"put": ["pools", 0, "autoScaleFormula"], "value": formula}])
    assert not [one for one in reply["knobs"] if "autoScaleFormula" in one["name"]]


def test_the_page_knows_the_lines_of_the_timeline_and_whether_files_are_named(client: Client) -> None:
    evicted = [{"event": "zone", "at": at} for at in (7200, 3600)]
    answer = client.run(FIRST, evicted)
    assert (answer["lines"], answer["namesFiles"]) == (2, False)
    assert client.run(f"calibration: measured.yaml\n{FIRST}")["namesFiles"]


def test_a_defect_is_an_answer_that_the_page_can_show(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    def broken(*_: object) -> dict[str, Any]:
        raise RuntimeError

    monkeypatch.setattr(answers, "PLAIN", {**answers.PLAIN, "why": broken})
    reply = client.ask("POST", "/api/why", {"text": FIRST})
    assert reply.status_code == 500
    assert "please report it" in reply.json()["defect"]


@pytest.mark.parametrize(
    "change",
    [
        {"knob": "no.such", "value": 1},
        {"event": "no such", "at": 0},
        {"event": "zone", "at": 10**400},
        {"put": [], "value": 1},
        {},
    ],
)
def test_changes_that_are_none_are_refused(client: Client, change: dict[str, object]) -> None:
    assert client.run(FIRST, [change])["problems"]


def test_why_speaks_of_a_pool_and_of_a_task(client: Client) -> None:
    pool = client.post("why", text=FIRST, pool="nodes", at=7200)
    assert any("2 running" in sentence for sentence in pool["sentences"])
    task = client.post("why", text=FIRST, task="work/task-50")
    assert task["waited"]
    assert "no task" in client.post("why", text=FIRST, task="work/nothing")["problems"][0]["message"]


def test_findings_on_a_formula_stand_at_their_words_and_are_mended(client: Client) -> None:
    formula = "$a = $ActiveTask.GetSample(1);\n$TargetDedicatedNodes = $a;\n"
    reply = client.post("formula", formula=formula, slots=1, interval=300)
    found = next(one for one in reply["findings"] if one["rule"] == "unknown-name")
    assert formula[found["from"] : found["to"]] == "$ActiveTask"
    assert found["edits"] == [[found["from"], found["to"], "$ActiveTasks"]]
    assert "$ActiveTask." not in reply["mended"]


def test_the_start_names_every_scene_and_all_of_the_language(client: Client) -> None:
    start = client.ask("GET", "/api/start").json()
    assert [scene["name"] for scene in start["scenes"]] == [scene.name for scene in SCENES]
    assert {"$PendingTasks", "GetSample", "TimeInterval_Minute", "taskcompletion"} <= {
        one["name"] for one in start["language"]
    }
    assert all(one["meaning"] for one in start["language"])
    assert json.dumps(start["events"])


def streamed(client: Client, name: str, **body: object) -> list[dict[str, Any]]:
    return [json.loads(line) for line in client.ask("POST", f"/api/{name}", body).text.splitlines()]


def test_intervals_narrow_and_pairs_share_their_draws(client: Client) -> None:
    other = FIRST.replace("targetDedicatedNodes: 2", "targetDedicatedNodes: 3")
    replies = streamed(client, "sure", text=FIRST, other=other, count=6)
    assert [reply["sure"]["count"] for reply in replies] == [3, 4, 5, 6, 6]
    cost = next(one for one in replies[-1]["sure"]["estimates"] if one["measure"] == "cost")
    assert cost["now"]["low"] < cost["now"]["value"] < cost["now"]["high"]
    assert cost["difference"]["high"] < 0
    same = streamed(client, "sure", text=FIRST, other=FIRST, count=3)[-1]["sure"]["estimates"]
    assert {one["difference"]["high"] for one in same if one["difference"]} == {0.0}


def test_a_formula_is_broken_by_a_load_that_is_a_scene(client: Client) -> None:
    (reply,) = streamed(client, "break", formula="$TargetDedicatedNodes = min(20, $ActiveTasks.GetSample(1));", slots=1)
    assert reply["broken"]["isHarmful"]
    assert "run" in client.run(reply["broken"]["text"])
    (refused,) = streamed(client, "break", formula="$a = ;")
    assert "Line 1" in refused["problems"][0]["message"]


def test_what_is_handed_on_is_what_the_service_takes(client: Client) -> None:
    text = scene_text("the_wrong_signal")
    formula = client.post("hand-on", text=text, what="formula")
    assert formula["content"] in "\n".join(line.strip() for line in text.splitlines()) + "\n"
    assert "--auto-scale-evaluation-interval PT5M" in formula["command"]
    body = json.loads(client.post("hand-on", text=text, what="pool")["content"])
    assert body["autoScaleEvaluationInterval"] == "PT5M"
    assert "simulation" not in body
    compile(client.post("hand-on", text=text, what="script")["content"], "submit_work.py", "exec")
    assert client.post("hand-on", text=text, what="report")["content"].startswith("<!DOCTYPE html>")
    assert client.post("hand-on", text=FIRST, what="formula")["problems"]


def test_of_several_pools_the_one_in_sight_is_handed_on(client: Client) -> None:
    text = (
        "name: two\npools:\n"
        "  - {id: one, vmSize: Standard_D2_v3, metadata: [{name: since, value: 2026-01-01}]}\n"
        "  - {id: other, vmSize: Standard_D4_v3, autoScaleFormula: '$a = 1;'}\n"
    )
    bodies = [
        json.loads(client.post("hand-on", text=text, what="pool", pool=pool)["content"]) for pool in ("one", "other")
    ]
    assert [body["id"] for body in bodies] == ["one", "other"]
    assert bodies[0]["metadata"][0]["value"] == "2026-01-01"
    assert "--pool-id other" in client.post("hand-on", text=text, what="formula", pool="other")["command"]


def test_a_scene_runs_no_code_of_its_own(client: Client) -> None:
    for policy in ("os:system", "simulator.lab.app:first_lesson"):
        reply = client.run(f"policies: {{queue: '{policy}'}}\n{FIRST}")
        assert "run" not in reply
        assert reply["problems"]
