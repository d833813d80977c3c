"""How much one raw call of the graph may ask for: no more than the package's own reader would put into one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from exporters.server.pictures import room_of
from exporters.server.refused import Refused
from exporters.server.settings import Limits
from exporters.standalone.package import Package

Feeds = Mapping[str, npt.NDArray[Any]]

_SECONDS = 200  # what is heard of the longest sound
_RATE = 16_000
MAX_SIDE = 65_535  # as engine.modalities.image.decode has it, which goes along with models of pictures alone
# as exporters.standalone.text and engine.modalities.text.chunks have them, which go along with models of texts alone
MOST_TEXTS = 256
CHUNK = 128
_CHUNKED = 16_384  # words of chunks, as many as the reader's own call of short texts: each takes some 20 kB on its way
MOST_TERMS = 400_000  # of one column, no fewer than the reader's own call of rows has
_WEIGHED = 8_000_000  # n-grams times classes: each takes a few numbers in float64 where the model knows them all
_PADDED = 32_768  # words of texts padded to the longest of them, for the small network of a run


def rows_of(package: Package, feeds: Feeds) -> int:
    """Return how many samples a call has, the most that any input says."""
    counted = [str(entry["name"]) for entry in package.manifest["inputs"] if entry["shape"][:1] == ["N"]]
    return max((len(feeds[name]) for name in counted), default=1)


def pixels_in(package: Package, feeds: Feeds) -> int:
    """Return how many pixels the pictures of a call take the room of, 0 where it has none."""
    if package.modality != "image":
        return 0
    return sum(room_of(*value.shape[:3]) for value in feeds.values())


def check_call(package: Package, feeds: Feeds, limits: Limits) -> None:
    """Let pass a call as large as the reader's own.

    Raises:
        Refused: it has too many samples or too much of them (413), or lists that do not fit together (422).
    """
    rows = rows_of(package, feeds)
    most = max(1, limits.values // max(1, len(package.classes)))
    if package.modality == "text":
        most = min(most, MOST_TEXTS)
        _check_texts(package, feeds)
    elif package.modality == "table":
        most = min(most, package.most(()))
        _check_terms(package, feeds)
    else:
        samples = feeds[str(package.manifest["inputs"][0]["name"])]
        if package.modality == "audio" and samples.shape[1] > _SECONDS * _RATE:
            raise Refused(413, f"A sound has more than {_SECONDS} seconds. Send its parts, one after the other.")
        if package.modality == "image" and max(samples.shape[1:3]) > MAX_SIDE:
            raise Refused(413, f"A picture has a side of more than {MAX_SIDE:,} pixels. Make it smaller.")
        most = min(most, package.most(samples[0]))
    if rows > most:
        raise Refused(413, f"The call holds {rows:,} samples; of this size the limit is {most:,}. Send fewer at once.")


def _check_texts(package: Package, feeds: Feeds) -> None:
    for feature in package.manifest["reading"]["features"]:
        values = [feeds[str(name)] for name in feature["inputs"]]
        if feature["kind"] == "words":
            check_words(values[0])
        elif feature["kind"] == "ngrams":
            _check_sizes(values[0], values[-1])
            _check_entries(len(values[0]), _WEIGHED // max(1, len(package.classes)))
        elif feature["kind"] == "sequence":
            _check_sizes(values[0], values[-1])
            _check_tokens(len(values[-1]) * int(values[-1].max(initial=0)), _PADDED)


def check_words(words: npt.NDArray[Any]) -> None:
    """Let pass chunks [C, T] that a network looks at in one call.

    Raises:
        Refused: they are too long, or too many (413).
    """
    if words.shape[1] > CHUNK:
        raise Refused(413, f"A chunk has {words.shape[1]:,} words; the limit is {CHUNK}. Send more, shorter chunks.")
    _check_tokens(words.size, _CHUNKED)


def _check_tokens(count: int, most: int) -> None:
    if count > most:
        raise Refused(413, f"The call holds {count:,} words, padding among them; the limit is {most:,}. Send fewer.")


def _check_terms(package: Package, feeds: Feeds) -> None:
    for column in package.manifest["reading"]["columns"]:
        names = [str(name) for name in column["inputs"]]
        if len(names) > 1:
            _check_sizes(feeds[names[0]], feeds[names[1]])
            _check_entries(len(feeds[names[0]]), MOST_TERMS)


def _check_entries(count: int, most: int) -> None:
    if count > most:
        raise Refused(413, f"A list of the call has {count:,} entries; the limit is {most:,}. Send fewer at once.")


def _check_sizes(entries: npt.NDArray[Any], sizes: npt.NDArray[Any]) -> None:
    """Let pass sizes that share out the entries: what a graph makes room for is then no more than was sent."""
    within = bool(np.all((sizes >= 0) & (sizes <= len(entries))))
    if not within or int(sizes.sum()) != len(entries):
        raise Refused(422, f"The lists have {len(entries):,} entries, and the sizes of the samples sum to another.")
