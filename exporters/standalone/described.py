"""``manifest.json``: what the package says of itself, checked before anything else is opened."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exporters.standalone.errors import NotAPackage

MANIFEST, MODEL, TOKENIZER = "manifest.json", "model.onnx", "tokenizer.json"
FORMAT = 1
MAX_MANIFEST_BYTES = 16_000_000
MAX_FILE_BYTES = 2_000_000_000
MAX_FILES = 64

TYPES = {
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float", "float64", "double", "string"),
}
"""The types a tensor may have."""

_BLOCK = 1 << 20
_LONGEST_NAME = 200
_FORBIDDEN = '\\:*?"<>|'
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_AGAIN = "Export it again."


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of the package in ``folder``.

    Raises:
        NotAPackage: it is absent, damaged, absurdly large, or of a newer format.
    """
    path = folder / MANIFEST
    check_place(path, MAX_MANIFEST_BYTES)
    try:
        manifest = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise NotAPackage(f"{MANIFEST} in {folder} is damaged. {_AGAIN}") from error
    if not isinstance(manifest, dict):
        raise NotAPackage(f"{MANIFEST} in {folder} is not a description of a model. {_AGAIN}")
    found = manifest.get("format")
    if found != FORMAT or isinstance(found, bool):
        raise NotAPackage(
            f"{MANIFEST} has format {str(found)[:20]!r}, and this program reads format {FORMAT}. "
            "Update it, or export the model again."
        )
    return manifest


def check_described(manifest: Mapping[str, Any]) -> None:
    """Let pass a manifest that names its model, and says of each tensor what it is called, its type and its shape.

    Raises:
        NotAPackage: it does not.
    """
    name = manifest.get("name")
    halves = isinstance(name, str) and any("\ud800" <= sign <= "\udfff" for sign in name)  # no UTF-8 has these
    if not isinstance(name, str) or not name or halves or len(name) > _LONGEST_NAME:
        raise NotAPackage(f"{MANIFEST} does not name its model, so it is damaged. {_AGAIN}")
    for part in ("inputs", "outputs"):
        entries = manifest.get(part)
        if not isinstance(entries, list) or not all(map(_is_tensor, entries)):
            raise NotAPackage(f"{MANIFEST} does not say what its {part} are, so it is damaged. {_AGAIN}")
        if len({entry["name"] for entry in entries}) < len(entries):
            raise NotAPackage(f"{MANIFEST} gives two {part} one name, so it is damaged. {_AGAIN}")


def _is_tensor(entry: object) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return False
    shape = entry.get("shape")
    sizes = isinstance(shape, list) and all(isinstance(size, str) or _is_size(size) for size in shape)
    kind = entry.get("type")
    return sizes and isinstance(kind, str) and kind in TYPES


def _is_size(size: object) -> bool:
    return isinstance(size, int) and not isinstance(size, bool) and size > 0


def check_files(folder: Path, manifest: Mapping[str, Any], model: str = MODEL) -> None:
    """Let pass a folder whose files are all there, as the manifest has them, byte for byte; ``model`` is one of them.

    This finds damage, not malice: who changes a file can change the manifest too.

    Raises:
        NotAPackage: a file is missing, changed, too large, or lies elsewhere.
    """
    files = manifest.get("files")
    if not isinstance(files, dict) or model not in files or len(files) > MAX_FILES:
        raise NotAPackage(f"{MANIFEST} does not say which files belong to the model. {_AGAIN}")
    for name, said in files.items():
        if not isinstance(said, dict) or not isinstance(said.get("sha256"), str):
            raise NotAPackage(f"{MANIFEST} does not say what {name[:60]!r} holds. {_AGAIN}")
        path = folder / plain_name(name)
        for place in [path, *path.parents][: name.count("/") + 1]:
            if place.is_symlink():
                raise NotAPackage(f"{name!r} is a link to another place, so the package was not opened. {_AGAIN}")
        check_place(path, MAX_FILE_BYTES)
        if path.stat().st_size != said.get("bytes") or sha256(path) != said["sha256"]:
            raise NotAPackage(f"{name!r} is not as it was exported: it was changed or damaged. {_AGAIN}")


def plain_name(name: str) -> str:
    """Return the name of a file inside a package if it stays inside, on every system.

    Raises:
        NotAPackage: it leads elsewhere.
    """
    parts = name.split("/")
    odd = any(part in ("", ".", "..") or part.endswith((" ", ".")) or is_reserved(part) for part in parts)
    if odd or len(name) > _LONGEST_NAME or any(sign in _FORBIDDEN or sign < " " for sign in name):
        raise NotAPackage(f"The package names a file {name[:60]!r}, which may lie elsewhere, so it was not opened.")
    return name


def is_reserved(part: str) -> bool:
    """Whether Windows keeps a name for a device, whatever its ending."""
    return part.partition(".")[0].lower() in _RESERVED


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def check_place(path: Path, most: int) -> None:
    """Let pass an ordinary file of at most ``most`` bytes.

    Raises:
        NotAPackage: it is absent, a link, a pipe or the like, or larger.
    """
    try:
        status = path.lstat()
    except (OSError, ValueError) as error:
        raise NotAPackage(f"{path.parent} holds no {path.name}, so it is no exported model. {_AGAIN}") from error
    if not stat.S_ISREG(status.st_mode):
        raise NotAPackage(f"{path} is no ordinary file, so the package was not opened. {_AGAIN}")
    if status.st_size > most:
        raise NotAPackage(f"{path.name} has {status.st_size:,} bytes; the limit is {most:,}. {_AGAIN}")
