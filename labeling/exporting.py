"""Take the labels of a project away, in a format of another tool."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.dataset import INPUT_PREFIX
from engine.task import Modality
from labeling.annotations.marks import from_json
from labeling.annotations.model import Annotated, Annotations, all_names
from labeling.annotations.registry import WRITERS
from labeling.errors import ExportRefused

if TYPE_CHECKING:
    from labeling.project import Project


MARKED = {Modality.IMAGE: "boxes", Modality.AUDIO: "regions", Modality.TEXT: "spans"}  # the field of Annotated


def annotations_of(project: Project) -> Annotations:
    """Return all that a project says of its samples, files by their names there.

    Raises:
        ExportRefused: it is empty, or its samples are rows of a table of many columns.
    """
    from labeling.media.picture import picture_size

    understanding = project.understanding()
    if understanding is None:
        raise ExportRefused("The project is empty, so it has no labels. Take data in and label some first.")
    texts = [INPUT_PREFIX + column.name for column in understanding.columns]
    if texts and (understanding.modality is not Modality.TEXT or len(texts) != 1):
        raise ExportRefused("The samples are rows of a table: their labels are a column of it. Share the table itself.")
    samples = []
    for row in project.frame().iter_rows(named=True):
        sample = _sample(row, understanding.modality, row[texts[0]] or "" if texts else None)
        if sample.boxes is not None:
            sample = replace(sample, size=picture_size(Path(row["reference"])))
        samples.append(sample)
    return Annotations(samples, all_names(samples, understanding.classes))


def write_labels(annotations: Annotations, to: str, folder: Path) -> None:
    """Write annotations into a new or empty folder; what was half written is removed.

    Raises:
        ExportRefused: the format is unknown, the folder holds something, or the disk cannot be written.
    """
    if to not in WRITERS:
        raise ExportRefused(f"Labels are written as {', '.join(sorted(WRITERS))}, but got {to!r}. Name one of these.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportRefused(f"{folder} already holds something. Choose a new or empty folder.")
    there = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        WRITERS[to].write(annotations, folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        if there:
            folder.mkdir(exist_ok=True)
        raise ExportRefused(
            f"The labels could not be written to {folder} ({error.strerror}). Make room, or choose another folder."
        ) from error


def _sample(row: dict[str, Any], modality: Modality, text: str | None) -> Annotated:
    label, stored = row["label"], row["marks"]
    sample = Annotated(row["id"], text=text, split=row["split"])
    if stored is not None:
        marks: dict[str, Any] = {MARKED[modality]: from_json(stored, modality)}
        return replace(sample, **marks)
    if label is None:
        return sample
    if isinstance(label, float):
        return replace(sample, number=label)
    return replace(sample, classes=(label,) if isinstance(label, str) else tuple(label))
