"""Where the model to be exported is: a run folder, or the model folder of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.dataset import Dataset
from engine.errors import DataError, EngineError, ModelError, RunError
from engine.model.folder import MANIFEST, MEMBERS
from engine.model.model import Model
from engine.run.folder import RunFolder
from exporters.errors import NothingToExport
from exporters.files import safe_name

ENSEMBLE, SMALL = "ensemble", "small"
_ATTEMPTS = 3


@dataclass(frozen=True)
class Source:
    """A model with all that is known about it.

    ``fingerprint`` is the SHA-256 of the model folder's files, ``name`` a safe file name, ``dataset`` what the run
    learned from, ``result`` what its ``result.json`` says (both None where the model stands alone or the run goes on).
    ``folder`` is the model folder it was read from, None for a model that lies nowhere. ``which`` is ``ensemble``, or
    ``small`` for the one small model that a run keeps beside its best.
    """

    model: Model
    name: str
    fingerprint: str
    dataset: Dataset | None
    result: Mapping[str, Any] | None
    folder: Path | None = None
    which: str = ENSEMBLE

    @property
    def score(self) -> Mapping[str, Any] | None:
        """What the run's result says of this model; None where the run has not ended, or says nothing."""
        said = None if self.result is None else self.result
        if said is not None and self.which == SMALL:
            said = said.get("small")
        found: Mapping[str, Any] | None = None if said is None else said.get("score")
        return found


def small_model(path: Path) -> Path:
    """Return the folder of the one small model of the run folder ``path``.

    Raises:
        NothingToExport: this is no run, or it has none.
    """
    run = run_of(path)
    if run is None:
        raise NothingToExport(
            f"{path} is no run, and only a run has a small model beside its best. Nothing was exported. "
            "Name the folder of a run."
        )
    if not (run.small_path / MANIFEST).is_file():
        raise NothingToExport(
            f"The run {run.path} has no small model: no part of it was small and quick. Nothing was exported. "
            "Export the whole model instead."
        )
    return run.small_path


def open_source(path: Path) -> Source:
    """Load the model of a run folder, or of a model folder, a run's ``small`` included.

    Raises:
        NothingToExport: there is none, or it is damaged.
    """
    run = run_of(path)
    small = run is not None and path.resolve() == run.small_path
    model_path = path if run is None or small else run.model_path
    if not (model_path / MANIFEST).is_file():
        raise NothingToExport(_nothing(path, run))
    try:
        model, fingerprint = _load_steadily(model_path)
    except EngineError as error:
        raise NothingToExport(f"{error} Nothing was exported.") from error
    if run is None:
        return Source(model, safe_name(path.resolve().name), fingerprint, None, None, model_path)
    name, which = (named(run) + "-small", SMALL) if small else (named(run), ENSEMBLE)
    return Source(model, name, fingerprint, _dataset(run), _result(run), model_path, which)


def run_of(path: Path) -> RunFolder | None:
    """Return the run that a folder is, or whose model it is; None for a model that stands alone.

    Raises:
        NothingToExport: the plan of the run is damaged.
    """
    for folder in (path, path.resolve().parent):
        inside = path.resolve() in (folder / "model", folder / "small")
        if (folder / "plan.json").is_file() and (folder == path or inside):
            try:
                return RunFolder.open(folder)
            except RunError as error:
                raise NothingToExport(f"{error} Nothing was exported.") from error
    return None


def _nothing(path: Path, run: RunFolder | None) -> str:
    if not path.exists():
        return f"There is nothing at {path}, so nothing was exported. Name the folder of a run."
    if run is None:
        return f"{path} is neither a run nor a model, so nothing was exported. Name the folder of a run."
    return (
        f"The run {run.path} has not made a model yet, so nothing was exported. "
        "Wait for its first model, or train again with more time."
    )


def _load_steadily(folder: Path) -> tuple[Model, str]:
    """Load the model and its fingerprint while a run may be replacing it."""
    failure: Exception | None = None
    for _ in range(_ATTEMPTS):
        try:
            before = fingerprint(folder)
            model = Model.load(folder)
            if before == fingerprint(folder):
                return model, before
        except (OSError, ModelError) as error:  # damaged, or replaced while it was read
            failure = error
    if isinstance(failure, ModelError):
        raise failure
    raise ModelError(f"The model in {folder} could not be read as a whole. Wait until the run has ended.") from failure


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 over the names and contents of ``model.json`` and the members' files, in hexadecimal."""
    digest = hashlib.sha256()
    parts = sorted(part for part in (folder / MEMBERS).rglob("*") if part.is_file())
    for path in [folder / MANIFEST, *parts]:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def named(run: RunFolder) -> str:
    """Return the project's name for a run inside a project, else the run's own."""
    inside_project = run.path.parent.name == "runs"
    return safe_name(run.path.parent.parent.name if inside_project else run.path.name)


def _dataset(run: RunFolder) -> Dataset | None:
    try:
        return run.dataset()
    except DataError:  # the model can do without what it learned from; the parity check then makes up samples
        return None


def _result(run: RunFolder) -> Mapping[str, Any] | None:
    try:
        return run.result()
    except RunError:  # only the score for the metadata is lost
        return None
