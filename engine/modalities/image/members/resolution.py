"""How large the pictures are that a member's networks see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST = 1024


def resolution_of(settings: Mapping[str, Any]) -> int:
    """Return the side in pixels that the settings of a member name.

    Raises:
        KeyError, ValueError: they name none, or one for which there may be no memory.
    """
    side = settings["resolution"]
    if not isinstance(side, int) or not 1 <= side <= MOST:
        raise ValueError(f"the resolution is not a number from 1 to {MOST}")
    return side
