"""The model folder: ``model.json`` beside the immutable folders of its members.

``model.json`` alone says what is served and is replaced atomically; member folders are never changed, only added
before it and removed after it. So a reader finds a whole model at every moment.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import DataError, ModelError
from engine.files import UNREADABLE, commit, link_tree, read_json, write_json
from engine.task import Task

FORMAT = 1
MANIFEST = "model.json"
MEMBERS = "members"


@dataclass(frozen=True)
class MemberRecord:
    """One member as it lies on disk. ``folder`` holds what its ``save`` wrote, ``settings`` what it returned."""

    name: str
    kind: str
    weight: float
    settings: Mapping[str, Any]
    folder: Path


@dataclass(frozen=True)
class Manifest:
    """What ``model.json`` says. ``info`` is for people: the score, versions, when and from which run."""

    task: Task
    members: tuple[MemberRecord, ...]
    temperature: float = 1.0
    info: Mapping[str, Any] = field(default_factory=dict)


def publish(folder: Path, manifest: Manifest) -> None:
    """Serve ``manifest`` from ``folder``; member files are linked or copied in from wherever they lie."""
    (folder / MEMBERS).mkdir(parents=True, exist_ok=True)
    entries = []
    for member in manifest.members:
        inside = folder / MEMBERS / member.folder.name
        if not inside.exists():
            link_tree(member.folder, inside)
        entries.append(
            {
                "name": member.name,
                "kind": member.kind,
                "weight": member.weight,
                "folder": inside.name,
                "settings": dict(member.settings),
            }
        )
    before = _folders_in_use(folder)
    content = {"format": FORMAT, "task": manifest.task.to_json(), "temperature": manifest.temperature}
    commit(folder / MANIFEST, {**content, "members": entries, "info": dict(manifest.info)})
    _sweep(folder, keep=before | {str(entry["folder"]) for entry in entries})


def annotate(folder: Path, info: Mapping[str, Any]) -> None:
    """Add to what the manifest says for people; the model stays the same."""
    content = read_json(folder / MANIFEST)
    write_json(folder / MANIFEST, {**content, "info": {**content["info"], **info}})


def _folders_in_use(folder: Path) -> set[str]:
    """Return the member folders of the model served so far: a reader may still be loading them."""
    try:
        return {str(entry["folder"]) for entry in read_json(folder / MANIFEST)["members"]}
    except UNREADABLE:  # there is none, or a damaged one that nobody can load
        return set()


def _sweep(folder: Path, keep: set[str]) -> None:
    for old in (folder / MEMBERS).iterdir():
        if old.name not in keep:
            shutil.rmtree(old, ignore_errors=True)


def read_manifest(folder: Path) -> Manifest:
    """Read ``model.json``.

    Raises:
        ModelError: there is no model, it is damaged, or a newer version made it.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelError(f"There is no model in {folder}. Train first, or name the folder of a finished run.")
    try:
        content = read_json(path)
        if content["format"] > FORMAT:
            raise ModelError(f"The model in {folder} was made by a newer version. Update Autodidact Studio to open it.")
        members = tuple(_record(folder, entry) for entry in content["members"])
        task, temperature = Task.from_json(content["task"]), float(content["temperature"])
        if not (math.isfinite(temperature) and temperature > 0.0):
            raise ValueError(f"its temperature is {temperature}")
        if not any(member.weight > 0.0 for member in members):
            raise ValueError("no member has a weight")
        return Manifest(task, members, temperature, content["info"])
    except (OSError, KeyError, TypeError, ValueError, OverflowError, DataError) as error:
        raise ModelError(f"The model in {folder} is damaged ({error!r}). Train again, or restore a copy.") from error


def _record(folder: Path, entry: Mapping[str, Any]) -> MemberRecord:
    name = str(entry["folder"])
    inside = folder / MEMBERS / name
    if Path(name).name != name or name in {"", ".", ".."} or inside.is_symlink() or not inside.is_dir():
        raise ModelError(f"The model in {folder} names a part that is not there ({name!r}). Train again.")
    weight = float(entry["weight"])
    if not (math.isfinite(weight) and weight >= 0.0):
        raise ValueError(f"the weight of {name} is {weight}")
    settings = entry["settings"]
    if not isinstance(settings, dict):
        raise TypeError(f"the settings of {name} are {type(settings).__name__}")
    return MemberRecord(str(entry["name"]), str(entry["kind"]), weight, settings, inside)


def records(members: Sequence[MemberRecord], weights: Mapping[str, float]) -> tuple[MemberRecord, ...]:
    """Return the members that have a weight, with that weight."""
    return tuple(
        MemberRecord(m.name, m.kind, weights[m.name], m.settings, m.folder)
        for m in members
        if weights.get(m.name, 0.0) > 0.0
    )
