"""Read the body of a request while its sender is watched: its size, its pauses, and what all bodies take together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request

from exporters.server.refused import Refused
from exporters.server.settings import Limits


class Body:
    """A body in memory, which counts as held until it is let go."""

    def __init__(self, content: bytes, freed: Callable[[int], None]) -> None:
        self.content = content
        self._freed = freed

    def let_go(self) -> None:
        """Empty it, also for whoever still refers to it, such as work that was dropped before its turn came."""
        self._freed(len(self.content))
        self.content = b""


class Bodies:
    """All bodies that are in memory now."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held = 0

    async def read(self, request: Request) -> Body:
        """Return the body, which counts as held until it is let go.

        Raises:
            Refused: it is too large (413), too slow (408) or compressed (415), its length is no number (400), or others
                hold too much (429).
        """
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise Refused(415, "The request is compressed, which this server does not undo. Send it as it is.")
        _check_length(request.headers.get("content-length"), self._limits.body)
        parts: list[bytes] = []
        try:
            await self._collect(request, parts)
        except BaseException:
            self._free(sum(map(len, parts)))
            raise
        return Body(b"".join(parts), self._free)

    def _free(self, size: int) -> None:
        self._held -= size

    async def _collect(self, request: Request, parts: list[bytes]) -> None:
        chunks, size = request.stream(), 0
        try:
            async with asyncio.timeout(self._limits.body_s):
                while True:
                    async with asyncio.timeout(self._limits.pause_s):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        return
                    size += len(chunk)
                    self._admit(size, len(chunk))
                    parts.append(chunk)
        except TimeoutError as error:
            raise Refused(408, "The request came too slowly and was given up. Send it again.") from error
        except ClientDisconnect as error:
            raise Refused(400, "The connection was closed before the whole request had come.") from error

    def _admit(self, size: int, more: int) -> None:
        if size > self._limits.body:
            raise too_large(self._limits.body)
        if self._held + more > self._limits.all_bodies:
            raise Refused(429, "The server holds as many requests as it can. Try again soon.", {"retry-after": "1"})
        self._held += more


def too_large(limit: int) -> Refused:
    """Return the refusal of a body over ``limit`` bytes."""
    return Refused(413, f"The request is too large: the limit is {limit / 1e6:g} MB. Send less at once.")


def _check_length(said: str | None, limit: int) -> None:
    if said is None:
        return
    if not said.isascii() or not said.isdigit():
        raise Refused(400, "The Content-Length of the request is no number.")
    if len(said) > 18 or int(said) > limit:
        raise too_large(limit)
