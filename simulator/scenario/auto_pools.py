"""What the pools are called that jobs and schedules bring along (behaviour document, 9.1)."""


def auto_pool_id(prefix: str, owner: str) -> str:
    """Name the pool of a job, or of a schedule for all of its jobs."""
    return f"{prefix}_{owner}".replace(":", "_")
