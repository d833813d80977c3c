"""Audacity: a text file of regions a sound, beside it (https://manual.audacityteam.org/man/importing_and_exporting_labels.html).

A line is ``start<TAB>end<TAB>label`` in seconds; a line after it that begins with a backslash gives the lowest and
highest frequency. A point in time is a region without extent.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import FileCodec, Reading
from labeling.annotations.documents import name_of, number, read_text
from labeling.annotations.lookup import Lookup
from labeling.annotations.model import Annotated, Annotations, Carried, Region, timed
from labeling.annotations.naming import told, without_namesakes
from labeling.walk import Found

LINE = re.compile(r"\s*-?[\d.,]+(?:[eE][-+]?\d+)?\t\s*-?[\d.,]+(?:[eE][-+]?\d+)?(\t.*)?")
MOST_BYTES = 64 << 20


class Audacity(FileCodec):
    """Regions of time in sounds."""

    name = "audacity"
    title = "Audacity"
    modalities = frozenset({Modality.AUDIO})
    carries = frozenset({Carried.REGIONS})
    endings = (".txt",)

    @override
    def owns(self, path: Path) -> bool:
        return _is_track(path)

    @override
    def samples(self, found: Found, reading: Reading) -> list[Annotated]:
        name = _sound(found, reading.media(Modality.AUDIO))
        if name is None:
            reading.result.complain(found.relative, "There is no sound of this name beside it, so it was left out.")
            return []
        return [Annotated(name, regions=tuple(_regions(found.path, name, reading.result)))]

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        first, _ = without_namesakes(_said(annotations))
        for sample in annotations.one_by_one(first):
            target = folder / PurePosixPath(sample.name).with_suffix(".txt")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(map(_lines, sample.regions or ())), encoding="utf-8")

    @override
    def cannot_carry(self, annotations: Annotations) -> list[str]:
        return [*super().cannot_carry(annotations), *told(self.title, without_namesakes(_said(annotations))[1])]


def _said(annotations: Annotations) -> list[Annotated]:
    return [sample for sample in annotations.samples if sample.regions is not None]


def _is_track(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as file:
            line = file.readline(4096)
    except (OSError, UnicodeDecodeError):
        return False
    return LINE.fullmatch(line.rstrip("\r\n")) is not None


def _sound(found: Found, lookup: Lookup) -> str | None:
    path = PurePosixPath(found.relative)
    for stem in (path.stem, path.stem.removesuffix("_labels").removesuffix("-labels")):
        name = lookup.of_stem(stem, (path.parent.as_posix(),))
        if name is not None:
            return name
    return None


def _regions(path: Path, name: str, result: Annotations) -> list[Region]:
    regions: list[Region] = []
    for line in read_text(path, MOST_BYTES).splitlines():
        cells = line.split("\t")
        if cells[0].strip() == "\\" and len(cells) >= 3 and regions:
            low, high = (_seconds(cell) for cell in cells[1:3])
            if math.isfinite(low) and math.isfinite(high):
                regions[-1] = replace(regions[-1], low=low, high=high)
            continue
        if not line.strip():
            continue
        start, end = (_seconds(cell) for cell in cells[:2]) if len(cells) >= 2 else (math.nan, math.nan)
        label = name_of("\t".join(cells[2:]))
        region, sentence = timed(Region(label, start, end))
        if sentence:
            result.complain(name, sentence)
        if region is not None:
            regions.append(region)
    return regions


def _seconds(cell: str) -> float:
    return number(cell.strip().replace(",", "."))


def _lines(region: Region) -> str:
    line = f"{region.start:.9g}\t{region.end:.9g}\t{region.label}\n"
    if region.low is None or region.high is None:
        return line
    return f"{line}\\\t{region.low:.9g}\t{region.high:.9g}\n"
