"""Learners for the networks whose weights the person points at. No torch here."""

from __future__ import annotations

from pathlib import Path

from engine.backbones.weights import SUFFIXES
from engine.modalities.portfolio import Entry

TUNED = "tuned"  # the group of learners that tune a network

_MOST = 4
_RESOLUTION, _TUNED = 224, 160
_MANY = 4000
_LONGEST = 60
_FETCHED = ("regnet_y_1_6gf", "convnext_tiny")


def own_files(folder: Path) -> tuple[Path, ...]:
    """Return the first few files of weights in a folder, by name."""
    found = (path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
    return tuple(sorted(found)[:_MOST])


def own_entries(folder: Path, download: bool = False) -> tuple[Entry, ...]:
    """Return two entries for each network of the folder: what it sees as it is, and all of it tuned.

    With ``download`` those that are good in general and not there come too; they are fetched when it is their turn.
    """
    files = own_files(folder) if folder.is_dir() else ()
    absent = [name for name in _FETCHED if not any(file.name.startswith(name) for file in files)] if download else []
    settings = [{"weights": str(file)} for file in files]
    settings += [{"weights": str(folder / name), "fetch": name} for name in absent]
    names = [_title(Path(one["weights"]).name, place) for place, one in enumerate(settings, start=1)]
    heads = (
        Entry(f"{name} at {_RESOLUTION} px", "image.outside_head", {**one, "resolution": _RESOLUTION, "first": _MANY})
        for name, one in zip(names, settings, strict=True)
    )
    tuned = (
        Entry(f"{name}, tuned at {_TUNED} px", "image.outside_finetune", {**one, **_tuning()}, group=TUNED)
        for name, one in zip(names, settings, strict=True)
    )
    return (*heads, *tuned)


def _title(name: str, place: int) -> str:
    """Return what an entry is called after a file: a folder of the run has that name."""
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}… {place}"


def _tuning() -> dict[str, float | int]:
    return {"resolution": _TUNED, "batch": 16, "epochs": 12, "share": 0.6}
