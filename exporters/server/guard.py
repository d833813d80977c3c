"""What every request passes before it is read: a name, the host it was meant for, the token, and the log behind it."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import time
import traceback
import uuid
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporters.server.log import say
from exporters.server.metrics import Metrics
from exporters.server.refused import Refused
from exporters.server.settings import LOOPBACK, Settings

OPEN_PATHS = ("/", "/healthz", "/readyz", "/v2/health/live", "/v2/health/ready")
"""Paths that need no token: they tell nothing about the model."""

ENDING = Refused(503, "The server is ending and gave this request up. Send it again soon.", {"retry-after": "1"})

_IDENTITY = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LINGER_S, _LINGER_BYTES = 2.0, 64_000_000
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Guard:
    """Wraps the application: nothing leaves it but answers, with a sentence where something went wrong."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        self._metrics.open_requests += 1
        try:
            self._check(scope, exchange.headers)
            await self._app(scope, exchange.receive, exchange.send)
        except Refused as refusal:
            await exchange.refuse(refusal)
        except asyncio.CancelledError:  # the time to drain is over
            await exchange.refuse(ENDING)
        except Exception:  # the edge of the process: the sender learns that it was not their fault, the log learns why
            say("error", request=exchange.identity, trace=traceback.format_exc())
            await exchange.refuse(Refused(500, "The server failed to answer this request. Its log says why."))
        finally:
            self._metrics.open_requests -= 1
            self._log(scope, exchange)

    def _check(self, scope: Scope, headers: Headers) -> None:
        if self._settings.on_loopback and not _names_this_computer(headers.get("host", "")):
            raise Refused(421, "This server answers on this computer alone, under the name localhost or 127.0.0.1.")
        if self._settings.token is not None and scope["path"] not in OPEN_PATHS:
            kind, _, token = headers.get("authorization", "").partition(" ")
            same = hmac.compare_digest(token.strip().encode(), self._settings.token.encode())
            if kind.lower() != "bearer" or not same:
                raise Refused(
                    401,
                    "A token is needed: send the header “Authorization: Bearer …”.",
                    {"www-authenticate": "Bearer"},
                )

    def _log(self, scope: Scope, exchange: _Exchange) -> None:
        seconds = time.perf_counter() - exchange.start
        route = getattr(scope.get("endpoint"), "__name__", "none")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.count(method, route, exchange.status, seconds)
        client = scope.get("client")
        say(
            "request",
            request=exchange.identity,
            client=client[0] if client else None,
            method=method,
            path=scope["path"][:200],
            status=exchange.status,
            ms=round(seconds * 1000, 2),
            received=exchange.received,
            sent=exchange.sent,
        )


class _Exchange:
    """One request and its answer, with what the log tells about them. ``status`` stays 499 where nobody was left."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers = Headers(scope=scope)
        said = self.headers.get("x-request-id", "")
        self.identity = said if _IDENTITY.fullmatch(said) else uuid.uuid4().hex
        self.start = time.perf_counter()
        self.status = 499
        self.received = self.sent = 0
        scope["request_id"] = self.identity
        self._receive = receive
        self._send = send
        self._unread = "transfer-encoding" in self.headers or self.headers.get("content-length", "0") != "0"
        self._started = self._ended = False

    async def receive(self) -> Message:
        """Take what comes next of the request."""
        message = await self._receive()
        self.received += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._unread = False
        return message

    async def send(self, message: Message) -> None:
        """Send what comes next of the answer."""
        if message["type"] == "http.response.start":
            self._started = True
            self.status = message["status"]
            self._add_headers(MutableHeaders(scope=message))
        elif message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
            self._ended = not message.get("more_body", False)
            if self._ended and self._unread:
                await self._send({**message, "more_body": True})
                await self._linger()
                message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def refuse(self, refusal: Refused) -> None:
        """Answer with the sentence, unless an answer has begun."""
        if self._started:
            return
        body = error_body(refusal.sentence, self.identity)
        headers = {"content-type": "application/json", "content-length": str(len(body)), **refusal.headers}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": refusal.status, "headers": raw})
        await self.send({"type": "http.response.body", "body": body})

    def _add_headers(self, headers: MutableHeaders) -> None:
        headers["x-request-id"] = self.identity
        headers["x-content-type-options"] = "nosniff"
        headers["referrer-policy"] = "no-referrer"
        headers["cross-origin-resource-policy"] = "same-origin"
        headers.setdefault("cache-control", "no-store")
        if self._unread:
            headers["connection"] = "close"

    async def _linger(self) -> None:
        """Take in what the sender still sends, for a moment.

        Closing a connection with unread bytes resets it, and the sender might never see the answer.
        """
        end = self.received + _LINGER_BYTES
        try:
            async with asyncio.timeout(_LINGER_S):
                while self._unread and self.received < end:
                    await self.receive()
        except TimeoutError:
            return


def error_body(sentence: str, identity: str) -> bytes:
    """Return the body of an answer that says what went wrong."""
    words: Mapping[str, str] = {"error": sentence, "request": identity}
    return json.dumps(words, ensure_ascii=False).encode()


def _names_this_computer(host: str) -> bool:
    """Return whether a ``Host`` header means this computer, so that no web page reaches it under a name of its own."""
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    return name.strip("[]").lower() in LOOPBACK
