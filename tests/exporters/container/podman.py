"""Podman as packaging/container-tools.sh prepares it, with images to build on that were made on this machine."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from exporters.container.engines import Engine, find_engines

BASES = {"BASE": "localhost/autodidact-base", "BUILDER": "localhost/autodidact-builder"}


def prepared() -> Path:
    """The folder that the script fills."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("AUTODIDACT_CONTAINERS") or cache / "autodidact-containers")


def settings() -> dict[str, str]:
    """What podman is told by its environment."""
    folder = prepared()
    return {
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
    }


def podman() -> Engine | None:
    """The engine with its base images; None where nothing is prepared."""
    if not (prepared() / "ready").is_file():
        return None
    (found,) = [found for found in find_engines(settings()).engines if found.kind == "podman"]
    return replace(found, bases=BASES)
