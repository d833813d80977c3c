"""The files of a context around the package folder: written the same for the same model, whenever and wherever."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.task import Modality
from exporters.container import healthcheck
from exporters.container.dockerfile import dockerfile, dockerignore
from exporters.container.facts import PYTHON, Facts
from exporters.container.lock import read_lock
from exporters.container.orchestration import compose, kubernetes
from exporters.container.readme import readme
from exporters.vendoring import vendored

SERVER = "exporters.server.__main__"

WHEELS_NOTE = """\
Wheels (*.whl) in this folder are installed in the place of downloads, so that the image builds without a network.
All of these are needed then, for Python {python} on Linux; the files' hashes are in ../requirements.txt:

{names}
"""


def texts(
    facts: Facts, manifest: Mapping[str, Any], lock: str, sample: str, platform: str | None, triton: bool
) -> dict[str, bytes]:
    """Return what is written for one model beside ``app``, ``model`` and the wheels, by path.

    ``sample`` is the name of its sample's file, ``platform`` what the wheels inside are for, None without any.
    """
    names = "\n".join(f"{package.name} {package.version}" for package in read_lock(lock))
    written = {
        "Dockerfile": dockerfile(facts),
        ".dockerignore": dockerignore(),
        "compose.yaml": compose(facts),
        "kubernetes.yaml": kubernetes(facts),
        "requirements.txt": lock,
        "wheels/WHEELS.txt": WHEELS_NOTE.format(python=PYTHON, names=names),
        "README.md": readme(facts, manifest, sample, platform, triton),
    }
    return {path: text.encode() for path, text in written.items()}


def code(modality: Modality) -> dict[str, bytes]:
    """Return what lies in ``app``, by path: the server with what it imports, and the health check."""
    own = {"healthcheck.py": Path(healthcheck.__file__).read_bytes()}
    return {f"app/{path}": source for path, source in {**vendored(modality, (SERVER,)), **own}.items()}
