"""Find a data set of the AutoDL challenge, and read its samples one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labeling.autodl.metadata import FILE, Metadata, read_metadata
from labeling.errors import ImportRefused
from labeling.records.examples import Example, decoded, numbers_of
from labeling.records.tfrecord import number_of_records, records
from labeling.records.wire import WireError
from labeling.splits import split_name

SAMPLES = "sample*"
FOLDERS_TRIED = 50
DEPTH = 4
MOST_SOLUTION_BYTES = 256 << 20

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """The train or the test part: its folder, what it is called, and what it says of its samples."""

    folder: Path
    split: str
    metadata: Metadata

    @property
    def files(self) -> list[Path]:
        """The files of records, in order."""
        return sorted(path for path in self.folder.glob(SAMPLES) if path.is_file())

    def number(self) -> tuple[int, bool]:
        """Return how many samples there are, broken ones too, and whether these are all.

        Raises:
            OSError: a file cannot be read.
        """
        counted = [number_of_records(path) for path in self.files]
        return sum(number for number, _ in counted), all(whole for _, whole in counted)

    def examples(self, tell: Tell) -> Iterator[Example | None]:
        """Yield the samples, None in the place of one that is broken and left out, of which ``tell`` hears."""
        for path in self.files:

            def told(sentence: str, name: str = path.name) -> None:
                tell(f"{name}: {sentence}")

            for number, record in enumerate(records(path, told), start=1):
                try:
                    yield None if record is None else decoded(record)
                except WireError as error:
                    told(f"Record {number} is no sequence example ({error}), so it was left out.")
                    yield None


def find_parts(path: Path, chosen: Sequence[str] = ()) -> list[Part]:
    """Return the parts of the data set at ``path``, its folder, one around it, or a file of it; nothing for others.

    Of a folder in which only some things are ``chosen``, those that are in them.

    Raises:
        ImportRefused: there are several data sets, or its description cannot be read.
    """
    folders = _folders(path, chosen)
    if len({folder.parent for folder in folders}) > 1:
        names = ", ".join(sorted(folder.parent.name for folder in folders)[:3])
        raise ImportRefused(f"{path.name} holds several AutoDL data sets ({names}). Choose one of them.")
    found = [Part(folder, _split(folder), read_metadata(folder / FILE)) for folder in folders]
    return sorted((part for part in found if part.files), key=lambda part: part.split != "train")


def beside(part: Part) -> list[Path]:
    """Return the files beside the data set that belong to it: its solution, the names of its classes."""
    return [path for path in (_sibling(part, ".solution"), _sibling(part, "_label.name")) if path.is_file()]


def solution_of(part: Part, tell: Tell) -> np.ndarray | None:
    """Return the labels of the test part that lie beside the data set, (samples, classes); None where there are none.

    Labels belong to samples by their place alone, so they are left out, and ``tell`` hears of it, where these are not
    as many as the labels.

    Raises:
        ImportRefused: the file cannot be read.
    """
    path = _sibling(part, ".solution")
    if part.split != "test" or not path.is_file():
        return None
    try:
        if path.stat().st_size > MOST_SOLUTION_BYTES:
            raise ImportRefused(f"{path.name} is larger than {MOST_SOLUTION_BYTES >> 20} MB, so it was not read.")
        table = np.loadtxt(path, dtype=np.float32, ndmin=2)
    except (OSError, ValueError) as error:
        raise ImportRefused(f"{path.name} holds no table of numbers ({error}). Remove it to go on without.") from error
    if table.shape[1] != part.metadata.outputs:
        raise ImportRefused(
            f"{path.name} tells of {table.shape[1]:,} classes, and the data set of {part.metadata.outputs:,}."
        )
    number, whole = part.number()
    if len(table) != number or not whole:
        can = "" if whole else " that can be read"
        tell(
            f"{path.name} has labels of {len(table):,} samples, and the test part holds {number:,}{can}, so they were "
            "left out: nobody can tell which belong to which."
        )
        return None
    return table


def class_names(part: Part) -> tuple[str, ...]:
    """Return the names of the classes: from the description, or the list of names beside the data set."""
    path = _sibling(part, "_label.name")
    listed: Sequence[str] = ()
    if path.is_file() and path.stat().st_size < MOST_SOLUTION_BYTES:
        listed = [" ".join(line.split()) for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    return part.metadata.names(listed)


def labels_of(example: Example, names: Sequence[str]) -> tuple[str, ...]:
    """Return the classes that an example is labelled with."""
    indices = numbers_of(example.context.get("label_index"))
    scores = numbers_of(example.context.get("label_score")) or [1.0] * len(indices)
    pairs = zip(indices, scores, strict=False)
    return tuple(names[int(index)] for index, score in pairs if score > 0 and 0 <= index < len(names))


def _sibling(part: Part, ending: str) -> Path:
    data = part.folder.parent
    return data.with_name(data.name.removesuffix(".data") + ending)


def _folders(path: Path, chosen: Sequence[str]) -> list[Path]:
    if path.is_file():
        return [path.parent] if _is_of_part(path) else []
    if any(_is_of_part(path / name) for name in chosen):
        return [path]
    level = [folder for name in chosen if (folder := path / name).is_dir()] if chosen else [path]
    for _ in range(DEPTH):
        found = [folder for folder in level if (folder / FILE).is_file()]
        if found:
            return sorted(found)
        level = [inner for folder in level for inner in _inside(folder)][:FOLDERS_TRIED]
    return []


def _is_of_part(path: Path) -> bool:
    owned = path.name == FILE or path.suffix == ".tfrecord"
    return owned and path.is_file() and (path.parent / FILE).is_file()


def _inside(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _split(folder: Path) -> str:
    return "test" if split_name(folder.name) in ("test", "validation") else "train"
