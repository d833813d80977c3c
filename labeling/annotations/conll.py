"""CoNLL: a word a line with its tag in the last column, a blank line between sentences.

Tags are B-/I-/O (also IOB1 and BIOES). Words are joined by single spaces into the text, since the format keeps no
others; ``-DOCSTART-`` lines separate documents and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import FileCodec, Reading, respelled_classes
from labeling.annotations.documents import name_of, read_text
from labeling.annotations.fasttext import plain_name
from labeling.annotations.model import Annotated, Annotations, Carried, Span
from labeling.splits import split_name
from labeling.walk import Found

SUFFIXES = (".conll", ".conll03", ".bio", ".iob", ".iob2", ".conllu")
TAG = re.compile(r"O|[BIESLU]-\S.*")
WORD = re.compile(r"\S+")
TRIED_LINES = 200


class Conll(FileCodec):
    """Spans in texts."""

    name = "conll"
    title = "CoNLL"
    modalities = frozenset({Modality.TEXT})
    carries = frozenset({Carried.SPANS, Carried.EMPTY, Carried.SPLIT})
    endings = (*SUFFIXES, ".txt")

    @override
    def owns(self, path: Path) -> bool:
        return _is_conll(path)

    @override
    def samples(self, found: Found, reading: Reading) -> Iterator[Annotated]:
        split = split_name(found.path.stem)
        for words, tags in _sentences(read_text(found.path)):
            text, spans = _text(words, tags)
            yield Annotated(reading.next_name, text=text, spans=tuple(spans), split=split)

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        spanned = [sample for sample in annotations.samples if sample.spans is not None and sample.text is not None]
        for split in dict.fromkeys(sample.split for sample in spanned):
            part = [sample for sample in spanned if sample.split == split]
            text = "\n".join(_block(sample) for sample in annotations.one_by_one(part))
            (folder / f"{split or 'texts'}.conll").write_text(text, encoding="utf-8")

    @override
    def cannot_carry(self, annotations: Annotations) -> list[str]:
        lost = super().cannot_carry(annotations)
        cut = sum(not _on_words(sample) for sample in annotations.samples if sample.spans)
        if cut:
            lost.append(f"CoNLL tags whole words, one at most each: in {cut} texts spans grow or are left out.")
        labels = sorted({span.label for sample in annotations.samples for span in sample.spans or ()})
        return lost + respelled_classes(self.title, {label: plain_name(label) for label in labels})


def _is_conll(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig") as file:
            lines = [file.readline(4096).rstrip("\r\n") for _ in range(TRIED_LINES)]
    except (OSError, UnicodeDecodeError):
        return False
    rows = [line.split() for line in lines if line.strip() and not line.startswith("-DOCSTART-")]
    rows = [row for row in rows if _is_tagged(row) or not row[0].startswith("#")]
    return bool(rows) and all(map(_is_tagged, rows))


def _is_tagged(cells: list[str]) -> bool:
    return len(cells) >= 2 and TAG.fullmatch(cells[-1]) is not None


def _sentences(text: str) -> Iterator[tuple[list[str], list[str]]]:
    words: list[str] = []
    tags: list[str] = []
    lines = text.splitlines()
    widths = {len(line.split()) for line in lines if line.strip() and not line.startswith(("-DOCSTART-", "#"))}
    for line in [*lines, ""]:
        cells = line.split()
        if line.startswith("#") and not (_is_tagged(cells) and (not widths or len(cells) in widths)):
            continue  # a comment, not the word “#” or one that begins so
        if len(cells) >= 2 and not line.startswith("-DOCSTART-"):
            words.append(cells[0])
            tags.append(cells[-1])
        elif words:
            yield words, tags
            words, tags = [], []


def _text(words: list[str], tags: list[str]) -> tuple[str, list[Span]]:
    spans: list[Span] = []
    going = ""  # the class of the span that goes on
    at = 0
    for word, tag in zip(words, tags, strict=True):
        place, _, said = tag.partition("-")
        label = name_of(said)
        if label and place in ("I", "E", "L") and label == going:
            spans[-1] = Span(label, spans[-1].start, at + len(word))
        elif label:
            spans.append(Span(label, at, at + len(word)))
        going = label if place in ("B", "I") else ""
        at += len(word) + 1
    return " ".join(words), spans


def _block(sample: Annotated) -> str:
    lines = []
    tags = _tags(sample)
    for word, tag in zip(WORD.finditer(sample.text or ""), tags, strict=True):
        lines.append(f"{word.group()}\t{tag}\n")
    return "".join(lines)


def _tags(sample: Annotated) -> list[str]:
    """Return a tag for each word; a span takes the words that it touches, unless an earlier one has them."""
    words = list(WORD.finditer(sample.text or ""))
    tags = ["O"] * len(words)
    for span in sorted(sample.spans or (), key=lambda span: (span.start, span.end)):
        touched = [at for at, word in enumerate(words) if word.start() < span.end and span.start < word.end()]
        if all(tags[at] == "O" for at in touched):
            for at in touched:
                tags[at] = f"{'B' if at == touched[0] else 'I'}-{plain_name(span.label)}"
    return tags


def _on_words(sample: Annotated) -> bool:
    """Whether all spans begin and end with words, and none overlaps another."""
    words = list(WORD.finditer(sample.text or ""))
    starts, ends = {word.start() for word in words}, {word.end() for word in words}
    spans = sorted(sample.spans or (), key=lambda span: span.start)
    apart = all(one.end <= other.start for one, other in pairwise(spans))
    return apart and all(span.start in starts and span.end in ends for span in spans)
