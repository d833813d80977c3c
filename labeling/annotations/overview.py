"""A table of what each format carries, made from the formats themselves."""

from __future__ import annotations

from engine.task import Modality
from labeling.annotations.codec import Writer
from labeling.annotations.model import Carried
from labeling.annotations.registry import WRITERS

COLUMNS = {
    Carried.CLASS: "class",
    Carried.CLASSES: "several",
    Carried.NONE: "none of them",
    Carried.NUMBER: "number",
    Carried.BOXES: "boxes",
    Carried.REGIONS: "regions",
    Carried.SPANS: "spans",
    Carried.EMPTY: "nothing to mark",
    Carried.SPLIT: "test part",
    Carried.UNLABELLED: "unlabelled",
}
PLURALS = {Modality.IMAGE: "photos", Modality.AUDIO: "sounds", Modality.TEXT: "texts", Modality.TABLE: "tables"}


def overview() -> str:
    """Return a Markdown table with a line for each format, by title."""
    head = ["format", "`--to`", "for", *COLUMNS.values(), "files along"]
    lines = [head, ["---"] * len(head), *map(_line, sorted(WRITERS.values(), key=lambda writer: writer.title.lower()))]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _line(writer: Writer) -> list[str]:
    media = ", ".join(name for modality, name in PLURALS.items() if modality in writer.modalities)
    carried = ["yes" if what in writer.carries else "" for what in COLUMNS]
    return [writer.title, f"`{writer.name}`", media, *carried, "yes" if writer.takes_media else ""]
