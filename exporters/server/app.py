"""The application: which path is answered by what."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from exporters.server import custom_vision
from exporters.server.body import Bodies
from exporters.server.deadline import Deadline
from exporters.server.friendly import Asking, Reply
from exporters.server.guard import Guard, error_body
from exporters.server.inference import EXTENSIONS, HEADER_LENGTH, VERSION, Inference
from exporters.server.log import say
from exporters.server.metrics import TEXT, Metrics
from exporters.server.openapi import describe
from exporters.server.pages import docs, page
from exporters.server.pictures import most_pixels
from exporters.server.predictor import Predictor
from exporters.server.refused import Refused
from exporters.server.samples import read_batch
from exporters.server.settings import Settings
from exporters.standalone.package import NotAPackage, Package

SERVER = "autodidact-server"


def make_app(package: Package, settings: Settings) -> ASGIApp:
    """Return the ASGI application that serves ``package``."""
    metrics = Metrics()
    routes = _Routes(package, settings, metrics)
    app = Starlette(
        routes=routes.table(),
        exception_handlers={Refused: _refused, NotAPackage: _broken, HTTPException: _not_here},
        lifespan=routes.life,
    )
    app.router.redirect_slashes = False
    return Guard(app, settings, metrics)


class _Routes:
    def __init__(self, package: Package, settings: Settings, metrics: Metrics) -> None:
        self._package = package
        self._settings = settings
        self._metrics = metrics
        self._bodies = Bodies(settings.limits)
        self._predictor = Predictor(settings.load, settings.limits)
        self._asking = Asking(package, settings.load, most_pixels(settings.limits), settings.limits.all_values)
        self._inference = Inference(self._asking, settings.limits)
        self._openapi = describe(package, settings)
        self._page, self._docs = page(), docs(self._openapi, package.task, settings.port)
        self._is_ready = True

    @asynccontextmanager
    async def life(self, app: Starlette) -> AsyncIterator[None]:
        """Let what runs end before the server does."""
        yield
        self._is_ready = False
        await asyncio.to_thread(self._predictor.close)

    def table(self) -> list[Route]:
        """Return all paths."""
        model = "/v2/models/{model}"
        version = model + "/versions/{version}"
        reads = {
            "/": self.front_page,
            "/docs": self.docs,
            "/healthz": self.health,
            "/readyz": self.ready,
            "/metadata": self.metadata,
            "/metrics": self.metrics,
            "/openapi.json": self.openapi,
            "/v2": self.v2_server,
            "/v2/health/live": self.v2_live,
            "/v2/health/ready": self.v2_ready,
            model: self.v2_model,
            version: self.v2_model,
            model + "/ready": self.v2_model_ready,
            version + "/ready": self.v2_model_ready,
        }
        writes = {
            "/predict": self.predict,
            model + "/infer": self.v2_infer,
            version + "/infer": self.v2_infer,
            **dict.fromkeys(custom_vision.PATHS, self.image),
            **dict.fromkeys(custom_vision.URL_PATHS, self.url),
        }
        gets = [Route(path, answer, methods=["GET"]) for path, answer in reads.items()]
        return gets + [Route(path, answer, methods=["POST"]) for path, answer in writes.items()]

    async def front_page(self, request: Request) -> Response:
        return self._page.response()

    async def docs(self, request: Request) -> Response:
        return self._docs.response()

    async def health(self, request: Request) -> Response:
        return _json({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        return _json({"status": "ready"} if self._is_ready else {"status": "stopping"}, 200 if self._is_ready else 503)

    async def metadata(self, request: Request) -> Response:
        load = self._settings.load
        serving = {"workers": load.workers, "threads": load.threads, "batch": load.batch}
        return _json({**self._package.manifest, "serving": serving})

    async def metrics(self, request: Request) -> Response:
        text = self._metrics.text(self._inference.name, self._predictor.waiting)
        return Response(text, media_type=TEXT)

    async def openapi(self, request: Request) -> Response:
        return _json(self._openapi)

    async def predict(self, request: Request) -> Response:
        content_type = request.headers.get("content-type", "")
        body = await self._bodies.read(request)

        def work(deadline: Deadline) -> Reply:
            batch = read_batch(body.content, content_type, self._package, self._settings.limits)
            return self._asking.reply(batch, deadline)

        reply = await self._predictor.do(work, body.let_go)
        self._metrics.count_samples(reply.answered, reply.unreadable)
        return Response(reply.body, media_type="application/json")

    async def image(self, request: Request) -> Response:
        custom_vision.check_pictures(self._package)
        content_type = request.headers.get("content-type", "")
        iteration = str(request.path_params.get("iteration", ""))
        body = await self._bodies.read(request)

        def work(deadline: Deadline) -> dict[str, object]:
            picture = custom_vision.picture_of(body.content, content_type, self._settings.limits)
            return custom_vision.reply(self._asking.one(picture, deadline), self._package, iteration)

        reply = await self._predictor.do(work, body.let_go)
        self._metrics.count_samples(1, 0)
        return _json(reply)

    async def url(self, request: Request) -> Response:
        raise Refused(403, custom_vision.NO_URLS)

    async def v2_server(self, request: Request) -> Response:
        return _json({"name": SERVER, "version": VERSION, "extensions": list(EXTENSIONS)})

    async def v2_live(self, request: Request) -> Response:
        return _json({"live": True})

    async def v2_ready(self, request: Request) -> Response:
        return _json({"ready": self._is_ready}, 200 if self._is_ready else 503)

    async def v2_model(self, request: Request) -> Response:
        self._check_model(request)
        return _json(self._inference.metadata())

    async def v2_model_ready(self, request: Request) -> Response:
        self._check_model(request)
        return _json({"name": self._inference.name, "ready": self._is_ready}, 200 if self._is_ready else 503)

    async def v2_infer(self, request: Request) -> Response:
        self._check_model(request)
        header = request.headers.get(HEADER_LENGTH)
        body = await self._bodies.read(request)
        reply = await self._predictor.do(
            lambda deadline: self._inference.infer(body.content, header, deadline), body.let_go
        )
        if reply.header is None:
            return Response(reply.body, media_type="application/json")
        headers = {HEADER_LENGTH: str(reply.header)}
        return Response(reply.body, media_type="application/octet-stream", headers=headers)

    def _check_model(self, request: Request) -> None:
        """Let pass the one model that is served, in its one version.

        Raises:
            Refused: another is meant (404).
        """
        model, version = request.path_params["model"], request.path_params.get("version", VERSION)
        if model != self._inference.name:
            raise Refused(404, f"There is no model {str(model)[:60]!r} here, only “{self._inference.name}”.")
        if version != VERSION:
            raise Refused(404, f"There is no version {str(version)[:20]!r} of the model, only {VERSION}.")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    body = error_body(error.sentence, request.scope["request_id"])
    return Response(body, error.status, headers=error.headers, media_type="application/json")


async def _broken(request: Request, error: Exception) -> Response:
    """Say that the model itself is at fault: neither the sender nor this program can help it."""
    say("error", request=request.scope["request_id"], reason=str(error))
    body = error_body(str(error), request.scope["request_id"])
    return Response(body, 500, media_type="application/json")


async def _not_here(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentences = {
        404: "There is nothing at this address. See / or /docs for what is here.",
        405: f"This address takes {(error.headers or {}).get('Allow', 'another method')} requests. See /docs.",
    }
    sentence = sentences.get(error.status_code, "The request cannot be answered.")
    body = error_body(sentence, request.scope["request_id"])
    return Response(body, error.status_code, headers=error.headers, media_type="application/json")


def _json(value: Mapping[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status, media_type="application/json")
