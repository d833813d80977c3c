"""Find the package in a folder, a container's folder or a zip, and compare each file with what its manifest says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.task import Modality
from exporters.bundle.layout import CODE, PREDICT, PROGRAM, SHIPPED
from exporters.container.context import foreign
from exporters.requirements import lock_name, lock_text
from exporters.standalone.described import MANIFEST, MODEL, check_files, check_place, plain_name, read_manifest, sha256
from exporters.standalone.errors import NotAPackage
from exporters.standalone.replay import SAMPLE
from exporters.standalone.wire import check_plain
from exporters.vendoring import vendored

_MAX_SHIPPED, _MAX_SHIPPED_BYTES = 500, 4_000_000
CONTEXT = "model"  # where the package is in the folder of a container
_RUNS = (".py", ".pyw", ".pyc", ".pyd", ".so", ".pth")


@dataclass(frozen=True)
class Checked:
    """A package of which every file is as it was exported.

    ``modality`` is what it takes, ``lock`` the name of what it is installed with, ``own`` whether the programs beside
    the model are those of this version (True where there are none).
    """

    folder: Path
    manifest: Mapping[str, Any]
    modality: Modality
    lock: str
    files: int
    own: bool


def check(folder: Path) -> Checked:
    """Compare the files of the package in ``folder``, or in the only folder in it, with its manifest.

    Raises:
        NotAPackage: one is missing, changed, surplus or hostile.
    """
    root = _root(folder)
    manifest = read_manifest(root)
    check_files(root, manifest)
    check_plain(root / MODEL)
    try:
        modality = Modality(manifest["task"]["modality"])
    except (KeyError, TypeError, ValueError) as error:
        raise NotAPackage(f"{MANIFEST} does not say what the model takes. Export it again.") from error
    shipped = manifest.get(SHIPPED, {})
    if not isinstance(shipped, dict) or len(shipped) > _MAX_SHIPPED:
        raise NotAPackage(f"{MANIFEST} lists its programs in a way that no export does. Export it again.")
    for name, expected in shipped.items():
        path = root / plain_name(name)
        check_place(path, _MAX_SHIPPED_BYTES)
        if not path.resolve().is_relative_to(root.resolve()) or sha256(path) != expected:
            raise NotAPackage(f"{name!r} is not as it was exported: it was changed or damaged. Get it again.")
    if shipped:
        _refuse_surplus(root, set(shipped))
    lock = lock_name(manifest)
    files = len(manifest["files"]) + len(shipped)
    own = _is_own(shipped, modality, lock) and (root == folder or root.name != CONTEXT or not foreign(folder, manifest))
    return Checked(root, manifest, modality, lock, files, own)


def _root(folder: Path) -> Path:
    if (folder / MANIFEST).exists():
        return folder
    if (folder / CONTEXT / MANIFEST).exists():
        return folder / CONTEXT
    within = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    if len(within) == 1 and (within[0] / MANIFEST).exists():
        return within[0]
    raise NotAPackage(f"{folder} holds no {MANIFEST}, so it is no bundle and no package. Name the folder that has it.")


def _refuse_surplus(root: Path, known: set[str]) -> None:
    """Refuse programs that were not exported: Python would take them for those that were."""
    ours = {CODE, SAMPLE}
    found = [path for path in root.iterdir() if path.name not in ours and _is_importable(path)]
    found += [path for path in (root / CODE).rglob("*") if path.is_symlink() or not path.is_dir()]
    for path in found:
        if path.relative_to(root).as_posix() not in known:
            raise NotAPackage(f"{path.relative_to(root).as_posix()!r} was not exported with the rest. Get it again.")


def _is_importable(path: Path) -> bool:
    """Return whether Python could take a file or a folder for a module, had it the folder around it to look in."""
    if path.is_symlink() or not path.is_dir():
        return path.suffix.lower() in _RUNS or (path.is_dir() and path.name.isidentifier())
    return path.name.isidentifier() and any(
        inner.suffix.lower() in _RUNS or inner.is_symlink() for inner in path.rglob("*")
    )


def _is_own(shipped: Mapping[str, Any], modality: Modality, lock: str) -> bool:
    """Return whether the programs and the requirements in a bundle are those this version would write."""
    if not shipped:
        return True
    ours = {f"{CODE}/{name}": content for name, content in vendored(modality).items()}
    ours[PREDICT] = PROGRAM
    ours["requirements.txt"] = lock_text(lock).encode()
    theirs = {name: digest for name, digest in shipped.items() if name.startswith(f"{CODE}/") or name in ours}
    return theirs == {name: hashlib.sha256(content).hexdigest() for name, content in ours.items()}
