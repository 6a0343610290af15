"""The operations of the interface: one table from which requests are answered, and documents and refusals are made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from simulator.service import on_account, on_jobs, on_pools, on_tasks
from simulator.service.replies import Asked, RefusedError, Reply, refusal
from simulator.service.session import Session
from simulator.service_codes import ServiceCode

Handler = Callable[[Session, Asked], Reply]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the service."""

    name: str
    method: str
    path: str
    """With the names of what it is about in braces."""
    handler: Handler | None = None
    """None: the service has it, and the simulation answers that it does not."""
    until: str = ""
    """The first version of the interface without it."""


POOL, NODE = "/pools/{poolId}", "/pools/{poolId}/nodes/{nodeId}"
JOB, TASK = "/jobs/{jobId}", "/jobs/{jobId}/tasks/{taskId}"
SCHEDULE, CERTIFICATE = "/jobschedules/{jobScheduleId}", "/certificates({certificate})"
FILE, NODE_FILE = f"{TASK}/files/{{filePath}}", f"{NODE}/files/{{filePath}}"

OPERATIONS: Final = (
    Operation("List applications", "GET", "/applications", on_account.list_applications),
    Operation("Get an application", "GET", "/applications/{applicationId}", on_account.get_application),
    Operation("List pool usage metrics", "GET", "/poolusagemetrics", on_account.list_usage),
    Operation("List supported images", "GET", "/supportedimages", on_account.list_images),
    Operation("List node agents", "GET", "/nodeagentskus", on_account.list_agents, "2019-06-01"),
    Operation("Get the statistics of all pools", "GET", "/lifetimepoolstats", until="2023-05-01"),
    Operation("Get the statistics of all jobs", "GET", "/lifetimejobstats", until="2023-05-01"),
    Operation("Count nodes", "GET", "/nodecounts", on_pools.list_node_counts),
    Operation("Add a pool", "POST", "/pools", on_pools.add_pool),
    Operation("List pools", "GET", "/pools", on_pools.list_pools),
    Operation("Get a pool", "GET", POOL, on_pools.get_pool),
    Operation("Ask whether a pool exists", "HEAD", POOL, on_pools.pool_exists),
    Operation("Delete a pool", "DELETE", POOL, on_pools.delete_pool),
    Operation("Patch a pool", "PATCH", POOL, on_pools.patch_pool),
    Operation("Replace the properties of a pool", "POST", f"{POOL}/updateproperties", on_pools.replace_pool),
    Operation("Resize a pool", "POST", f"{POOL}/resize", on_pools.resize_pool),
    Operation("Stop the resize of a pool", "POST", f"{POOL}/stopresize", on_pools.stop_resize),
    Operation("Enable autoscale", "POST", f"{POOL}/enableautoscale", on_pools.enable_autoscale),
    Operation("Disable autoscale", "POST", f"{POOL}/disableautoscale", on_pools.disable_autoscale),
    Operation("Evaluate a formula", "POST", f"{POOL}/evaluateautoscale", on_pools.evaluate_autoscale),
    Operation("Remove nodes", "POST", f"{POOL}/removenodes", on_pools.remove_nodes),
    Operation("Upgrade the system of a pool", "POST", f"{POOL}/upgradeos"),
    Operation("List nodes", "GET", f"{POOL}/nodes", on_pools.list_nodes),
    Operation("Get a node", "GET", NODE, on_pools.get_node),
    Operation("Reboot a node", "POST", f"{NODE}/reboot", on_pools.reboot_node),
    Operation("Reimage a node", "POST", f"{NODE}/reimage", on_pools.reimage_node),
    Operation("Deallocate a node", "POST", f"{NODE}/deallocate", on_pools.deallocate_node),
    Operation("Start a node", "POST", f"{NODE}/start", on_pools.start_node),
    Operation("Disable scheduling on a node", "POST", f"{NODE}/disablescheduling", on_pools.disable_scheduling),
    Operation("Enable scheduling on a node", "POST", f"{NODE}/enablescheduling", on_pools.enable_scheduling),
    Operation("Get the remote login settings of a node", "GET", f"{NODE}/remoteloginsettings"),
    Operation("Get the remote desktop file of a node", "GET", f"{NODE}/rdp"),
    Operation("Upload the logs of a node", "POST", f"{NODE}/uploadbatchservicelogs"),
    Operation("Add a user to a node", "POST", f"{NODE}/users"),
    Operation("Update a user of a node", "PUT", f"{NODE}/users/{{userName}}"),
    Operation("Delete a user of a node", "DELETE", f"{NODE}/users/{{userName}}"),
    Operation("List the extensions of a node", "GET", f"{NODE}/extensions"),
    Operation("Get an extension of a node", "GET", f"{NODE}/extensions/{{extensionName}}"),
    Operation("List the files of a node", "GET", f"{NODE}/files"),
    Operation("Get a file of a node", "GET", NODE_FILE),
    Operation("Get the properties of a file of a node", "HEAD", NODE_FILE),
    Operation("Delete a file of a node", "DELETE", NODE_FILE),
    Operation("Add a job", "POST", "/jobs", on_jobs.add_job),
    Operation("List jobs", "GET", "/jobs", on_jobs.list_jobs),
    Operation("Get a job", "GET", JOB, on_jobs.get_job),
    Operation("Delete a job", "DELETE", JOB, on_jobs.delete_job),
    Operation("Patch a job", "PATCH", JOB, on_jobs.patch_job),
    Operation("Update a job", "PUT", JOB, on_jobs.replace_job),
    Operation("Disable a job", "POST", f"{JOB}/disable", on_jobs.disable_job),
    Operation("Enable a job", "POST", f"{JOB}/enable", on_jobs.enable_job),
    Operation("Terminate a job", "POST", f"{JOB}/terminate", on_jobs.terminate_job),
    Operation("Count the tasks of a job", "GET", f"{JOB}/taskcounts", on_jobs.count_tasks),
    Operation(
        "List preparation and release tasks",
        "GET",
        f"{JOB}/jobpreparationandreleasetaskstatus",
        on_jobs.list_node_tasks,
    ),
    Operation("Add a job schedule", "POST", "/jobschedules"),
    Operation("List job schedules", "GET", "/jobschedules", on_jobs.list_schedules),
    Operation("Get a job schedule", "GET", SCHEDULE, on_jobs.get_schedule),
    Operation("Ask whether a job schedule exists", "HEAD", SCHEDULE, on_jobs.schedule_exists),
    Operation("Delete a job schedule", "DELETE", SCHEDULE, on_jobs.delete_schedule),
    Operation("Patch a job schedule", "PATCH", SCHEDULE),
    Operation("Update a job schedule", "PUT", SCHEDULE),
    Operation("Disable a job schedule", "POST", f"{SCHEDULE}/disable", on_jobs.disable_schedule),
    Operation("Enable a job schedule", "POST", f"{SCHEDULE}/enable", on_jobs.enable_schedule),
    Operation("Terminate a job schedule", "POST", f"{SCHEDULE}/terminate", on_jobs.terminate_schedule),
    Operation("List the jobs of a schedule", "GET", f"{SCHEDULE}/jobs", on_jobs.list_jobs),
    Operation("Add a task", "POST", f"{JOB}/tasks", on_tasks.add_task),
    Operation("Add several tasks", "POST", f"{JOB}/addtaskcollection", on_tasks.add_tasks),
    Operation("List tasks", "GET", f"{JOB}/tasks", on_tasks.list_tasks),
    Operation("Get a task", "GET", TASK, on_tasks.get_task),
    Operation("Delete a task", "DELETE", TASK, on_tasks.delete_task),
    Operation("Update a task", "PUT", TASK),
    Operation("Terminate a task", "POST", f"{TASK}/terminate", on_tasks.terminate_task),
    Operation("Reactivate a task", "POST", f"{TASK}/reactivate", on_tasks.reactivate_task),
    Operation("List subtasks", "GET", f"{TASK}/subtasksinfo", on_tasks.list_subtasks),
    Operation("List the files of a task", "GET", f"{TASK}/files", on_tasks.list_task_files),
    Operation("Get a file of a task", "GET", FILE, on_tasks.get_task_file),
    Operation("Get the properties of a file of a task", "HEAD", FILE, on_tasks.get_task_file),
    Operation("Delete a file of a task", "DELETE", FILE),
    *(
        Operation(name, method, path, handler, "2025-06-01")
        for name, method, path, handler in (
            ("Add a certificate", "POST", "/certificates", on_account.add_certificate),
            ("List certificates", "GET", "/certificates", on_account.list_certificates),
            ("Get a certificate", "GET", CERTIFICATE, on_account.get_certificate),
            ("Delete a certificate", "DELETE", CERTIFICATE, on_account.delete_certificate),
            ("Cancel the deletion of a certificate", "POST", f"{CERTIFICATE}/canceldelete", on_account.cancel_deletion),
        )
    ),
)


def answer(session: Session, asked: Asked) -> Reply:
    """Return the service's reply to a request; what it refuses is a reply like any other."""
    try:
        return _handled(session, asked)
    except RefusedError as error:
        return refusal(error)


def _handled(session: Session, asked: Asked) -> Reply:
    """Return the reply of the operation that a request asks for; raise RefusedError if it has no handler."""
    operation, names = find(asked.method, asked.path)
    if operation.until and asked.version >= operation.until:
        text = f"{operation.name}: the interface has no such operation from version {operation.until} on."
        raise RefusedError(ServiceCode.INVALID_URI, text)
    if operation.handler is None:
        text = f"{operation.name}: the service does this, the simulation does not ({asked.method} {asked.path})."
        raise RefusedError(ServiceCode.NOT_IMPLEMENTED, text)
    return operation.handler(session, replace(asked, names=names))


def find(method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
    """Return the operation that a request asks for, and what its path names; raise RefusedError if there is none."""
    others = False
    for operation, pattern in PATTERNS:
        found = pattern.fullmatch(path)
        if found is None:
            continue
        if operation.method == method:
            return operation, found.groupdict()
        others = True
    if others:
        raise RefusedError(ServiceCode.UNSUPPORTED_VERB, f"The resource does not support the verb {method}.")
    raise RefusedError(ServiceCode.INVALID_URI, "The requested URI does not represent any resource on the server.")


def _patterns() -> Iterator[tuple[Operation, re.Pattern[str]]]:
    """Yield every operation with the pattern of its paths; the path of a file may have slashes."""
    for operation in OPERATIONS:
        text = re.escape(operation.path).replace(r"\{", "{").replace(r"\}", "}")
        pattern = re.sub(
            r"\{(\w+)\}", lambda found: f"(?P<{found[1]}>{'.+' if found[1] == 'filePath' else '[^/]+'})", text
        )
        yield operation, re.compile(pattern)


PATTERNS: Final = tuple(_patterns())
