"""Make the bundled sample data from their sources.

    python packaging/make_samples.py BCCD PENGUINS_WHEEL

BCCD is a folder with ``train/`` and ``test/``, each with ``images/*.jpg`` and ``annotations/*.xml`` (Pascal VOC), made
from https://github.com/Shenggan/BCCD_Dataset (MIT). PENGUINS_WHEEL is the wheel of ``palmerpenguins`` (data: CC0).

Each cell becomes one square picture: the annotated box, widened to a square, with a margin that grows with the cell.
Boxes that touch the picture's edge, that are empty, or that another cell covers by much are left out.
"""

from __future__ import annotations

import random
import shutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from PIL import Image

SAMPLES = Path(__file__).resolve().parent.parent / "resources" / "samples"
CLASSES = {"RBC": "red cell", "WBC": "white cell", "Platelets": "platelet"}
PER_CLASS = {"train": 75, "test": 5}
FOLDERS = {"train": "blood_cells", "test": "blood_cells_try"}
SIDE = 96  # pixels of a shipped crop: small files, and still three times a platelet
MARGIN = 0.15
OVERLAP = 0.12  # the largest part of a crop's box that other boxes may cover


@dataclass(frozen=True)
class Box:
    """A cell as annotated, in pixels."""

    name: str
    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Square pixels, 0 when the box is empty."""
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)

    def overlap(self, other: Box) -> float:
        """Return the part of this box that ``other`` covers."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height) / self.area if self.area else 1.0

    def square(self) -> tuple[int, int, int, int]:
        """Return the square around it, with its margin."""
        half = max(self.right - self.left, self.bottom - self.top) * (0.5 + MARGIN)
        x, y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        return round(x - half), round(y - half), round(x + half), round(y + half)


def boxes(annotation: Path) -> list[Box]:
    """Return the boxes of one picture."""
    found = []
    for item in ET.parse(annotation).getroot().iter("object"):
        corners = {corner.tag: int(corner.text or 0) for corner in item.iter() if corner.tag[1:] in {"min", "max"}}
        name = item.findtext("name") or ""
        found.append(Box(name, corners["xmin"], corners["ymin"], corners["xmax"], corners["ymax"]))
    return found


def clean_crops(part: Path) -> Iterator[tuple[str, Path, tuple[int, int, int, int]]]:
    """Yield (class, picture, square) of every cell that stands alone and wholly inside its picture."""
    for annotation in sorted((part / "annotations").glob("*.xml")):
        picture = part / "images" / f"{annotation.stem}.jpg"
        with Image.open(picture) as image:
            width, height = image.size
        cells = boxes(annotation)
        for cell in cells:
            left, top, right, bottom = cell.square()
            inside = left >= 0 and top >= 0 and right <= width and bottom <= height
            alone = all(cell.overlap(other) <= OVERLAP for other in cells if other is not cell)
            if cell.area >= 20 * 20 and inside and alone:
                yield cell.name, picture, (left, top, right, bottom)


def make_cells(source: Path) -> None:
    """Write the crops of both parts, at most two of a class from one picture."""
    for part, folder in FOLDERS.items():
        candidates = list(clean_crops(source / part))
        random.Random(0).shuffle(candidates)
        shutil.rmtree(SAMPLES / folder, ignore_errors=True)
        for code, name in CLASSES.items():
            (SAMPLES / folder / name).mkdir(parents=True)
            used: dict[Path, int] = {}
            chosen = []
            for label, picture, square in candidates:
                if label == code and used.get(picture, 0) < 2 and len(chosen) < PER_CLASS[part]:
                    used[picture] = used.get(picture, 0) + 1
                    chosen.append((picture, square))
            for number, (picture, square) in enumerate(sorted(chosen), start=1):
                with Image.open(picture) as image:
                    crop = image.convert("RGB").crop(square).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
                crop.save(SAMPLES / folder / name / f"{name} {number:02}.jpg", quality=90)
            print(f"{folder}/{name}: {len(chosen)}")


def make_penguins(wheel: Path) -> None:
    """Take the table out of its wheel, as it is."""
    with zipfile.ZipFile(wheel) as archive:
        (SAMPLES / "penguins.csv").write_bytes(archive.read("palmerpenguins/data/penguins.csv"))


if __name__ == "__main__":
    make_cells(Path(sys.argv[1]))
    make_penguins(Path(sys.argv[2]))
