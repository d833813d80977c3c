"""Find pretrained weights and let nobody load a file that is not the one we know."""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from engine.errors import WeightsError

SUFFIXES = (".pth", ".pt", ".safetensors")


@dataclass(frozen=True, slots=True)
class Weights:
    """Where a weight file lies: ``file`` inside the installed ``package``, and its SHA-256."""

    package: str
    distribution: str
    file: str
    sha256: str


@cache
def manifest() -> dict[str, Weights]:
    """Return the weights of ``resources/weights.toml`` by backbone name."""
    text = resources.files("resources").joinpath("weights.toml").read_text(encoding="utf-8")
    return {name: Weights(**entry) for name, entry in tomllib.loads(text).items()}


def verified(name: str) -> Path:
    """Return the path of a backbone's weights after comparing the whole file with its SHA-256.

    Raises:
        WeightsError: the package is not installed, or the file is missing or another one.
    """
    weights = manifest()[name]
    path = _locate(weights)
    try:
        found = digest(path)
    except OSError as error:
        raise WeightsError(
            f"The pretrained weights {path.name} are missing. Reinstall {weights.distribution}."
        ) from error
    if found != weights.sha256:
        raise WeightsError(
            f"The pretrained weights {path.name} are not the ones this version knows, and were not loaded. "
            f"Reinstall {weights.distribution}."
        )
    return path


def installed(name: str) -> bool:
    """Return whether a backbone's weights are there; whether they are the right ones is seen when they are loaded."""
    try:
        return _locate(manifest()[name]).is_file()
    except (WeightsError, ModuleNotFoundError):
        return False


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _locate(weights: Weights) -> Path:
    spec = importlib.util.find_spec(weights.package)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(f"The pretrained weights are not installed. Install {weights.distribution}.")
    return Path(spec.submodule_search_locations[0]) / weights.file
