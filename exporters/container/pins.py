"""The packages that a container installs, each with the hashes of the files that it may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exporters.container.lock import joined
from exporters.requirements import lock_name, lock_text

SERVER = "server"
_TO_DOWNLOAD = (
    "huggingface_hub",
    "hf_xet",
    "httpx2",
    "httpcore2",
    "truststore",
    "fsspec",
    "filelock",
    "tqdm",
    "pyyaml",
)
_ON_WINDOWS = ("colorama",)
LEFT_OUT = (*_TO_DOWNLOAD, *_ON_WINDOWS)
"""What a container does without, though locks name it: ``tokenizers`` downloads models with it, or Windows needs it."""


def container_lock(manifest: Mapping[str, Any]) -> str:
    """Return the lock of what a package's samples need to be read and answered, and of what the server needs."""
    return joined((lock_text(lock_name(manifest)), lock_text(SERVER)), LEFT_OUT)
