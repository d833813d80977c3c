"""What an exported model is installed with: locks that ``make lock`` wrote, so that nothing is asked at an export."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from exporters.standalone.described import TOKENIZER

WORDS = "words"


def lock_name(manifest: Mapping[str, Any]) -> str:
    """Return the name of the lock for a package: its modality, or ``words`` for texts that a network reads as words."""
    return WORDS if TOKENIZER in manifest["files"] else str(manifest["task"]["modality"])


def lock_text(name: str) -> str:
    """Return a lock: ``requirements.txt`` with the SHA-256 of every wheel that may be installed."""
    return resources.files("resources").joinpath("requirements", f"{name}.txt").read_text(encoding="utf-8")
