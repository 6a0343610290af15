"""Replies that grow: one JSON object a line, from work in a thread that ends when nobody reads on."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.responses import StreamingResponse

from simulator.errors import InputError
from simulator.lab.replies import DEFECT, problems_of
from simulator.lab.runs import Stopped

Send = Callable[[dict[str, Any]], None]
Work = Callable[[Send, threading.Event], dict[str, Any]]
"""What is to be done: from where to send what is known on the way, and how it is called off, to the end."""


def lines(work: Work) -> StreamingResponse:
    """Return a reply with what the work sends, line by line; the last line is its end, or what is wrong."""
    return StreamingResponse(_lines(work), media_type="application/x-ndjson")


async def _lines(work: Work) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[dict[str, Any], bool]] = asyncio.Queue()
    stop = threading.Event()

    def put(value: dict[str, Any], *, is_last: bool = False) -> None:
        if not stop.is_set():
            loop.call_soon_threadsafe(queue.put_nowait, (value, is_last))

    def do() -> None:
        try:
            put(work(put, stop), is_last=True)
        except Stopped:
            put({"stopped": True}, is_last=True)
        except InputError as error:
            put({"problems": problems_of(error)}, is_last=True)
        except Exception:
            put({"defect": DEFECT}, is_last=True)
            raise

    working = loop.run_in_executor(None, do)
    try:
        while True:
            value, is_last = await queue.get()
            yield json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n"
            if is_last:
                break
        await working
    finally:
        stop.set()
