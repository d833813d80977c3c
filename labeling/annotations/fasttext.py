"""fastText: a text a line after its labels, ``__label__name`` (https://fasttext.cc/docs/en/supervised-tutorial.html).

Spaces in names are written as ``_``, and line breaks in texts as spaces, since the format has no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import FileCodec, Reading, respelled_classes
from labeling.annotations.documents import name_of, read_text
from labeling.annotations.model import Annotated, Annotations, Carried, all_names
from labeling.splits import split_name
from labeling.walk import Found

MARK = "__label__"
SPACE = re.compile(r"\s")
SUFFIXES = (".txt", ".train", ".test", ".valid", ".ft", ".fasttext")
TRIED_LINES = 50


class FastText(FileCodec):
    """One class or several of texts."""

    name = "fasttext"
    title = "fastText"
    modalities = frozenset({Modality.TEXT})
    carries = frozenset({Carried.CLASS, Carried.CLASSES, Carried.SPLIT})
    endings = SUFFIXES

    @override
    def owns(self, path: Path) -> bool:
        return _is_fasttext(path)

    @override
    def samples(self, found: Found, reading: Reading) -> Iterator[Annotated]:
        split = _split(found.path)
        for line in read_text(found.path).split("\n"):
            if line.strip():
                yield _sample(line, reading.next_name, split)

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        said = [sample for sample in annotations.samples if sample.classes and sample.text is not None]
        for split in dict.fromkeys(sample.split for sample in said):
            part = [sample for sample in said if sample.split == split]
            lines = [_line(sample) for sample in annotations.one_by_one(part)]
            (folder / f"{split or 'texts'}.txt").write_text("".join(lines), encoding="utf-8")

    @override
    def cannot_carry(self, annotations: Annotations) -> list[str]:
        written = {name: plain_name(name) for name in all_names(annotations.samples)}
        return [*super().cannot_carry(annotations), *respelled_classes(self.title, written)]


def plain_name(name: str) -> str:
    """Return the name of a class as it can stand among words: without spaces."""
    return SPACE.sub("_", name)


def _is_fasttext(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as file:
            lines = [file.readline(1 << 16) for _ in range(TRIED_LINES)]
    except (OSError, UnicodeDecodeError):
        return False
    filled = [line for line in lines if line.strip()]
    return bool(filled) and 2 * sum(line.lstrip().startswith(MARK) for line in filled) > len(filled)


def _split(path: Path) -> str | None:
    return split_name(path.stem) or split_name(path.suffix.removeprefix("."))


def _sample(line: str, name: str, split: str | None) -> Annotated:
    classes: list[str] = []
    rest = line.strip()
    while rest.startswith(MARK):
        mark, *more = rest.split(None, 1)  # any blank ends a label, tabs too
        classes.append(name_of(mark.removeprefix(MARK)))
        rest = more[0] if more else ""
    return Annotated(name, text=rest, classes=tuple(dict.fromkeys(filter(None, classes))) or None, split=split)


def _line(sample: Annotated) -> str:
    marks = [MARK + plain_name(label) for label in sample.classes or ()]
    return " ".join([*marks, " ".join((sample.text or "").split())]) + "\n"
