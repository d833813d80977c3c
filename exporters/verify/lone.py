"""An ``.onnx`` file without a package: there is no sample beside it, but ``parity.json`` says what it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exporters.onnx.exporter import PARITY
from exporters.onnx.runtime import OnnxModel
from exporters.standalone.described import MANIFEST, check_files, check_place, plain_name
from exporters.standalone.errors import NotAPackage

_MOST = 4_000_000


def is_lone(path: Path) -> bool:
    """Return whether an ``.onnx`` file is meant, or a folder that an export as ONNX wrote into."""
    if path.is_dir():
        return (path / PARITY).is_file() and not (path / MANIFEST).exists()
    return path.suffix.lower() == ".onnx"


def check_lone(path: Path) -> str:
    """Compare an exported ``.onnx`` file with what ``parity.json`` says of it, open it, and return what was found.

    Raises:
        NotAPackage: it was changed, or nothing says what it was.
        NotOurs: it holds what no export has, or ONNX Runtime does not take it.
    """
    folder = path if path.is_dir() else path.parent
    said = _said(folder)
    name = said.get("file")
    if not isinstance(name, str) or (path.is_file() and path.name != name):
        raise NotAPackage(f"{PARITY} beside it speaks of another file. Export it again.")
    check_files(folder, said, plain_name(name))
    task = OnnxModel.open(folder / name).task
    return (
        f"{name} is as it was exported: its SHA-256 fits, nothing but plain operators is inside, and ONNX Runtime "
        f"opens it ({task.modality.value}, {task.kind.value}). It has no sample to be asked about; bundles have."
    )


def _said(folder: Path) -> Mapping[str, Any]:
    check_place(folder / PARITY, _MOST)
    try:
        said = json.loads((folder / PARITY).read_bytes())
    except (ValueError, RecursionError) as error:
        raise NotAPackage(f"{PARITY} is damaged. Export the model again.") from error
    if not isinstance(said, dict):
        raise NotAPackage(f"{PARITY} does not say what was exported. Export the model again.")
    return said
