"""The way a process of ours speaks with the one that started it: JSON lines out, and an end when nobody listens."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType


def say(kind: str, **facts: object) -> None:
    """Write one line of JSON on stdout."""
    try:
        print(json.dumps({"type": kind, **facts}, ensure_ascii=True), flush=True)
    except (BrokenPipeError, ValueError):  # nobody listens any more; the closed stdin says so too
        return


def hold(end: Callable[[], None]) -> None:
    """Call ``end`` in the main thread at SIGTERM, and when stdin is closed: then whoever started this is gone."""

    def ended(number: int, frame: FrameType | None) -> None:
        end()

    signal.signal(signal.SIGTERM, ended)
    watch()


def watch() -> None:
    """Raise SIGTERM in this process when stdin is closed: Windows has no other way to ask a program to end."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    while os.read(0, 1):  # not through sys.stdin, whose lock would be held when this process ends by itself
        pass
    signal.raise_signal(signal.SIGTERM)
