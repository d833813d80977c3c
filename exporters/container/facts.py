"""What the files of a context say about the model: names that every engine accepts, and the limits it runs under."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from exporters.errors import NotOurs
from exporters.server.machine import idle_bytes

USER = 10001
PORT = 8080
PYTHON = "3.11"
PIDS = 256
SCRATCH_MB = 64
GRACE_S = 15  # longer than the server lets running requests end, or it would be killed under load
CPUS = 4  # so that a node of many cores is not asked about by more calls at once than the memory is for
_REQUESTS_MB, _STEP_MB = 640, 64
_LONGEST = 40
_TAG = 12


@dataclass(frozen=True)
class Facts:
    """A model's names, and the memory its container usually takes and may take at most.

    ``title`` is for people and may hold anything; ``name`` is a DNS label and the name of an image; ``tag`` are the
    first digits of the file's SHA-256, so that another model never answers under the tag of this one.
    """

    title: str
    name: str
    tag: str
    usual_mb: int
    most_mb: int

    @classmethod
    def of(cls, title: str, fingerprint: str, model_bytes: int) -> Self:
        """Return what follows from a project's name, and the SHA-256 and the size of ``model.onnx``."""
        name, tag = image_name(title, fingerprint), fingerprint[:_TAG]
        return cls(title, name, tag, usual_memory(model_bytes), most_memory(model_bytes))

    @classmethod
    def said(cls, manifest: Mapping[str, Any]) -> Self:
        """Return what follows from a package's manifest, which says all of that."""
        model = manifest["files"]["model.onnx"]
        return cls.of(str(manifest["name"]), str(model["sha256"]), int(model["bytes"]))

    @classmethod
    def read(cls, context: Path) -> Self:
        """Return what the files of a context were written with.

        Raises:
            NotOurs: it is no context, or a damaged one.
        """
        try:
            return cls.said(json.loads((context / "model" / "manifest.json").read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise NotOurs(
                f"{context} is not a container's folder as it was exported. Export the model again."
            ) from error

    @property
    def image(self) -> str:
        """The image's full name. ``localhost`` keeps engines from asking a registry for a stranger's image."""
        return f"localhost/{self.name}:{self.tag}"


def image_name(title: str, fingerprint: str) -> str:
    """Return ``title`` as a DNS label that is also an image's name; what has no Latin letters gets part of the print.

    >>> image_name("Müll & Co. / v2", "ab12" * 16), image_name("垃圾", "ab12" * 16)
    ('mull-co-v2', 'model-ab12ab')
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    joined = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST].strip("-")
    if not joined:
        return f"model-{fingerprint[:6]}"
    return joined if joined[0].isalpha() else f"model-{joined}"


def usual_memory(model_bytes: int) -> int:
    """Return the megabytes that a container takes while it has little to do, in steps of 64."""
    return int(-(-idle_bytes(model_bytes) / 1e6 // _STEP_MB) * _STEP_MB)


def most_memory(model_bytes: int) -> int:
    """Return the megabytes that a container may use: with many requests, or a few pictures of the largest size."""
    return usual_memory(model_bytes) + _REQUESTS_MB
