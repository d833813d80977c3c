"""Learners for the networks whose weights the person points at. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.backbones.weights import SUFFIXES
from engine.modalities.portfolio import Entry

TUNED = "tuned"  # the group of learners that tune a network

_MOST = 4
_RESOLUTION, _TUNED = 224, 160
_MANY = 4000
_LONGEST = 60


def own_files(folder: Path) -> tuple[Path, ...]:
    """Return the first few files of weights in a folder, by name; none where there is no folder."""
    if not folder.is_dir():
        return ()
    found = (path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
    return tuple(sorted(found)[:_MOST])


def none_found(folder: Path) -> str:
    """Say why :func:`own_files` finds nothing in a folder, and what to do about it."""
    if not folder.is_dir():
        return f"There is no folder {folder}. Check the name, and whether the drive is connected."
    return f"There are no weights in {folder}. Put files like resnet18.pth or .safetensors there."


def own_entries(files: Sequence[Path]) -> tuple[Entry, ...]:
    """Return two entries for each network by the file of its weights: what it sees as it is, and all of it tuned."""
    names = [_title(file.name, place) for place, file in enumerate(files, start=1)]
    heads = (
        Entry(f"{name} at {_RESOLUTION} px", "image.outside_head", _settings(file, resolution=_RESOLUTION, first=_MANY))
        for name, file in zip(names, files, strict=True)
    )
    tuning = {"resolution": _TUNED, "batch": 16, "epochs": 12, "share": 0.6}
    tuned = (
        Entry(f"{name}, tuned at {_TUNED} px", "image.outside_finetune", _settings(file, **tuning), group=TUNED)
        for name, file in zip(names, files, strict=True)
    )
    return (*heads, *tuned)


def _title(name: str, place: int) -> str:
    """Return what an entry is called after a file: a folder of the run has that name."""
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}… {place}"


def _settings(file: Path, **others: float) -> dict[str, str | float]:
    return {"weights": str(file), **others}
