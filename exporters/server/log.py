"""The log of the server: one JSON object a line on stdout."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from typing_extensions import override

_ALWAYS = ("error", "server")
_said = {"all": True}


def say(event: str, **facts: object) -> None:
    """Write one line about what happened."""
    if not _said["all"] and event not in _ALWAYS:
        return
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = json.dumps({"time": moment, "event": event, **facts}, ensure_ascii=True, default=str)
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):  # nobody reads the log any more: that must not end the server
        return


class JsonHandler(logging.Handler):
    """Takes what uvicorn reports into the same log."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        say("server", level=record.levelname.lower(), message=record.getMessage())


def take_over_logging(everything: bool = True) -> None:
    """Let warnings and errors of libraries go into the log; without ``everything``, nothing but errors is said."""
    _said["all"] = everything
    root = logging.getLogger()
    root.handlers = [JsonHandler(level=logging.WARNING)]
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
