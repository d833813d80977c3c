"""How to tell that the disk is full, whatever says so."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

LEAST_FREE = 50_000_000  # bytes; with fewer, what fails is taken to fail for want of room
_FULL = (errno.ENOSPC, errno.EDQUOT)  # the disk, or the share of it that this person may use
_WINDOWS_FULL = 112
_SAYINGS = (
    *(f"(os error {code})" for code in (*_FULL, _WINDOWS_FULL)),  # safetensors and polars, in errors of their own
    " requested and ",  # "1000 requested and 400 written", as NumPy says it, with no code
)


def short_of_room(error: BaseException, folder: Path) -> bool:
    """Return whether an error means that there is too little room on the disk of ``folder``."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return any(saying in str(error) for saying in _SAYINGS) or _almost_full(folder)


def _almost_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < LEAST_FREE
    except OSError:
        return False
