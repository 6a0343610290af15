"""Unmodified clients of the service against a server on a free port, each in an environment of its own."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.client import pool_of, task_of
from tests.service.environments import node_with, python_with

pytestmark = pytest.mark.long

NEW = """
import sys, time
from azure.batch import BatchClient, models as m
from azure.core.credentials import AzureNamedKeyCredential
client = BatchClient(sys.argv[1], AzureNamedKeyCredential("simaccount", sys.argv[2]))
image = m.BatchVmImageReference(publisher="canonical", offer="0001-com-ubuntu-server-jammy", sku="22_04-lts")
machine = m.VirtualMachineConfiguration(image_reference=image, node_agent_sku_id="batch.node.ubuntu 22.04")
client.create_pool(m.BatchPoolCreateOptions(
    id="p", vm_size="standard_d2s_v3", target_dedicated_nodes=3, virtual_machine_configuration=machine))
client.create_job(m.BatchJobCreateOptions(id="j", pool_info=m.BatchPoolInfo(pool_id="p")))
lines = ["/bin/bash -c 'sleep 30'"] * 999 + ["/bin/bash -c 'exit 3'"]
client.create_tasks("j", [m.BatchTaskCreateOptions(id=f"t{n}", command_line=line) for n, line in enumerate(lines)])
while client.get_job_task_counts("j").task_counts.completed < 1000:
    time.sleep(0.2)
failed = list(client.list_tasks("j", filter="executionInfo/result eq 'failure'", select=["id", "executionInfo"]))
print(len(list(client.list_tasks("j"))), [(task.id, task.execution_info.exit_code) for task in failed])
print(b"".join(client.download_task_file("j", "t7", "stdout.txt")).decode().strip())
client.enable_pool_auto_scale("p", m.BatchPoolEnableAutoScaleOptions(auto_scale_formula="$TargetDedicatedNodes=1;"))
while client.get_pool("p").current_dedicated_nodes > 1:
    time.sleep(0.2)
print(client.get_pool("p").auto_scale_run.results.partition(";")[0])
client.begin_delete_job("j").result()
client.begin_delete_pool("p").result()
print([job.id for job in client.list_jobs()], [pool.id for pool in client.list_pools()])
"""
OLD = """
import sys, time
from azure.batch import BatchServiceClient, models as m
from azure.batch.batch_auth import SharedKeyCredentials
client = BatchServiceClient(SharedKeyCredentials("simaccount", sys.argv[2]), batch_url=sys.argv[1])
image = m.ImageReference(publisher="canonical", offer="0001-com-ubuntu-server-jammy", sku="22_04-lts")
machine = m.VirtualMachineConfiguration(image_reference=image, node_agent_sku_id="batch.node.ubuntu 22.04")
client.pool.add(m.PoolAddParameter(
    id="p", vm_size="standard_d2s_v3", target_dedicated_nodes=3, virtual_machine_configuration=machine))
client.job.add(m.JobAddParameter(id="j", pool_info=m.PoolInformation(pool_id="p")))
lines = ["/bin/bash -c 'sleep 30'"] * 999 + ["/bin/bash -c 'exit 3'"]
client.task.add_collection("j", [m.TaskAddParameter(id=f"t{n}", command_line=line) for n, line in enumerate(lines)])
while client.job.get_task_counts("j").task_counts.completed < 1000:
    time.sleep(0.2)
failed = list(client.task.list("j", m.TaskListOptions(filter="executionInfo/result eq 'failure'")))
print(len(list(client.task.list("j"))), [(task.id, task.execution_info.exit_code) for task in failed])
print(b"".join(client.file.get_from_task("j", "t7", "stdout.txt")).decode().strip())
client.pool.enable_auto_scale("p", auto_scale_formula="$TargetDedicatedNodes=1;")
while client.pool.get("p").current_dedicated_nodes > 1:
    time.sleep(0.2)
print(client.pool.get("p").auto_scale_run.results.partition(";")[0])
client.job.delete("j")
client.pool.delete("p")
while client.pool.exists("p"):
    time.sleep(0.2)
print([job.id for job in client.job.list()], [pool.id for pool in client.pool.list()])
"""
SHOWN = """\
1000 [('t999', 3)]
simulated: /bin/bash -c 'sleep 30'
$TargetDedicatedNodes=1
[] []
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Serve on a free port; yield the address and the key that the server prints."""
    command = [sys.executable, "-m", "simulator.cli", "serve", "--port", "0", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[1].rstrip(",")
        line = next(line for line in process.stdout if "ACCESS_KEY" in line)
        yield url, line.partition("ACCESS_KEY=")[2].strip()
        process.terminate()
        rest = process.stdout.read()
    assert "Durations of 999 tasks: command line\nDurations of 1 task: default" in rest
    assert (tmp_path / "out" / "session.yaml").exists()
    assert (tmp_path / "out" / "tasks.parquet").exists()


@pytest.mark.parametrize(("version", "script"), [("15.1.0", NEW), ("14.2.0", OLD)], ids=["15.1.0", "14.2.0"])
def test_a_client_works_unmodified(version: str, script: str, server: tuple[str, str], tmp_path: Path) -> None:
    python = python_with(tmp_path / "environment", f"azure-batch=={version}")
    (tmp_path / "client.py").write_text(script)
    asked = [str(python), str(tmp_path / "client.py"), *server]
    assert subprocess.run(asked, check=True, capture_output=True, text=True).stdout == SHOWN


def test_javascript_works_unmodified(server: tuple[str, str], tmp_path: Path) -> None:
    node = node_with(tmp_path / "client", "@azure/batch@10.2.0")
    shutil.copy(Path(__file__).parent / "clients" / "batch.mjs", tmp_path / "client")
    asked = [node, str(tmp_path / "client" / "batch.mjs"), *server]
    assert subprocess.run(asked, check=True, capture_output=True, text=True).stdout == SHOWN


def test_the_command_line_of_the_service_works_unmodified(server: tuple[str, str], tmp_path: Path) -> None:
    python = python_with(tmp_path / "environment", "azure-cli==2.91.0")
    account = {
        "AZURE_BATCH_ACCOUNT": "simaccount",
        "AZURE_BATCH_ENDPOINT": server[0],
        "AZURE_BATCH_ACCESS_KEY": server[1],
    }
    own = {**os.environ, **account, "AZURE_CONFIG_DIR": str(tmp_path / "azure"), "AZURE_CORE_COLLECT_TELEMETRY": "no"}

    def az(*words: str) -> Any:
        asked = [str(python), "-m", "azure.cli", "batch", *words, "--output", "json"]
        shown = subprocess.run(asked, check=True, capture_output=True, text=True, env=own).stdout
        return json.loads(shown) if shown.strip() else None

    lines = ["/bin/bash -c 'sleep 30'"] * 999 + ["/bin/bash -c 'exit 3'"]
    (tmp_path / "pool.json").write_text(json.dumps(pool_of(targetDedicatedNodes=3)))
    (tmp_path / "tasks.json").write_text(json.dumps([task_of(f"t{n}", line) for n, line in enumerate(lines)]))
    az("pool", "create", "--json-file", str(tmp_path / "pool.json"))
    az("job", "create", "--id", "j", "--pool-id", "p")
    az("task", "create", "--job-id", "j", "--json-file", str(tmp_path / "tasks.json"))
    while az("job", "task-counts", "show", "--job-id", "j")["taskCounts"]["completed"] < 1000:
        time.sleep(0.2)
    failed = az("task", "list", "--job-id", "j", "--filter", "executionInfo/result eq 'failure'")
    assert [(task["id"], task["executionInfo"]["exitCode"]) for task in failed] == [("t999", 3)]
    assert len(az("task", "list", "--job-id", "j")) == 1000
    out = tmp_path / "out.txt"
    az(
        "task",
        "file",
        "download",
        "--job-id",
        "j",
        "--task-id",
        "t7",
        "--file-path",
        "stdout.txt",
        "--destination",
        str(out),
    )
    assert out.read_text() == "simulated: /bin/bash -c 'sleep 30'\n"
    az("pool", "autoscale", "enable", "--pool-id", "p", "--auto-scale-formula", "$TargetDedicatedNodes=1;")
    while az("pool", "show", "--pool-id", "p")["currentDedicatedNodes"] > 1:
        time.sleep(0.2)
    az("job", "delete", "--job-id", "j", "--yes")
    az("pool", "delete", "--pool-id", "p", "--yes")
    while az("pool", "list"):
        time.sleep(0.2)
    assert az("job", "list") == []
