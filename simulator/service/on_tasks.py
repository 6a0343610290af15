"""Operations on tasks and their files, as the interface has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from simulator.engine.views import TaskView
from simulator.scenario.format.complete import lookup
from simulator.service.odata import page
from simulator.service.replies import Asked, RefusedError, Reply, error_body
from simulator.service.session import Session
from simulator.service.shown import show, task_body, task_url
from simulator.service.wire import http_date
from simulator.service_codes import ServiceCode
from simulator.states import TaskState

MOST_ADDED: Final = 100
"""Tasks in one request."""
TEXT: Final = "text/plain"


def add_task(session: Session, asked: Asked) -> Reply:
    """Add a task to a job."""
    job = session.job(asked.names["jobId"])
    session.perform("addTasks", job=job.id, tasks=[session.durations.completed(asked.body)])
    task = session.task(job.id, str(asked.body.get("id")))
    headers = session.headers(task.created, "task", job.id, task.id)
    return Reply(201, headers={**headers, "Location": task_url(asked, job.id, task.id)})


def add_tasks(session: Session, asked: Asked) -> Reply:
    """Add up to a hundred tasks to a job; each has an answer of its own."""
    job = session.job(asked.names["jobId"])
    bodies = asked.body.get("value")
    if not isinstance(bodies, list) or not all(isinstance(one, Mapping) for one in bodies):
        raise RefusedError(ServiceCode.INVALID_BODY, "Expected a list of tasks under the key 'value'.")
    if len(bodies) > MOST_ADDED:
        text = f"{len(bodies)} tasks in one request; the service takes at most {MOST_ADDED}."
        raise RefusedError(ServiceCode.BODY_TOO_LARGE, text)
    refused: dict[int, RefusedError] = {}
    fresh: list[tuple[int, Mapping[str, Any]]] = []
    seen: set[str] = set()
    for place, body in enumerate(bodies):
        name = str(lookup(body, "id")).lower()
        if name in seen or session.views.has_task(job.id, name):
            refused[place] = RefusedError(ServiceCode.TASK_EXISTS, "The specified task already exists.")
        else:
            seen.add(name)
            fresh.append((place, body))
    refused |= _add_all(session, job.id, fresh)
    return Reply(200, {"value": [_result(session, asked, job.id, one, refused.get(i)) for i, one in enumerate(bodies)]})


def _add_all(session: Session, job: str, fresh: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[int, RefusedError]:
    """Add tasks at once, or, where one of them is refused, one by one; return the refusals by place."""
    if not fresh:
        return {}
    completed = [session.durations.completed(body) for _, body in fresh]
    try:
        session.perform("addTasks", job=job, tasks=completed)
    except RefusedError as error:
        if len(fresh) == 1 or error.code not in OF_BODIES:
            return dict.fromkeys((place for place, _ in fresh), error)
    else:
        return {}
    refused: dict[int, RefusedError] = {}
    for (place, _), body in zip(fresh, completed, strict=True):
        try:
            session.perform("addTasks", job=job, tasks=[body])
        except RefusedError as error:
            refused[place] = error
    return refused


OF_BODIES: Final = (
    ServiceCode.DEPENDENCIES_NOT_SPECIFIED,
    ServiceCode.DEPENDENCY_LIST_TOO_LONG,
    ServiceCode.INVALID_BODY,
    ServiceCode.INVALID_PROPERTY,
    ServiceCode.MISSING_PROPERTY,
    ServiceCode.TASK_EXISTS,
)
"""Refusals of single bodies: the others of the same request may be right."""


def _result(
    session: Session, asked: Asked, job: str, body: Mapping[str, Any], refused: RefusedError | None
) -> dict[str, Any]:
    """Return what became of one task of several."""
    name = str(lookup(body, "id"))
    if refused is not None:
        error = error_body(refused.code, refused.message, refused.values)
        return {"status": "clienterror", "taskId": name, "error": error}
    now = session.simulation.now
    return {
        "status": "success",
        "taskId": name,
        **session.changed(now, "task", job, name),
        "location": task_url(asked, job, name),
    }


def list_tasks(session: Session, asked: Asked) -> Reply:
    """List the tasks of a job."""
    job = session.job(asked.names["jobId"])

    def found(begin: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for place, task in session.views.tasks(job.id, begin):
            yield place, task_body(session, asked, job, task)

    return Reply(200, page(asked, "tasks", found))


def get_task(session: Session, asked: Asked) -> Reply:
    """Return one task."""
    job, task = session.job(asked.names["jobId"]), _task(session, asked)
    return show(session, asked, lambda: task_body(session, asked, job, task), task.created, "task", job.id, task.id)


def list_subtasks(session: Session, asked: Asked) -> Reply:
    """List the parts of a task that runs on several nodes; other tasks have none."""
    task = _task(session, asked)
    count = 0 if task.body is None else task.body.number_of_instances - 1
    state = "completed" if task.state is TaskState.COMPLETED else "running"
    began = count > 0 and task.started is not None
    return Reply(200, {"value": [{"id": number, "state": state} for number in range(1, count + 1)] if began else []})


def delete_task(session: Session, asked: Asked) -> Reply:
    """Delete a task with its files."""
    return _on_task(session, asked, 200, "deleteTask")


def terminate_task(session: Session, asked: Asked) -> Reply:
    """Complete a task as a failure."""
    return _on_task(session, asked, 204, "terminateTask")


def reactivate_task(session: Session, asked: Asked) -> Reply:
    """Queue a failed task again."""
    return _on_task(session, asked, 204, "reactivateTask")


def _on_task(session: Session, asked: Asked, status: int, operation: str) -> Reply:
    job, task = session.job(asked.names["jobId"]), _task(session, asked)
    session.perform_on(asked, operation, task.created, "task", job.id, task.id, job=job.id, task=task.id)
    return Reply(status)


def _task(session: Session, asked: Asked) -> TaskView:
    return session.task(asked.names["jobId"], asked.names["taskId"])


# ---- files -------------------------------------------------------------------------------------------------


def list_task_files(session: Session, asked: Asked) -> Reply:
    """List the files of a task: what it has printed."""
    task = _task(session, asked)
    job = session.job(asked.names["jobId"])
    values = [
        {
            "name": name,
            "url": f"{task_url(asked, job.id, task.id)}/files/{name}",
            "isDirectory": False,
            "properties": {
                "creationTime": session.stamp(task.started or 0.0),
                "lastModified": session.stamp(task.ended or task.started or 0.0),
                "contentLength": str(len(content)),
                "contentType": TEXT,
                "fileMode": "0o100644",
            },
        }
        for name, content in _printed(task).items()
    ]
    return Reply(200, {"odata.metadata": f"{asked.base}/$metadata#files", "value": values})


def get_task_file(session: Session, asked: Asked) -> Reply:
    """Return what is in a file of a task, or only how large it is where its head is asked for."""
    task = _task(session, asked)
    content = _printed(task).get(asked.names["filePath"])
    if content is None:
        raise RefusedError(
            ServiceCode.FILE_NOT_FOUND, "The specified file does not exist: a task has its output alone."
        )
    at = task.ended or task.started or 0.0
    headers = {
        "Content-Type": TEXT,
        "Last-Modified": http_date(session.origin, at),
        "ocp-creation-time": http_date(session.origin, task.started or 0.0),
        "ocp-batch-file-isdirectory": "false",
        "ocp-batch-file-mode": "0o100644",
        "ocp-batch-file-url": f"{asked.base}{asked.path}",
    }
    start, end = _span(asked.headers.get("ocp-range") or asked.headers.get("range"), len(content))
    return Reply(200 if end - start == len(content) else 206, headers=headers, content=content[start:end])


def _printed(task: TaskView) -> dict[str, bytes]:
    """Return the files of a task by name; one that has never run has none."""
    if task.node is None or task.started is None:
        return {}
    line = "" if task.body is None else task.body.command_line
    out = f"simulated: {line}\n" if task.ended is not None else ""
    failed = f"simulated: exit code {task.exit_code}\n" if task.ended is not None and task.exit_code else ""
    return {"stdout.txt": out.encode(), "stderr.txt": failed.encode()}


def _span(text: str | None, size: int) -> tuple[int, int]:
    """Return which bytes a range asks for; all of them where it cannot be read."""
    unit, _, span = (text or "").partition("=")
    start, _, end = span.partition("-")
    if unit.strip().lower() != "bytes" or not start.isdecimal() or not start.isascii():
        return 0, size
    last = int(end) + 1 if end.isdecimal() and end.isascii() else size
    return min(int(start), size), min(max(last, int(start)), size)
