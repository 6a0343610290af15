"""Files that people have: lists from the command line, deployment templates, job templates, files of other tools."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import load
from simulator.scenario.checks.named_pools import stated_pools
from simulator.scenario.reading.template_expressions import Scope, evaluated
from simulator.scenario.reading.template_functions import FUNCTIONS, EvaluationError
from simulator.scenario.scenario import Scenario
from tests.scenario.files import LINUX, job, pool, problems, write

MACHINE: dict[str, Any] = {"imageReference": LINUX["imageReference"], "nodeAgentSkuId": "batch.node.ubuntu 22.04"}
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def resource(name: str, nodes: Any = 1, **rest: Any) -> dict[str, Any]:
    properties = {
        "vmSize": "Standard_D2_v3",
        "deploymentConfiguration": {"virtualMachineConfiguration": MACHINE},
        "scaleSettings": {"fixedScale": {"targetDedicatedNodes": nodes}},
    }
    own = {"type": "Microsoft.Batch/batchAccounts/pools", "apiVersion": "2024-02-01", "name": name}
    return {**own, "properties": {**properties, **rest.pop("properties", {})}, **rest}


def template(*resources: Any, **rest: Any) -> dict[str, Any]:
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", **rest, "resources": list(resources)}


def written(folder: Path, held: Any, reference: Any = None, **rest: Any) -> Path:
    write(folder, held, "held.json")
    entries = [{"file": "held.json", **(reference or {})}]
    return write(folder, {"horizon": "1h", "pools": entries, "jobs": [], **rest})


def read(folder: Path, held: Any, reference: Any = None, **rest: Any) -> Scenario:
    return load(written(folder, held, reference, **rest))


def targets(scenario: Scenario) -> dict[str, int]:
    return {one.id: one.target_dedicated_nodes for one in scenario.pools}


LISTS = [pool(id="a", targetDedicatedNodes=1), pool(id="b", targetDedicatedNodes=2)]


@pytest.mark.parametrize("held", [LISTS, {"value": LISTS}, {"odata.metadata": "x", "value": LISTS}])
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_list_of_pools_stands_for_each_of_them(tmp_path: Path, held: Any, is_whole: bool) -> None:
    write(tmp_path, held, "held.json")
    reference = {"file": "held.json", "simulation": {"zone": 2}}
    pools = reference if is_whole else [pool(id="first"), reference, pool(id="last")]
    scenario = load(write(tmp_path, {"horizon": "1h", "pools": pools, "jobs": []}))
    assert [one.id for one in scenario.pools] == (["a", "b"] if is_whole else ["first", "a", "b", "last"])
    assert {one.id for one in scenario.pools if one.simulation.zone == 2} == {"a", "b"}
    assert scenario.warnings == ()


def test_lists_of_jobs_and_schedules_are_read_too(tmp_path: Path) -> None:
    write(tmp_path, [job(id="a"), job(id="b")], "jobs.json")
    schedule = {"schedule": {}, "jobSpecification": {"poolInfo": {"poolId": "p"}, "onAllTasksComplete": "terminatejob"}}
    write(tmp_path, {"value": [{"id": "s", **schedule}]}, "schedules.json")
    rest = {"jobs": {"file": "jobs.json"}, "jobSchedules": [{"file": "schedules.json"}]}
    scenario = load(write(tmp_path, {"horizon": "1h", "pools": [pool()], **rest}))
    assert [one.id for one in scenario.jobs] == ["a", "b"]
    assert [one.id for one in scenario.job_schedules] == ["s"]


def test_mistakes_around_a_list_are_reported_at_their_own_lines(tmp_path: Path) -> None:
    held = [pool(id="a"), pool(id="b", taskSlotsPerNode=0)]
    write(tmp_path, held, "held.json")
    pools = [{"file": "held.json"}, pool(id="c", taskSlotsPerNode=-1)]
    file = write(tmp_path, {"pools": pools, "horizon": "1h"})
    found = problems(file)
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if '"taskSlotsPerNode"' in text)
    within = next(
        number
        for number, text in enumerate((tmp_path / "held.json").read_text().splitlines(), 1)
        if '"taskSlotsPerNode"' in text
    )
    assert any(text.startswith(f"held.json:{within}:") for text in found)
    assert any(text.startswith(f"scenario.json:{line}:") for text in found)


def test_where_one_body_is_asked_for_a_list_of_two_is_refused(tmp_path: Path) -> None:
    write(tmp_path, LISTS, "held.json")
    auto = {"autoPoolSpecification": {"pool": {"file": "held.json"}}}
    found = problems(write(tmp_path, {"pools": [], "jobs": [job(poolInfo=auto)], "horizon": "1h"}))
    assert any("held.json holds 2 pools: expected one" in text for text in found)


def test_an_operation_creates_a_pool_that_stands_in_a_file(tmp_path: Path) -> None:
    write(tmp_path, resource("account/late", 3), "held.json")
    created = {"at": "1m", "operation": "createPool", "pool": {"file": "held.json"}}
    scenario = load(write(tmp_path, {"pools": [], "jobs": [], "timeline": [created], "horizon": "1h"}))
    assert [one.id for one, _ in stated_pools(scenario)] == ["late"]


def test_a_deployment_template_with_parameters_and_variables(tmp_path: Path) -> None:
    held = template(
        {"type": "Microsoft.Storage/storageAccounts", "name": "[parameters('secret')]"},
        resource("[format('{0}/{1}', parameters('account'), variables('pool'))]", "[parameters('nodes')]"),
        parameters={
            "account": {"type": "string", "defaultValue": "[concat('batch', uniqueString('x'))]"},
            "nodes": {"type": "int", "defaultValue": 4},
            "secret": {"type": "string"},
        },
        variables={"pool": "[toLower('Workers')]"},
    )
    assert targets(read(tmp_path, held)) == {"workers": 4}
    assert targets(read(tmp_path, held, {"parameters": {"nodes": 7}})) == {"workers": 7}
    values = {"$schema": "x", "contentVersion": "1.0.0.0", "parameters": {"nodes": {"value": 9}}}
    write(tmp_path, values, "values.json")
    assert targets(read(tmp_path, held, {"parameters": "values.json"})) == {"workers": 9}


def test_pools_inside_accounts_modules_and_copies_are_found(tmp_path: Path) -> None:
    inside = {**resource("inner"), "type": "pools"}
    module = {
        "type": "Microsoft.Resources/deployments",
        "name": "module",
        "properties": {
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"name": {"value": "[concat(parameters('prefix'), '-module')]"}},
            "template": template(
                resource("[concat('account/', parameters('name'))]", 5), parameters={"name": {"type": "string"}}
            ),
        },
    }
    copied = resource("[concat('account/copy', copyIndex(1))]", "[copyIndex()]", copy={"name": "c", "count": 2})
    absent = resource("account/absent", condition="[equals(parameters('prefix'), 'other')]")
    held = template(
        {"type": "Microsoft.Batch/batchAccounts", "name": "account", "resources": [inside]},
        module,
        copied,
        absent,
        parameters={"prefix": {"type": "string", "defaultValue": "my"}},
    )
    assert targets(read(tmp_path, held)) == {"inner": 1, "my-module": 5, "copy1": 0, "copy2": 1}


def test_resources_may_be_named_by_symbols(tmp_path: Path) -> None:
    held = template(languageVersion="2.0")
    held["resources"] = {"workers": resource("account/workers", 2)}
    assert targets(read(tmp_path, held)) == {"workers": 2}


def test_a_parameter_without_a_value_is_refused_where_it_is_used(tmp_path: Path) -> None:
    held = template(resource("account/p", "[parameters('nodes')]"), parameters={"nodes": {"type": "int"}})
    listed = problems(written(tmp_path, held))
    line = next(n for n, text in enumerate((tmp_path / "held.json").read_text().splitlines(), 1) if "'nodes'" in text)
    place = "resources.0.properties.scaleSettings.fixedScale.targetDedicatedNodes"
    (found,) = [text for text in listed if "has no value" in text]
    assert found.startswith(f"held.json:{line}:")
    assert f"{place}: the parameter 'nodes' has no value: give parameters: {{nodes: …}} beside file" in found


def test_what_only_a_deployment_knows_is_kept_with_a_warning(tmp_path: Path) -> None:
    network = {"subnetId": "[reference('vnet').subnets[0].id]"}
    scenario = read(tmp_path, template(resource("account/p", properties={"networkConfiguration": network})))
    assert scenario.pools[0].network_configuration.subnet_id == network["subnetId"]
    (warning,) = scenario.warnings
    assert "reference() is known only to the service that deploys it; kept as it is written" in warning.message
    assert warning.path == "resources.0.properties.networkConfiguration.subnetId"
    assert any("reference()" in text for text in problems(tmp_path / "scenario.json", strict=True))


def test_a_value_for_a_parameter_that_is_not_there_is_refused(tmp_path: Path) -> None:
    held = template(resource("account/p", "[parameters('nodes')]"), parameters={"nodes": {"defaultValue": 1}})
    (found,) = problems(written(tmp_path, held, {"parameters": {"node": 2}}))
    assert "pools.0.parameters: the template has no parameter 'node', did you mean 'nodes'?" in found
    (found,) = problems(written(tmp_path, pool(), {"parameters": {"node": 2}}))
    assert "parameters are for templates, and this file is none" in found


def test_a_template_without_pools_is_refused(tmp_path: Path) -> None:
    (found,) = problems(written(tmp_path, template({"type": "Microsoft.Batch/batchAccounts", "name": "a"})))
    assert "this template has no Microsoft.Batch/batchAccounts/pools" in found


def test_a_pool_template_of_the_command_line(tmp_path: Path) -> None:
    body = pool(id="[parameters('poolId')]", targetDedicatedNodes="[parameters('nodes')]")
    declared = {"poolId": {"type": "string"}, "nodes": {"type": "int", "defaultValue": 3}}
    for held in (body, {"type": "Microsoft.Batch/batchAccounts/pools", "properties": body}):
        scenario = read(tmp_path, {"parameters": declared, "pool": held}, {"parameters": {"poolId": "mine"}})
        assert targets(scenario) == {"mine": 3}


def test_templates_of_the_command_line_have_expressions_inside_texts(tmp_path: Path) -> None:
    start = {"commandLine": "/bin/sh -c '[ -f x ] || echo [parameters('who')]-[variables('n')]'"}
    body = pool(id="[parameters('who')]_[variables('n')]", taskSlotsPerNode="[variables('n')]", startTask=start)
    held = {"parameters": {"who": {"defaultValue": "me"}}, "variables": {"n": 2}, "pool": body}
    (made,) = read(tmp_path, held).pools
    assert (made.id, made.task_slots_per_node) == ("me_2", 2)
    assert made.start_task is not None
    assert made.start_task.command_line == "/bin/sh -c '[ -f x ] || echo me-2'"


def tasks_of(folder: Path, factory: dict[str, Any]) -> Scenario:
    body = job(id="render", taskFactory=factory, usesTaskDependencies=True)
    write(
        folder, {"parameters": {}, "job": {"type": "Microsoft.Batch/batchAccounts/jobs", "properties": body}}, "j.json"
    )
    simulation = {"defaults": {"duration": "1m"}}
    jobs = [{"file": "j.json", "simulation": simulation}]
    return load(write(folder, {"horizon": "1h", "pools": [pool()], "jobs": jobs}))


def test_a_job_template_makes_its_tasks(tmp_path: Path) -> None:
    sweep = {
        "type": "parametricSweep",
        "parameterSets": [{"start": 1, "end": 3}, {"start": 10, "end": 0, "step": -10}],
        "repeatTask": {"commandLine": "render --frame {0:3} --layer {1}"},
        "mergeTask": {"commandLine": "merge"},
    }
    (made,) = tasks_of(tmp_path, sweep).jobs
    assert [task.id for task in made.tasks] == ["0", "1", "2", "3", "4", "5", "merge"]
    assert made.tasks[1].command_line == "render --frame 001 --layer 0"
    assert made.tasks[-1].depends_on is not None
    assert made.tasks[-1].depends_on.task_id_ranges[0].end == 5
    listed = {"type": "taskCollection", "tasks": [{"id": "t", "commandLine": "sleep 5"}]}
    assert [task.id for task in tasks_of(tmp_path, listed).jobs[0].tasks] == ["t"]


def test_a_job_template_over_files_warns_that_they_are_not_known(tmp_path: Path) -> None:
    factory = {"type": "taskPerFile", "source": {"fileGroup": "in"}, "repeatTask": {"commandLine": "x"}}
    scenario = tasks_of(tmp_path, factory)
    assert scenario.jobs[0].tasks == ()
    assert any("makes a task of each file of a storage container" in one.message for one in scenario.warnings)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("pool.yaml", "pool_specification: {id: p, vm_configuration: {}}", "a pool of Batch Shipyard"),
        ("jobs.yaml", "job_specifications: [{id: j, tasks: []}]", "jobs of Batch Shipyard"),
        ("main.tf", 'resource "azurerm_batch_pool" "p" {\n  name = "p"\n}\n', "a Terraform file, which is not read"),
        ("main.tf.json", '{"resource": {"azurerm_batch_pool": {"p": {}}}}', "a Terraform file, which is not read"),
        ("main.bicep", "resource p 'Microsoft.Batch/batchAccounts/pools@2024-02-01' = {}", "bicep build makes"),
    ],
)
def test_files_of_other_tools_are_refused_with_the_way_out(tmp_path: Path, name: str, text: str, words: str) -> None:
    own = write(tmp_path, text, name)
    assert any(words in text for text in problems(own))
    found = problems(write(tmp_path, {"pools": [{"file": name}], "horizon": "1h"}))
    assert any(name in text and words in text for text in found)


@pytest.mark.parametrize("held", [pool(), resource("account/p"), template(resource("a/p")), LISTS, {"value": LISTS}])
def test_bodies_given_as_a_scenario_are_refused_with_where_they_belong(tmp_path: Path, held: Any) -> None:
    (found,) = problems(write(tmp_path, held, "pool.json"))
    assert "name it in a scenario, as {file: pool.json} under pools or jobs" in found


def value(text: str, **parameters: Any) -> Any:
    return evaluated(
        text, Scope(parameters, {}, {"a": "[concat(variables('b'), '1')]", "b": "x", "c": "[variables('c')]"})
    )


EXPRESSIONS = {
    "[concat('a', 1, 'b')]": "a1b",
    "[concat(createArray(1), createArray(2))]": [1, 2],
    "[format('{0}-{1:D2}', 'a', 3)]": "a-3",
    "[variables('a')]": "x1",
    "[toUpper(substring('workers', 0, 4))]": "WORK",
    "['it''s']": "it's",
    "[[literal]": "[literal]",
    "plain": "plain",
    "[if(equals('A', 'a'), 'yes', reference('x'))]": "yes",
    "[if(false(), reference('x', '1').y[0], 'no')]": "no",
    "[max(1, add(2, mul(3, 4)))]": 14,
    "[parameters('p').sizes[1]]": "large",
    "[length(split('a,b,c', ','))]": 3,
    "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]": (
        "/subscriptions/subscription/resourceGroups/group/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    ),
    "[last(split(resourceId('rg', 'A.B/c', 'd'), '/'))]": "d",
    "[coalesce(null(), 'x')]": "x",
    "[createObject('a', 1).a]": 1,
    "[string(true())]": "True",
    "[int('12')]": 12,
    "[empty(createArray())]": True,
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_are_evaluated_as_a_deployment_does(text: str) -> None:
    assert value(text, p={"sizes": ["small", "large"]}) == EXPRESSIONS[text]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[listKeys('x', '2020').key]", "listKeys() is known only to the service"),
        ("[variables('c')]", "the variable 'c' is made of itself"),
        ("[variables('nothing')]", "no variable 'nothing'"),
        ("[parameters('nothing')]", "no parameter 'nothing'"),
        ("[int('many')]", "int() does not take these arguments"),
        ("[concat('a'", None),
        ("[concat('a') 'b']", "'b'' is left over"),
        ("[concat('a' 'b')]", "',' is missing"),
        ("[copyIndex()]", "outside a copied resource"),
        ("[parameters('p').size]", "there is no 'size' in it"),
        ("[$]", "it is no expression"),
    ],
)
def test_what_cannot_be_evaluated_is_an_error_with_the_reason(text: str, why: str | None) -> None:
    if why is None:
        assert value(text) == text  # no closing bracket: a text
        return
    with pytest.raises(EvaluationError) as caught:
        value(text, p={})
    assert why in str(caught.value)


def test_names_of_functions_are_read_in_any_case() -> None:
    assert value("[CONCAT('a', ToLower('B'))]") == "ab"
    assert json.dumps(sorted(FUNCTIONS, key=str.lower)) == json.dumps(list(FUNCTIONS))


def test_functions_of_the_template_s_own(tmp_path: Path) -> None:
    twice = {
        "parameters": [{"name": "n", "type": "int"}],
        "output": {"type": "int", "value": "[mul(parameters('n'), 2)]"},
    }
    held = template(
        resource("account/p", "[my.twice(3)]"), functions=[{"namespace": "my", "members": {"twice": twice}}]
    )
    write(tmp_path, held, "held.json")
    scenario = load(write(tmp_path, {"pools": [{"file": "held.json"}], "jobs": [], "horizon": "1h"}))
    assert scenario.pools[0].target_dedicated_nodes == 6
    held["resources"][0]["properties"]["scaleSettings"]["fixedScale"]["targetDedicatedNodes"] = "[my.twice()]"
    write(tmp_path, held, "held.json")
    found = problems(write(tmp_path, {"pools": [{"file": "held.json"}], "jobs": [], "horizon": "1h"}))
    assert any("my.twice() takes 1 arguments, not 0" in text for text in found)


def test_lists_that_copy_makes_in_objects_and_in_variables(tmp_path: Path) -> None:
    disk = {"lun": "[copyIndex('dataDisks')]", "diskSizeGB": "[mul(32, copyIndex('dataDisks', 1))]"}
    machine = {**MACHINE, "copy": [{"name": "dataDisks", "count": 3, "input": disk}]}
    held = template(
        resource("account/p", "[variables('sizes')[1]]"),
        variables={"copy": [{"name": "sizes", "count": 2, "input": "[add(copyIndex('sizes'), 4)]"}]},
    )
    held["resources"][0]["properties"]["deploymentConfiguration"]["virtualMachineConfiguration"] = machine
    write(tmp_path, held, "held.json")
    scenario = load(write(tmp_path, {"pools": [{"file": "held.json"}], "jobs": [], "horizon": "1h"}))
    assert [disk.disk_size_gb for disk in scenario.pools[0].data_disks] == [32, 64, 96]
    assert scenario.pools[0].target_dedicated_nodes == 5
    assert scenario.warnings == ()


@pytest.mark.parametrize("mode", ["BatchService", "UserSubscription"])
def test_an_account_of_a_user_s_subscription_asks_for_it_in_the_scenario(tmp_path: Path, mode: str) -> None:
    account = {"type": "Microsoft.Batch/batchAccounts", "name": "account"}
    held = template({**account, "properties": {"poolAllocationMode": "UserSubscription"}}, resource("account/p", 1))
    write(tmp_path, held, "held.json")
    document = {"account": {"mode": mode}, "pools": [{"file": "held.json"}], "jobs": [], "horizon": "1h"}
    warnings = [warning.message for warning in load(write(tmp_path, document)).warnings]
    assert any("account: {mode: UserSubscription}" in text for text in warnings) is (mode == "BatchService")
