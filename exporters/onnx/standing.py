"""What stands in the folder that an ``.onnx`` file is written into: older exports are replaced, nothing else is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError

from exporters.errors import NotWritable
from exporters.onnx.metadata import PREFIX

FIGURES, FILES = ".parity.json", "files"
"""How the name of the file ends that says what was measured, and its key for the files that belong together."""


def figures_of(path: Path) -> Path:
    """Return where the figures of an exported ``.onnx`` file are: beside it, under its name."""
    return path.with_name(path.stem + FIGURES)


def replaceable(path: Path) -> bool:
    """Return whether an older export is at ``path``, which may be replaced together with its figures.

    Raises:
        NotWritable: something else is there, which may not.
    """
    figures = figures_of(path)
    known = _said(figures).get("file") == path.name
    if _there(figures) and not known:
        raise _taken(figures, "is no export")
    if not _there(path):
        return known
    if not known and not _is_export(path):
        raise _taken(path, "is no export")
    return True


def check_others(path: Path, others: Mapping[str, bytes]) -> None:
    """Let pass the files that go beside ``path``, whose names are not of its own, unless another's would be replaced.

    Raises:
        NotWritable: one is there with other content, and not of an older export at ``path`` alone.
    """
    figures = figures_of(path)
    mine = _hashes(figures)
    foreign = [_hashes(other) for other in path.parent.glob(f"*{FIGURES}") if other != figures]
    for name, content in others.items():
        place = path.with_name(name)
        if not _there(place):
            continue
        found = sha256(place.read_bytes()).hexdigest() if place.is_file() else ""
        if found == sha256(content).hexdigest():
            continue
        if mine.get(name) != found or any(name in files for files in foreign):
            raise _taken(place, "does not belong to this model")


def _taken(path: Path, why: str) -> NotWritable:
    return NotWritable(f"{path} is there already and {why}, so it was left alone. Choose another folder.")


def _there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _is_export(path: Path) -> bool:
    """Return whether a file says of itself that it is an export; ONNX Runtime never gets to see it."""
    model = onnx.ModelProto()
    try:
        model.ParseFromString(path.read_bytes())
    except (OSError, DecodeError):
        return False
    return any(entry.key.startswith(PREFIX) for entry in model.metadata_props)


def _said(figures: Path) -> Mapping[str, Any]:
    """Return what a file of figures says, nothing where it is absent or none."""
    try:
        said = json.loads(figures.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _hashes(figures: Path) -> dict[str, str]:
    """Return the SHA-256 of the files that belong together, by name."""
    files = _said(figures).get(FILES)
    if not isinstance(files, dict):
        return {}
    return {name: str(said.get("sha256")) for name, said in files.items() if isinstance(said, dict)}
