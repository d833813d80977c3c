"""Connections of uvicorn on which time is limited: for the head of each request, and for taking in the answer."""

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


_LOOKS = 20  # at an answer that is being taken in, before all of it has to be gone
_LEAST_BYTES = 64_000
_TOO_SLOW = _last_words(b"408 Request Timeout", "The request came too slowly and was given up. Send it again.")
_NO_HTTP = _last_words(b"400 Bad Request", "This is no HTTP request that the server understands.")


def timed_protocol(limits: Limits) -> type[H11Protocol]:
    """Return the class of connections that keep to ``limits``."""
    own = {"head_s": limits.head_s, "body_s": limits.body_s, "most": limits.connections}
    return type("TimedConnection", (_Timed,), own)


class _Timed(H11Protocol):
    """Closes when the head of a request takes longer than ``head_s``; makes room where ``most`` are open.

    Who sends a byte now and then would hold a connection for ever, since uvicorn times only the pause between requests.
    Who reads nothing of an answer, or a little now and then, would hold all of it in memory: within each ``body_s``
    a good part of it has to be gone.
    """

    head_s: ClassVar[float]
    body_s: ClassVar[float]
    most: ClassVar[int]

    def __init__(self, *arguments: Any, **words: Any) -> None:
        super().__init__(*arguments, **words)
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # so that the end of an answer is watched too
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
        self._all_is_sent()
        super().connection_lost(exc)

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        size = self.transport.get_write_buffer_size()
        self._look_again(size, max(_LEAST_BYTES, size // _LOOKS))

    @override
    def resume_writing(self) -> None:
        self._all_is_sent()
        super().resume_writing()

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

    def _look_again(self, size: int, least: int) -> None:
        self._writing = self.loop.call_later(self.body_s, self._look, size, least)

    def _look(self, size: int, least: int) -> None:
        """Go on where at least so much of the ``size`` bytes that waited has gone; else end the connection."""
        left = self.transport.get_write_buffer_size()
        if size - left < least:
            self.transport.abort()
        else:
            self._look_again(left, least)

    def _all_is_sent(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def _make_room(self) -> None:
        """Close one that was answered and is merely kept, else the one that has waited longest for a head.

        Where all others are at work, it is this one.
        """
        waiting = [other for other in self.connections if isinstance(other, _Timed) and other.is_waiting]
        oldest = min(waiting, key=lambda other: other._timer.when() if other._timer else 0.0, default=self)
        oldest.transport.abort()
