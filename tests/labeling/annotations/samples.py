"""Annotations of every kind on small real files, as hypothesis draws them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from hypothesis import strategies as st
from PIL import Image

from labeling.annotations.model import Annotated, Annotations, Box, Carried, Region, Span, all_names

PICTURES = {"one.png": (64, 48), "in a folder/two.png": (7, 9), "in a folder/третий.png": (1, 1), "four.png": (640, 3)}
SOUNDS = ("a.wav", "calls/b.wav", "calls/c d.wav")
SECONDS = 2.0
LABELS = ("cat", "RBC", "Müller", "日本", "a.b", "x:y")
SPACED = (*LABELS, "two words", "it's", '"quoted"', "100%", "a,b", "<b>&amp;")
SPLITS = ("train", "test", "validation")
WORDS = st.lists(st.sampled_from(("Anna", "met", "Bob,", "in", "東京", "😀", "e.g.")), min_size=1, max_size=8)


def write_media(folder: Path) -> None:
    """Write the pictures and sounds that drawn annotations are about."""
    for name, size in PICTURES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, (90, 60, 30)).save(path)
    for name in SOUNDS:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.zeros(int(SECONDS * 8000), dtype=np.float32), 8000)


def names(spaces: bool) -> st.SearchStrategy[str]:
    return st.sampled_from(SPACED if spaces else LABELS)


@st.composite
def boxes(draw: st.DrawFn, size: tuple[int, int], spaces: bool = True) -> Box:
    """A box inside a picture, at least a hundredth of a pixel large."""
    ends = []
    for extent in size:
        first = draw(st.floats(0, extent - 0.01))
        ends.append((first, draw(st.floats(min(0.01, extent - first), extent - first))))
    (x, width), (y, height) = ends
    return Box(draw(names(spaces)), x, y, width, height)


@st.composite
def regions(draw: st.DrawFn, band: bool) -> Region:
    """A region of a sound in whole microseconds, with a band of frequencies or without."""
    first, second = sorted(draw(st.tuples(*[st.integers(0, int(SECONDS * 1e6))] * 2)))
    low, high = draw(st.one_of(st.none(), st.just((100.0, 4000.5)))) or (None, None) if band else (None, None)
    return Region(draw(names(True)), first / 1e6, second / 1e6, low, high)


@st.composite
def spans_on_words(draw: st.DrawFn, words: list[str]) -> tuple[Span, ...]:
    """Spans that begin and end with words, none overlapping."""
    starts = np.cumsum([0, *[len(word) + 1 for word in words]])
    found, at = [], 0
    while at < len(words):
        length = draw(st.integers(1, len(words) - at))
        if draw(st.booleans()):
            found.append(Span(draw(names(False)), int(starts[at]), int(starts[at + length] - 1)))
        at += length
    return tuple(found)


@st.composite
def classes(draw: st.DrawFn, carried: frozenset[Carried], spaces: bool = True) -> tuple[str, ...]:
    """As many classes as the format carries."""
    least, most = int(Carried.NONE not in carried), 3 if Carried.CLASSES in carried else 1
    return tuple(draw(st.lists(names(spaces), unique=True, min_size=least, max_size=most)))


@st.composite
def pictures(draw: st.DrawFn, carried: frozenset[Carried]) -> list[Annotated]:
    """Pictures with boxes or classes, whichever of them the format carries."""
    found = []
    for name in draw(st.lists(st.sampled_from(sorted(PICTURES)), unique=True, max_size=4)):
        size, split = PICTURES[name], draw(st.sampled_from(SPLITS)) if Carried.SPLIT in carried else None
        boxed = Carried.CLASS not in carried or (Carried.BOXES in carried and draw(st.booleans()))
        if boxed:
            least = int(Carried.CLASS in carried or Carried.EMPTY not in carried)
            marks = tuple(draw(st.lists(boxes(size), min_size=least, max_size=3)))
            found.append(Annotated(name, size=size, boxes=marks, split=split))
        else:
            found.append(Annotated(name, classes=draw(classes(carried)), size=size, split=split))
    return found


@st.composite
def sounds(draw: st.DrawFn, band: bool) -> list[Annotated]:
    """Sounds with regions."""
    chosen = draw(st.lists(st.sampled_from(SOUNDS), unique=True, min_size=1))
    return [Annotated(name, regions=tuple(draw(st.lists(regions(band), min_size=1, max_size=3)))) for name in chosen]


@st.composite
def texts(draw: st.DrawFn, carried: frozenset[Carried]) -> list[Annotated]:
    """Texts with spans or classes, whichever the format carries."""
    found = []
    for place in range(draw(st.integers(1, 4))):
        words = draw(WORDS)
        split = draw(st.sampled_from(SPLITS)) if Carried.SPLIT in carried else None
        spanned = Carried.SPANS in carried and (Carried.CLASS not in carried or draw(st.booleans()))
        sample = Annotated(str(place), text=" ".join(words), split=split)
        marks = draw(spans_on_words(words)) if spanned else None
        given = None if spanned else draw(classes(carried, spaces=False))
        found.append(Annotated(sample.name, text=sample.text, classes=given, spans=marks, split=split))
    return found


def together(samples: list[Annotated]) -> Annotations:
    """Return samples as annotations with all their classes, of which there is one at least."""
    return Annotations(samples, all_names(samples, ("cat",)))
