"""An ``.onnx`` file without a package: there is no sample beside it, but ``<name>.parity.json`` says what it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exporters.errors import NotOurs
from exporters.onnx.standing import FIGURES, figures_of
from exporters.standalone.described import MANIFEST, check_files, check_place, plain_name
from exporters.standalone.errors import NotAPackage
from exporters.standalone.wire import check_plain
from exporters.verify.environment import whole_interpreter

_MOST = 4_000_000


def is_lone(path: Path) -> bool:
    """Return whether an ``.onnx`` file is meant, or a folder that an export as ONNX wrote into."""
    if path.is_dir():
        return any(path.glob(f"*{FIGURES}")) and not (path / MANIFEST).exists()
    return path.suffix.lower() == ".onnx"


def check_lone(path: Path, scratch: Path) -> str:
    """Compare an exported ``.onnx`` file, or all of a folder, with what their figures say, and return what was found.

    Each is opened in a process of its own, whose memory and time are limited; ``scratch`` is a folder for that.

    Raises:
        NotAPackage: it was changed, or nothing says what it was.
        NotOurs: it holds what no export has, or ONNX Runtime does not take it.
    """
    if path.is_dir():
        return "\n".join(_checked(path, figures, scratch) for figures in sorted(path.glob(f"*{FIGURES}")))
    return _checked(path.parent, figures_of(path), scratch)


def _checked(folder: Path, figures: Path, scratch: Path) -> str:
    said = _said(figures)
    name = said.get("file")
    if not isinstance(name, str):
        raise NotAPackage(f"{figures.name} does not say what was exported. Export the model again.")
    if figures_of(folder / plain_name(name)) != figures:
        raise NotAPackage(f"{figures.name} speaks of another file. Export it again.")
    check_files(folder, said, name)
    check_plain(folder / name)
    found = whole_interpreter().open_lone(folder / name, scratch)
    if "problem" in found:
        raise NotOurs(found["problem"])
    return (
        f"{name} is as it was exported: its SHA-256 fits, nothing but plain operators is inside, and ONNX Runtime "
        f"opens it ({found['modality']}, {found['kind']}). It has no sample to be asked about; bundles have."
    )


def _said(figures: Path) -> Mapping[str, Any]:
    check_place(figures, _MOST)
    try:
        said = json.loads(figures.read_bytes())
    except (ValueError, RecursionError) as error:
        raise NotAPackage(f"{figures.name} is damaged. Export the model again.") from error
    if not isinstance(said, dict):
        raise NotAPackage(f"{figures.name} does not say what was exported. Export the model again.")
    return said
