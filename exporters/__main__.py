"""Export in a process of its own, saying how it goes as JSON lines on stdout.

``python -m exporters SOURCE --to onnx --out DIR`` prints ``{"type": "progress", "share", "text"}`` lines and then one
``{"type": "report", …}`` or ``{"type": "error", "message"}``. Exit code 0 when something was exported, 1 when not, 2
for bad usage. SIGTERM cancels and leaves nothing behind; so does the end of stdin with ``--held``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from engine.errors import EngineError
from exporters.api import export
from exporters.arguments import add_options, chosen_options
from exporters.errors import ExportError
from exporters.targets import TARGETS
from exporters.trying.lifeline import watch


class Cancelled(SystemExit):
    """The export was cancelled from outside."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one export and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m exporters", description="Export a trained model.")
    parser.add_argument("source", type=Path, help="the folder of a run, or of a model")
    parser.add_argument("--to", choices=sorted(TARGETS), default="onnx")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write into")
    parser.add_argument("--small", action="store_true", help="the one small model of the run instead of its best")
    parser.add_argument("--held", action="store_true", help=argparse.SUPPRESS)  # by a window
    add_options(parser)
    wanted = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _cancel)
    if wanted.held:
        watch()
    try:
        options = chosen_options(wanted, wanted.to)
        report = export(wanted.source, wanted.to, wanted.out, _progress, wanted.small, **options)
    except (ExportError, EngineError) as error:
        _say({"type": "error", "message": str(error)})
        return 1
    _say({"type": "report", **report.to_json()})
    return 0


def _cancel(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # once more would end the cleaning up
    raise Cancelled(128 + number)


def _progress(share: float, text: str) -> None:
    _say({"type": "progress", "share": round(share, 3), "text": text})


def _say(line: Mapping[str, Any]) -> None:
    print(json.dumps(line), flush=True)  # in ASCII: pipes on Windows lack most letters


def _main() -> None:
    """Run one export and end; a model that is still being asked when it is cancelled is not waited for."""
    try:
        sys.exit(main())
    except Cancelled as cancelled:
        code = int(cancelled.code or 0)
    os._exit(code)  # by now the error is gone, and with it whatever held a temporary folder


if __name__ == "__main__":
    _main()
