"""Fetch pretrained weights from where torchvision keeps them, before a run's clock begins.

Nothing is waited for without end, and nothing that did not come whole stays. No torch here.
"""

from __future__ import annotations

import glob
import os
import re
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError
from urllib.request import urlopen

from engine.backbones.good import GOOD
from engine.backbones.weights import digest
from engine.errors import WeightsError

PATIENCE_S = 10.0  # without a word from there
SLOWEST = 100_000  # bytes a second: at less, the largest would take more than twenty minutes
_PIECE = 1 << 16
_STALE_S = 3600.0  # longer than the largest takes at the slowest
_NEWS = 4  # how often it is said how much is there
_MB = 1e6


def _never() -> bool:
    return False


def fetch_good(
    folder: Path, given: Collection[Path], say: Callable[[str], None], cancelled: Callable[[], bool] = _never
) -> tuple[list[Path], list[str]]:
    """Return the files of networks that are good in general, fetched unless they are there, and what went wrong.

    None is fetched of which the person has ``given`` weights. After one that cannot be had, or once ``cancelled``, no
    other is asked for.
    """
    found: list[Path] = []
    for name in GOOD:
        if any(path.name.startswith(name) for path in given):
            continue
        if cancelled():
            break
        try:
            found.append(fetch(name, folder, say, cancelled))
        except WeightsError as error:
            return found, [str(error)]
    return found, []


def fetch(name: str, folder: Path, say: Callable[[str], None], cancelled: Callable[[], bool] = _never) -> Path:
    """Return the file of torchvision's best weights of a good network in a folder, fetched unless it is there.

    ``say`` is told how far it is.

    Raises:
        WeightsError: it cannot be reached, comes too slowly or damaged, cannot be kept, or was ``cancelled`` meanwhile.
    """
    url = address(name)
    file = folder / url.rpartition("/")[2]
    if file.is_file():
        return file
    part = folder / f".{file.name}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder, file.name)
        with urlopen(url, timeout=PATIENCE_S) as answer, part.open("wb") as kept:
            _take(answer, kept, name, say, cancelled)
        if not digest(part).startswith(_expected(file.name)):
            raise ValueError("what came is damaged")
        part.replace(file)
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, HTTPError):
            error.close()
        raise WeightsError(
            f"The pretrained weights of {name} could not be fetched ({_reason(error)}), so nothing more was fetched, "
            f"and training goes on without them. Check the connection, or put {file.name} into {folder}."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return file


def address(name: str) -> str:
    """Return where torchvision keeps its best weights of a good network."""
    return GOOD[name].url


def _clear(folder: Path, name: str) -> None:
    """Remove what processes that were killed while they fetched a file have left of it."""
    for part in folder.glob(f".{glob.escape(name)}.*.part"):
        with suppress(OSError):  # another does the same
            if time.time() - part.stat().st_mtime > _STALE_S:
                part.unlink()


def _take(
    answer: HTTPResponse, kept: BinaryIO, name: str, say: Callable[[str], None], cancelled: Callable[[], bool]
) -> None:
    """Keep what comes.

    Raises:
        OSError: nothing came for long, or too little, or it was cancelled.
    """
    total = int(answer.headers.get("Content-Length") or 0)
    size = f" ({total / _MB:.0f} MB)" if total else ""
    say(f"Fetching the pretrained weights of {name}{size}; the time for training has not begun yet.")
    began, came, told = time.monotonic(), 0, 0
    while piece := answer.read1(_PIECE):  # what is there by now: a whole piece might take for ever
        kept.write(piece)
        came += len(piece)
        if cancelled():
            raise ConnectionAbortedError("it was cancelled")
        passed = time.monotonic() - began
        if passed > PATIENCE_S and came < SLOWEST * passed:
            raise ConnectionError("it comes too slowly")
        if total and came * _NEWS // total > told:
            told = came * _NEWS // total
            say(f"{came / _MB:.0f} of {total / _MB:.0f} MB are there.")


def _expected(name: str) -> str:
    """Return how the SHA-256 of a file begins, which torchvision writes into its name.

    Raises:
        ValueError: it does not stand there.
    """
    written = re.search(r"-([0-9a-f]{8,})\.", name)
    if written is None:
        raise ValueError("its name does not say what it should hold")
    return written[1]


def _reason(error: Exception) -> str:
    """Return in few words why it did not work."""
    inner = getattr(error, "reason", error)  # what urllib wraps
    if isinstance(inner, TimeoutError):
        return "there is no answer"
    return str(getattr(inner, "strerror", None) or inner or type(error).__name__)
