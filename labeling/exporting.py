"""Take the labels of a project away, in a format of another tool."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.dataset import INPUT_PREFIX
from engine.task import Column, ColumnType, Modality
from labeling.annotations.codec import Writer
from labeling.annotations.marks import from_json, marks_of
from labeling.annotations.model import Annotated, Annotations, Carried, Head, Watch, all_names
from labeling.annotations.registry import WRITERS
from labeling.classes import called
from labeling.errors import Cancelled, ExportRefused
from labeling.tables.together import learned_from
from labeling.understanding import NOUNS, TABLE_FORMAT, Understanding

if TYPE_CHECKING:
    from labeling.project import Project


Asked = Callable[[], bool]

MARKS = frozenset({Carried.BOXES, Carried.REGIONS, Carried.SPANS})
MARKED = {Modality.IMAGE: "boxes", Modality.AUDIO: "regions", Modality.TEXT: "spans"}  # the field of Annotated


def annotations_of(project: Project, cancelled: Asked | None = None) -> tuple[Modality, Annotations]:
    """Return what the samples of a project are and all that it says of them, files by their names there.

    Raises:
        ExportRefused: it is empty.
        Cancelled: ``cancelled`` turned true.
    """
    from labeling.media.picture import picture_size

    understanding = project.understanding()
    if understanding is None:
        raise ExportRefused("The project is empty, so it has no labels. Take data in and label some first.")
    columns = [column.name for column in _written(understanding)]
    rows = bool(columns) and (understanding.modality is not Modality.TEXT or len(columns) != 1)
    samples = []
    for row in project.frame().iter_rows(named=True):
        if cancelled is not None and cancelled():
            raise Cancelled
        text = row[INPUT_PREFIX + columns[0]] or "" if columns and not rows else None
        sample = _sample(row, understanding.modality, text)
        if rows:
            sample = replace(sample, row={name: row.get(INPUT_PREFIX + name) for name in columns})
        elif row["reference"] is not None:
            path = Path(row["reference"])
            size = picture_size(path) if sample.boxes is not None else None
            sample = replace(sample, path=path, size=size)
        samples.append(sample)
    modality = Modality.TABLE if rows else understanding.modality
    return modality, Annotations(samples, all_names(samples, understanding.classes), head=_head(understanding, rows))


def fitted_to(writer: Writer, annotations: Annotations, modality: Modality) -> tuple[Annotations, list[str]]:
    """Return what a format can hold of annotations, and a sentence for each thing that it cannot.

    Where it holds classes but no marks, the classes of a sample's marks stand for them.

    Raises:
        ExportRefused: it can hold nothing of it.
    """
    for_it = sorted(other.name for other in WRITERS.values() if modality in other.modalities)
    if modality not in writer.modalities:
        raise ExportRefused(
            f"{writer.title} is not for {NOUNS[modality]}s. Labels of these are written as {', '.join(for_it)}."
        )
    sentences = writer.cannot_carry(annotations)
    if Carried.CLASSES in writer.carries and (annotations.holds() & MARKS) - writer.carries:
        samples = [sample if marks_of(sample) is None else _named(sample) for sample in annotations.samples]
        annotations = replace(annotations, samples=samples)
        sentences.append("Which classes a sample shows is written instead.")
    sentences += writer.remarks
    if not annotations.holds() & writer.carries - {Carried.SPLIT}:
        raise ExportRefused(f"{writer.title} can hold none of these labels. Choose one of {', '.join(for_it)}.")
    return annotations, sentences


def write_labels(
    annotations: Annotations,
    writer: Writer,
    folder: Path,
    progress: Watch | None = None,
    cancelled: Asked | None = None,
) -> None:
    """Write annotations into a new or empty folder; what was half written is removed.

    Raises:
        ExportRefused: the folder holds something, or the disk cannot be written.
        Cancelled: ``cancelled`` turned true.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportRefused(f"{folder} already holds something. Choose a new or empty folder.")
    there = folder.exists()

    def watch(done: int, total: int) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(done, total)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        writer.write(replace(annotations, watch=watch), folder)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if there:
            folder.mkdir(exist_ok=True)
        if not isinstance(error, OSError):
            raise
        raise ExportRefused(
            f"The labels could not be written to {folder} ({error.strerror or error}). Make room, or choose another "
            "folder."
        ) from error


def _written(understanding: Understanding) -> tuple[Column, ...]:
    """Return the columns whose values go out: of texts, their words without what keeps some of them together."""
    columns = understanding.columns
    return learned_from(columns) if understanding.modality is Modality.TEXT else tuple(columns)


def _head(understanding: Understanding, rows: bool) -> Head:
    """Return what the table is like that the samples come from, if it is one."""
    if understanding.format != TABLE_FORMAT:
        return Head()
    columns = _written(understanding)
    dates = {column.name: column.format for column in columns if column.type is ColumnType.DATE}
    absent = tuple(left.name for left in understanding.left_out if left.name != understanding.parted_by)
    absent += tuple(column.name for column in understanding.columns if column not in columns)
    return Head(understanding.target, columns[0].name if columns and not rows else None, dates, absent)


def _named(sample: Annotated) -> Annotated:
    """Return a sample with the classes of its marks in their place."""
    return replace(sample, classes=sample.names, boxes=None, regions=None, spans=None)


def _sample(row: dict[str, Any], modality: Modality, text: str | None) -> Annotated:
    label, stored = row["label"], row["marks"]
    sample = Annotated(row["id"], text=text, split=row["split"])
    if stored is not None:
        marks = from_json(stored, modality)
        names = label if isinstance(label, list) else [label] if isinstance(label, str) else []
        spelled = called((mark.label for mark in marks), names)
        marks = tuple(replace(mark, label=spelled[mark.label]) if mark.label in spelled else mark for mark in marks)
        marked = {mark.label for mark in marks}
        whole = tuple(name for name in names if name not in marked)
        said: dict[str, Any] = {MARKED[modality]: marks, "classes": whole or None}
        return replace(sample, **said)
    if label is None:
        return sample
    if isinstance(label, float):
        return replace(sample, number=label)
    return replace(sample, classes=(label,) if isinstance(label, str) else tuple(label))
