"""The web application of the lab: one page, and the questions that it asks about a scene.

Nothing of a request is opened as a path: files of the page and scenes of the gallery are looked up by name in tables
of what the package holds, and what a scene names is confined to the folder that the lab was opened with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.errors import InputError
from simulator.json_text import JsonError, read_json
from simulator.lab import answers
from simulator.lab.breaking import harms
from simulator.lab.events import offered
from simulator.lab.formula_help import language
from simulator.lab.gallery import SCENES, listed, scene_text
from simulator.lab.guard import Guard, TooLargeError, new_nonce, policy
from simulator.lab.page_files import index, page_files
from simulator.lab.replies import DEFECT, problems_of
from simulator.lab.runs import Runs
from simulator.lab.scene import NOWHERE, Scene
from simulator.lab.streams import lines

REFUSED: Final = 400


@dataclass(frozen=True, slots=True)
class Opening:
    """What the page shows first."""

    text: str
    title: str
    folder: Path = NOWHERE
    """Where the files that its scene names are."""


def first_lesson() -> Opening:
    """Return the opening of those who name no scenario."""
    return Opening(scene_text(SCENES[0].name), SCENES[0].name)


def application(opening: Opening) -> Starlette:
    """Return the application that serves the page and answers its questions."""
    lab = Lab(opening)
    routes = [
        Route("/", lab.page),
        Route("/page/{name:path}", lab.file),
        Route("/api/start", lab.start),
        Route("/api/scenes/{name}", lab.gallery_scene),
        *(Route(f"/api/{name}", lab.streamed(name), methods=["POST"]) for name in answers.STREAMED),
        *(Route(f"/api/{name}", lab.answered(name), methods=["POST"]) for name in answers.PLAIN),
    ]
    handlers: Any = {InputError: _refused, TooLargeError: _too_large, Exception: _failed}
    return Starlette(routes=routes, middleware=[Middleware(Guard)], exception_handlers=handlers)


class Lab:
    """What the routes share: the opening, and the runs of this server."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._runs = Runs()

    async def page(self, _: Request) -> Response:
        """Return the page."""
        nonce = new_nonce()
        headers = {"content-security-policy": policy(nonce)}
        return Response(index(nonce), media_type="text/html", headers=headers)

    async def file(self, request: Request) -> Response:
        """Return a file of the page."""
        found = page_files().get(request.path_params["name"])
        if found is None:
            return JSONResponse({"error": "there is no such file of the page"}, 404)
        return Response(found.content, media_type=found.kind)

    async def start(self, _: Request) -> Response:
        """Return what the page needs once: the first scene, the gallery, the language, the events."""
        opening = self._opening
        return JSONResponse(
            {
                "scene": {"text": opening.text, "name": opening.title},
                "scenes": listed(),
                "language": language(),
                "events": offered(),
                "harms": harms(),
            }
        )

    async def gallery_scene(self, request: Request) -> Response:
        """Return the text of a scene of the gallery."""
        name = request.path_params["name"]
        if name not in {scene.name for scene in SCENES}:
            return JSONResponse({"error": "the gallery has no such scene"}, 404)
        return JSONResponse({"text": scene_text(name), "name": name})

    def streamed(self, name: str) -> Any:
        """Return the handler of a question whose answer takes a while."""

        async def handler(request: Request) -> Response:
            body = await _body(request)
            scene = self._scene(body)
            return lines(lambda send, stop: answers.STREAMED[name](self._runs, scene, body, send, stop))

        return handler

    def answered(self, name: str) -> Any:
        """Return the handler of a question that is answered at once."""

        def answer(body: Mapping[str, Any]) -> dict[str, Any]:
            try:
                return answers.PLAIN[name](self._runs, self._scene(body), body)
            except InputError as error:  # what is wrong with a scene is an answer about it
                return {"problems": problems_of(error)}

        async def handler(request: Request) -> Response:
            return JSONResponse(await run_in_threadpool(answer, await _body(request)))

        return handler

    def _scene(self, body: Mapping[str, Any]) -> Scene:
        text = body.get("text", "")
        if not isinstance(text, str):
            raise InputError("expected the scene's text under `text`")
        return Scene(text, self._opening.folder)


async def _body(request: Request) -> dict[str, Any]:
    """Return the body of a request; raise InputError where it is no JSON object."""
    try:
        body = read_json((await request.body()).decode("utf-8"))
    except (JsonError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict):
        raise InputError("expected a JSON object")
    return body


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, InputError)  # noqa: S101 - registered for it alone
    return JSONResponse({"problems": problems_of(error)}, REFUSED)


async def _too_large(_: Request, __: Exception) -> Response:
    return JSONResponse({"error": "the request is too large"}, 413)


async def _failed(_: Request, __: Exception) -> Response:
    """Return what the page shows of a defect; the server writes the traceback to where it was started."""
    return JSONResponse({"defect": DEFECT}, 500)
