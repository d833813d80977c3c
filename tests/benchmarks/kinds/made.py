"""Datasets for the kinds of answers that the real ones lack, made of the real ones.

Each keeps to the parts of its source: what stands in a test part is made of test samples alone. Cells are counted in
real photos, and what is said of a person stands in the census; the others join real samples, as no set at hand has
several classes or a number for a sound or a text.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import soundfile

from tests.benchmarks.cases import CASES, MANIFEST, ROWS, Case
from tests.benchmarks.parts import SEPARATOR, read_part, read_rows, write_rows
from tests.benchmarks.peers import sounds

PARTS = ("train", "test")
_SOURCES = {case.name: case for case in CASES}
_SIZES = {"train": 6000, "test": 3000}  # people
_TWICE = 2  # how often a sound is heard with another one
_LENGTHS = (1, 3)  # news in a text, at least and at most
_REVIEWS = (3, 8)  # and sentences of reviews
_DECIBELS = (-5.0, 25.0)
_LOUDNESS = 0.05
_LONG_WEEK_H = 45

Wave = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Made:
    """A dataset to make: what is to be known of it, and what writes a part of it, ``make(data, folder, part)``."""

    case: Case
    about: str
    make: Callable[[Path, Path, str], None]

    def write(self, data: Path, folder: Path) -> None:
        """Write both parts into the new folder ``folder / name``, from the datasets in ``data``."""
        (folder / self.case.name).mkdir(parents=True)
        for part in PARTS:
            self.make(data, folder / self.case.name, part)


def _draws(part: str) -> np.random.Generator:
    return np.random.default_rng(PARTS.index(part))


def count_cells(data: Path, folder: Path, part: str) -> None:
    """Write photos of blood and how many red cells were marked in each; empty marks are none."""
    source, rows = data / "blood_cells_boxes" / part, list[dict[str, str]]()
    (folder / part).mkdir()
    for photo in sorted((source / "images").glob("*.jpg")):
        marks = ElementTree.parse((source / "annotations" / photo.name).with_suffix(".xml")).findall("object")
        cells = sum(mark.findtext("name") == "RBC" and _has_area(mark) for mark in marks)
        shutil.copyfile(photo, folder / part / photo.name)
        rows.append({"filename": photo.name, "cells": str(cells)})
    write_rows(folder / f"{part}.csv", rows)


def _has_area(mark: ElementTree.Element) -> bool:
    left, top, right, bottom = (int(mark.findtext(f"bndbox/{side}", "0")) for side in ("xmin", "ymin", "xmax", "ymax"))
    return right > left and bottom > top


def mix_sounds(data: Path, folder: Path, part: str) -> None:
    """Write sounds of two classes at once, each as loud as the other."""
    heard, draws = read_part(_SOURCES["esc10"], data, part), _draws(part)
    waves = [_level(sounds.wave(file)) for file in heard.files]

    def mixed() -> Iterator[tuple[Wave, str]]:
        for first in np.tile(np.arange(len(waves)), _TWICE):
            second = int(draws.choice([at for at, label in enumerate(heard.labels) if label != heard.labels[first]]))
            length = max(len(waves[first]), len(waves[second]))
            both = [np.resize(waves[at], length) for at in (first, second)]
            yield both[0] + both[1], SEPARATOR.join(sorted((heard.labels[first], heard.labels[second])))

    _write_sounds(mixed(), folder, part, "heard", 16_000)


def add_noise(data: Path, folder: Path, part: str) -> None:
    """Write spoken digits in noise, and by how many decibels they are louder than it."""
    heard, draws = read_part(_SOURCES["spoken_digits"], data, part), _draws(part)

    def noisy() -> Iterator[tuple[Wave, str]]:
        for file in heard.files:
            wave, louder = _level(soundfile.read(file)[0]), draws.uniform(*_DECIBELS)
            noise = _level(draws.normal(size=len(wave)))
            yield _level(wave + noise * 10 ** (-louder / 20)), f"{louder:.2f}"

    _write_sounds(noisy(), folder, part, "louder", 8_000)


def _write_sounds(made: Iterator[tuple[Wave, str]], folder: Path, part: str, target: str, rate: int) -> None:
    rows = list[dict[str, str]]()
    (folder / part).mkdir()
    for number, (wave, label) in enumerate(made):
        rows.append({"filename": f"{number:04}.flac", target: label})
        soundfile.write(folder / part / rows[-1]["filename"], np.clip(wave, -1.0, 1.0), rate)
    write_rows(folder / f"{part}.csv", rows)


def _level(wave: Wave) -> Wave:
    return wave * (_LOUDNESS / max(1e-9, float(np.sqrt(np.mean(wave**2)))))


def join_news(data: Path, folder: Path, part: str) -> None:
    """Write several news as one text, and what they are about."""
    written = [
        {
            "text": " ".join(f"{row['title']}. {row['description'].strip()}" for row in some),
            "topics": SEPARATOR.join(sorted({row["label"] for row in some})),
        }
        for some in _groups("ag_news_small", data, part, *_LENGTHS)
    ]
    write_rows(folder / f"{part}.csv", written)


def join_reviews(data: Path, folder: Path, part: str) -> None:
    """Write sentences of several reviews as one text, and the share of those that praise, in percent."""
    written = [
        {
            "text": " . ".join(row["sentence"] for row in some),
            "praise": f"{100 * np.mean([row['label'] == 'positive' for row in some]):.1f}",
        }
        for some in _groups("sst2_reviews", data, part, *_REVIEWS)
    ]
    write_rows(folder / f"{part}.csv", written)


def _groups(source: str, data: Path, part: str, least: int, most: int) -> Iterator[list[dict[str, str]]]:
    """Yield the rows of a set in groups of ``least`` to ``most``, each once, but for a rest that is too few."""
    rows, draws, begin = read_part(_SOURCES[source], data, part).rows, _draws(part), 0
    order = draws.permutation(len(rows))
    while begin + least <= len(rows):
        end = min(begin + int(draws.integers(least, most + 1)), len(rows))
        yield [rows[at] for at in order[begin:end]]
        begin = end


def ask_several(data: Path, folder: Path, part: str) -> None:
    """Write people of the census and what is so of each of them: man or woman, married, well paid, long weeks.

    Columns that say nearly the same are left out.
    """
    written = []
    for row in read_rows(data / "adult_census" / f"{part}.csv")[: _SIZES[part]]:
        facts = {
            "man": row["sex"] == "Male",
            "woman": row["sex"] != "Male",
            "married": row["marital_status"].startswith("Married"),
            "well paid": row["income"] == ">50K",
            "long weeks": int(row["hours_per_week"]) >= _LONG_WEEK_H,
        }
        asked = {"sex", "marital_status", "income", "hours_per_week", "relationship"}
        kept = {name: cell for name, cell in row.items() if name not in asked}
        written.append(kept | {"facts": SEPARATOR.join(name for name, so in facts.items() if so)})
    write_rows(folder / f"{part}.csv", written)


def _case(name: str, modality: str, kind: str, layout: str, target: str) -> Case:
    return Case(name, modality, kind, f"{name}/train.csv", f"{name}/test.csv", layout, target)


MADE = {
    made.case.name: made
    for made in (
        Made(
            _case("cells_counted", "image", "regression", MANIFEST, "cells"),
            "photos of blood (blood_cells_boxes), how many red cells each shows",
            count_cells,
        ),
        Made(
            _case("sounds_mixed", "audio", "multilabel", MANIFEST, "heard"),
            "two clips of esc10 at once, what is heard",
            mix_sounds,
        ),
        Made(
            _case("noise_heard", "audio", "regression", MANIFEST, "louder"),
            "spoken_digits in noise, by how many decibels they are louder",
            add_noise,
        ),
        Made(
            _case("news_joined", "text", "multilabel", ROWS, "topics"),
            "one to three of ag_news_small as one text, their topics",
            join_news,
        ),
        Made(
            _case("reviews_joined", "text", "regression", ROWS, "praise"),
            "three to eight of sst2_reviews as one text, the share that praise",
            join_reviews,
        ),
        Made(
            _case("census_several", "table", "multilabel", ROWS, "facts"),
            "people of adult_census, four things that may be so of each",
            ask_several,
        ),
    )
}
