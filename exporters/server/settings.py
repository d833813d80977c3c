"""What the person who runs the server may set, and the limits that every request keeps to."""

from __future__ import annotations

from dataclasses import dataclass, field

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Limits:
    """What one sender, and all together, may take: bytes, pixels of a picture, counts, seconds.

    ``values`` are the shares and numbers in an answer, each of which takes some 200 bytes until the answer is written.
    """

    body: int = 20_000_000
    all_bodies: int = 256_000_000
    tensors: int = 128_000_000
    pixels: int = 40_000_000
    files: int = 100
    rows: int = 10_000
    json_depth: int = 32
    json_elements: int = 2_000_000
    values: int = 500_000
    all_values: int = 1_000_000
    waiting: int = 128
    connections: int = 512
    head_s: float = 10.0
    body_s: float = 30.0
    pause_s: float = 10.0
    answer_s: float = 30.0
    drain_s: float = 10.0


@dataclass(frozen=True)
class Load:
    """How the processor is shared out.

    ``workers`` calls of the graph run at once, each on ``threads`` threads and for up to ``batch`` samples that waited
    together.
    """

    workers: int = 1
    threads: int = 0
    batch: int = 1


@dataclass(frozen=True)
class Settings:
    """Where the server listens, for whom, and how."""

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None
    load: Load = field(default_factory=Load)
    limits: Limits = field(default_factory=Limits)

    @property
    def on_loopback(self) -> bool:
        """Whether only this computer can reach the server."""
        return self.host in LOOPBACK
