"""Try an export: ``python -m exporters.trying serve|verify|container PATH``, or ``engines``.

Says how it goes as JSON lines on stdout and ends when stdin is closed, at SIGTERM, or when it has nothing more to do::

    serve      {"type": "ready", "address"}                              answers over HTTP until it is ended
    verify     {"type": "progress", "share", "text"} … {"type": "verdict", "holds", "sentences"}
    engines    {"type": "engines", "names", "problems"}                  the programs that can run containers
    container  progress …, {"type": "ready", "address", "sentence"}, {"type": "log", "text"} …   until it is ended

``{"type": "error", "message"}`` says why there is nothing of that; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.errors import EngineError
from exporters.errors import ExportError
from exporters.standalone.errors import NotAPackage
from exporters.trying.lifeline import hold, say


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one of them and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m exporters.trying", description="Try an export.")
    parser.add_argument("way", choices=sorted(_WAYS))
    parser.add_argument("path", type=Path, nargs="?", default=Path())
    wanted = parser.parse_args(arguments)
    try:
        _WAYS[wanted.way](wanted.path)
    except (ExportError, EngineError, NotAPackage) as error:
        say("error", message=str(error))
        return 1
    return 0


def _leave() -> None:
    raise SystemExit(0)


def _serve(path: Path) -> None:
    from exporters.server.running import CannotListen, Manner, serve
    from exporters.server.settings import Settings
    from exporters.server.threads import end_under_work
    from exporters.trying.packages import package_in

    hold(_leave)
    told = Manner(tune_s=0, logs=False, told=lambda address, name: say("ready", address=address))
    with package_in(path) as folder:
        try:
            serve(folder, Settings(port=0), told)
        except CannotListen as error:
            raise ExportError(str(error)) from error
    end_under_work(0)


def _verify(path: Path) -> None:
    from exporters.verify.verify import verify

    hold(_leave)
    verdict = verify(path, tell=_tell)
    say("verdict", holds=verdict.holds, sentences=verdict.sentences)


def _tell(words: str) -> None:
    say("progress", share=0, text=words)


def _engines(path: Path) -> None:
    from exporters.container.engines import find_engines

    found = find_engines()
    names = [f"{engine.kind} {engine.version}" for engine in found.engines]
    say("engines", names=names, problems=found.problems)


def _container(path: Path) -> None:
    from exporters.trying.container import run

    run(path)


_WAYS = {"serve": _serve, "verify": _verify, "engines": _engines, "container": _container}


if __name__ == "__main__":
    sys.exit(main())
