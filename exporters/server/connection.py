"""Connections of uvicorn whose senders have a limited time for the head of each request."""

from __future__ import annotations

import asyncio
import json
from typing import Any, ClassVar

import h11
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from exporters.server.settings import Limits


def _last_words(status: bytes, sentence: str) -> bytes:
    body = json.dumps({"error": sentence}).encode()
    return b"HTTP/1.1 %s\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
        status,
        len(body),
        body,
    )


_TOO_SLOW = _last_words(b"408 Request Timeout", "The request came too slowly and was given up. Send it again.")
_NO_HTTP = _last_words(b"400 Bad Request", "This is no HTTP request that the server understands.")


def timed_protocol(limits: Limits) -> type[H11Protocol]:
    """Return the class of connections that keep to ``limits``."""
    return type("TimedConnection", (_Timed,), {"head_s": limits.head_s, "most": limits.connections})


class _Timed(H11Protocol):
    """Closes when the head of a request takes longer than ``head_s``; makes room where ``most`` are open.

    Who sends a byte now and then would hold a connection for ever, since uvicorn times only the pause between requests.
    """

    head_s: ClassVar[float]
    most: ClassVar[int]

    def __init__(self, *arguments: Any, **words: Any) -> None:
        super().__init__(*arguments, **words)
        self._timer: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()
        if len(self.connections) > self.most:
            self._make_room()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._disarm()
        elif self._timer is None:
            self._arm()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    @override
    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):  # else an answer has begun already
            self.transport.write(_NO_HTTP)
        self.transport.close()

    @property
    def is_waiting(self) -> bool:
        """Whether no request is being answered here."""
        return self.conn.their_state is h11.IDLE

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self.head_s, self._give_up)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self.is_waiting and not self.transport.is_closing():
            self.transport.write(_TOO_SLOW)
            self.transport.close()

    def _make_room(self) -> None:
        """Close one that was answered and is merely kept, else the one that has waited longest for a head.

        Where all others are at work, it is this one.
        """
        waiting = [other for other in self.connections if isinstance(other, _Timed) and other.is_waiting]
        oldest = min(waiting, key=lambda other: other._timer.when() if other._timer else 0.0, default=self)
        oldest.transport.abort()
