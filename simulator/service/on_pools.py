"""Operations on pools and their nodes, as the interface has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simulator.engine.pools.node_views import NodeView
from simulator.engine.views import PoolView
from simulator.service.odata import counted, page, selected
from simulator.service.replies import Asked, RefusedError, Reply
from simulator.service.session import NOTHING, Session
from simulator.service.shown import node_body, node_counts, pool_body, shape, show
from simulator.service_codes import ServiceCode
from simulator.states import NodeKind


def add_pool(session: Session, asked: Asked) -> Reply:
    """Create a pool."""
    session.perform("createPool", pool=asked.body)
    pool = session.pool(str(asked.body.get("id")))
    location = f"{asked.base}/pools/{pool.id}"
    return Reply(201, headers={**session.headers(pool.created, "pool", pool.id), "Location": location})


def list_pools(session: Session, asked: Asked) -> Reply:
    """List pools."""
    found = counted(session.views.pools(), lambda pool: pool_body(session, asked, pool))
    return Reply(200, page(asked, "pools", found))


def get_pool(session: Session, asked: Asked) -> Reply:
    """Return one pool."""
    pool = session.pool(asked.names["poolId"])
    return show(session, asked, lambda: pool_body(session, asked, pool), pool.created, "pool", pool.id)


def pool_exists(session: Session, asked: Asked) -> Reply:
    """Return whether a pool is there: as the reply to a question for its head."""
    pool = session.pool(asked.names["poolId"])
    return Reply(200, headers=session.headers(pool.created, "pool", pool.id))


def delete_pool(session: Session, asked: Asked) -> Reply:
    """Delete a pool."""
    return _on_pool(session, asked, 202, "deletePool")


def patch_pool(session: Session, asked: Asked) -> Reply:
    """Change what is named of a pool."""
    return _on_pool(session, asked, 200, "updatePool", asked.body)


def replace_pool(session: Session, asked: Asked) -> Reply:
    """Change a pool: what is not named is taken away."""
    empty: dict[str, Any] = {"applicationPackageReferences": [], "metadata": []}
    return _on_pool(session, asked, 204, "updatePool", {**empty, **asked.body})


def resize_pool(session: Session, asked: Asked) -> Reply:
    """Resize a pool."""
    return _on_pool(session, asked, 202, "resize", asked.body)


def stop_resize(session: Session, asked: Asked) -> Reply:
    """Stop the resize of a pool."""
    return _on_pool(session, asked, 202, "stopResize")


def enable_autoscale(session: Session, asked: Asked) -> Reply:
    """Switch autoscale on, or change formula or interval."""
    return _on_pool(session, asked, 200, "enableAutoScale", asked.body)


def disable_autoscale(session: Session, asked: Asked) -> Reply:
    """Switch autoscale off."""
    return _on_pool(session, asked, 200, "disableAutoScale")


def evaluate_autoscale(session: Session, asked: Asked) -> Reply:
    """Evaluate a formula on a pool's samples."""
    pool = session.pool(asked.names["poolId"])
    body: dict[str, Any] = {"timestamp": session.now}
    try:
        answer = session.perform("evaluateAutoScale", asked.body, pool=pool.id)
        body["results"] = answer.message
    except RefusedError as error:
        if error.code not in EVALUATIONS:
            raise
        body["error"] = {"code": error.code.value, "message": error.message}
    return Reply(200, body)


EVALUATIONS: Final = (
    ServiceCode.FORMULA_EVALUATION_ERROR,
    ServiceCode.FORMULA_SYNTAX_ERROR,
    ServiceCode.FORMULA_TOO_LONG,
    ServiceCode.INSUFFICIENT_SAMPLE_DATA,
)
"""Refusals that are the result of an evaluation."""


def remove_nodes(session: Session, asked: Asked) -> Reply:
    """Remove nodes of a pool."""
    return _on_pool(session, asked, 202, "removeNodes", asked.body)


def _on_pool(session: Session, asked: Asked, status: int, operation: str, body: Mapping[str, Any] = NOTHING) -> Reply:
    """Perform an operation on a pool and return the reply."""
    pool = session.pool(asked.names["poolId"])
    headers = session.perform_on(asked, operation, pool.created, "pool", pool.id, body=body, pool=pool.id)
    return Reply(status, headers=headers)


# ---- nodes -------------------------------------------------------------------------------------------------


def list_nodes(session: Session, asked: Asked) -> Reply:
    """List the nodes of a pool."""
    pool = session.pool(asked.names["poolId"])
    found = counted(session.views.nodes(pool.id), lambda node: node_body(session, asked, pool, node))
    return Reply(200, page(asked, "nodes", found))


def get_node(session: Session, asked: Asked) -> Reply:
    """Return one node."""
    pool, node = _node(session, asked)
    return Reply(200, selected(node_body(session, asked, pool, node), asked.query.get("$select")))


def reboot_node(session: Session, asked: Asked) -> Reply:
    """Restart a node."""
    return _on_node(session, asked, 202, "reboot")


def reimage_node(session: Session, asked: Asked) -> Reply:
    """Install the system of a node again."""
    return _on_node(session, asked, 202, "reimage")


def deallocate_node(session: Session, asked: Asked) -> Reply:
    """Stop the VM of a node."""
    return _on_node(session, asked, 202, "deallocateNode")


def start_node(session: Session, asked: Asked) -> Reply:
    """Start a deallocated node."""
    return _on_node(session, asked, 202, "startNode")


def disable_scheduling(session: Session, asked: Asked) -> Reply:
    """Place no more tasks on a node."""
    return _on_node(session, asked, 200, "disableScheduling")


def enable_scheduling(session: Session, asked: Asked) -> Reply:
    """Place tasks on a node again."""
    return _on_node(session, asked, 200, "enableScheduling")


def _on_node(session: Session, asked: Asked, status: int, operation: str) -> Reply:
    pool, node = _node(session, asked)
    session.perform(operation, asked.body, pool=pool.id, nodeId=[node.id])
    session.settle()
    return Reply(status)


def _node(session: Session, asked: Asked) -> tuple[PoolView, NodeView]:
    """Return a node and its pool; raise RefusedError if it is not there."""
    pool, name = session.pool(asked.names["poolId"]), asked.names["nodeId"].lower()
    node = next((node for node in session.views.nodes(pool.id) if node.id.lower() == name), None)
    if node is None:
        raise RefusedError(ServiceCode.NODE_NOT_FOUND, "The specified node does not exist.")
    return pool, node


def list_node_counts(session: Session, asked: Asked) -> Reply:
    """List how many nodes of each pool are in which state."""

    def shown(pool: PoolView) -> dict[str, Any]:
        nodes = session.views.nodes(pool.id)
        dedicated = [node for node in nodes if node.kind is NodeKind.DEDICATED]
        others = [node for node in nodes if node.kind is not NodeKind.DEDICATED]
        counts = {"poolId": pool.id, "dedicated": node_counts(dedicated), "lowPriority": node_counts(others)}
        return shape(asked, "nodeCounts", counts)

    return Reply(200, page(asked, "poolnodecounts", counted(session.views.pools(), shown)))
