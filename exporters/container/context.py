"""The files of a context around the package folder: written the same for the same model, whenever and wherever."""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from engine.task import Modality
from exporters.container import healthcheck
from exporters.container.dockerfile import LEFT_OUT, dockerfile, dockerignore
from exporters.container.facts import PYTHON, Facts
from exporters.container.lock import read_lock
from exporters.container.orchestration import compose, kubernetes
from exporters.container.pins import container_lock
from exporters.container.readme import readme
from exporters.licences import OWN, licence_text
from exporters.standalone.described import MANIFEST
from exporters.vendoring import vendored

_DECIDING = ("Dockerfile", ".dockerignore", "requirements.txt", "compose.yaml", "kubernetes.yaml")
_BESIDE = ("model", "triton")
_NOTE = "wheels/WHEELS.txt"
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
        _NOTE: WHEELS_NOTE.format(python=PYTHON, names=names),
        "README.md": readme(facts, manifest, sample, platform, triton),
    }
    return {path: text.encode() for path, text in written.items()}


def foreign(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Return what is in a context and may decide what its image does, but is not as this version would write it.

    So is all that this version puts nowhere: of several names engines take one that it never wrote before its own,
    compose merges others into ``compose.yaml`` unasked, and whole folders go into the image. Wheels count as known:
    the build installs none whose hash the lock does not have.
    """
    facts = Facts.read(folder)
    own = texts(facts, manifest, container_lock(manifest), "", None, triton=False) | code(_modality(manifest))
    ours = {name: content for name, content in own.items() if name.startswith("app/") or name in _DECIDING}
    odd = {name for name, content in ours.items() if not _holds(folder / name, content)}
    tops = {name.partition("/")[0] for name in own} | set(_BESIDE)
    odd |= {path.name for path in folder.iterdir() if path.name not in tops or path.is_symlink()}
    known = {*ours, _NOTE, *LEFT_OUT, *(f"model/{name}" for name in (*manifest["files"], MANIFEST))}
    found = [path for part in ("app", "model", "wheels") for path in (folder / part).rglob("*")]
    return sorted(odd | {path.relative_to(folder).as_posix() for path in found if _is_surplus(path, folder, known)})


def _is_surplus(path: Path, folder: Path, known: Set[str]) -> bool:
    """Return whether something in a folder that goes into the image is none of its ``known`` files."""
    within = path.relative_to(folder)
    if path.is_symlink():
        return True
    if path.is_dir() or "__pycache__" in within.parts:  # the latter stays out of the image
        return False
    is_wheel = within.parent.as_posix() == "wheels" and within.suffix == ".whl"
    return within.as_posix() not in known and not (is_wheel and path.is_file())


def _holds(path: Path, content: bytes) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _modality(manifest: Mapping[str, Any]) -> Modality:
    return Modality(manifest["task"]["modality"])


def code(modality: Modality) -> dict[str, bytes]:
    """Return what lies in ``app``, by path: the server with what it imports, the health check, and their licence."""
    own = {"healthcheck.py": Path(healthcheck.__file__).read_bytes(), "LICENSE": licence_text(OWN)}
    return {f"app/{path}": source for path, source in {**vendored(modality, (SERVER,)), **own}.items()}
