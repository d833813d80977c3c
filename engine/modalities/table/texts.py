r"""What people wrote in a cell, as a few numbers: hashed words and letters by rarity, in their main directions.

The arithmetic, for a text ``t``: lower case; its words are the runs of ``\w``. Each word, each two words that follow
one another (joined by a blank) and each three characters of a word with a blank before and after it make a term; a
term's bucket is the CRC-32 of its UTF-8 bytes modulo 65,536. The known buckets that occur in ``t`` get their
``rarity``, all others 0; the row is scaled to length 1 and multiplied with ``directions``. Only the first 2,000
characters count. The number of characters stands before all that; a missing text gives zeros.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self
from zlib import crc32

import numpy as np

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.errors import ModelError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

BUCKETS = 65_536
MOST_TERMS = 4096
DIRECTIONS = 16
_SENTENCE = 6  # words
_ROWS_A_DIRECTION = 50
_SHORT_ROWS_A_DIRECTION = 5000
LONGEST = 2000
_FIT_ROWS = 20_000
_SPARE = 8
_TURNS = 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A text column's terms and directions, little-endian: buckets int32 [b], rarity float32 [b], directions [b, d]."""

    name: str
    buckets: bytes
    rarity: bytes
    directions: bytes

    @classmethod
    def fit(cls, name: str, texts: Sequence[str | None]) -> Self:
        """Learn the terms that at least two of ``texts`` have and at least one lacks, and their main directions."""
        step = max(1, -(-len(texts) // _FIT_ROWS))
        rows, terms = _occurrences(texts[::step])
        count = len(texts[::step])
        frequency = np.bincount(terms, minlength=BUCKETS)
        known = np.flatnonzero((frequency >= 2) & (frequency < count))
        known = np.sort(known[np.argsort(-frequency[known], kind="stable")][:MOST_TERMS])
        rarity = (np.log((1.0 + count) / (1.0 + frequency[known])) + 1.0).astype(np.float32)
        matrix = _weighed(rows, terms, count, known, rarity)
        directions = _main_directions(matrix, _affordable(texts[::step], len(texts))).astype("<f4")
        return cls(name, known.astype("<i4").tobytes(), rarity.astype("<f4").tobytes(), directions.tobytes())

    @property
    def width(self) -> int:
        """How many numbers a text becomes."""
        return 1 + (len(self.directions) // len(self.buckets) if self.buckets else 0)

    def encode(self, texts: Sequence[str | None]) -> FloatArray:
        """Return the numbers of texts, float64 [n, width]."""
        lengths = np.array([len(text[:LONGEST]) if text else 0 for text in texts], dtype=np.float64)[:, None]
        if self.width == 1:
            return lengths
        directions = np.frombuffer(self.directions, "<f4").astype(np.float64).reshape(-1, self.width - 1)
        known, rarity = np.frombuffer(self.buckets, "<i4").astype(np.int64), np.frombuffer(self.rarity, "<f4")
        matrix = _weighed(*_occurrences(texts), len(texts), known, rarity)
        return np.concatenate([lengths, matrix @ directions], axis=1)

    def to_json(self) -> dict[str, str]:
        """Return plain JSON values, arrays in base 64."""
        arrays = {"buckets": self.buckets, "rarity": self.rarity, "directions": self.directions}
        return {"name": self.name} | {key: base64.b64encode(value).decode() for key, value in arrays.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from :meth:`to_json`.

        Raises:
            ModelError: the arrays do not fit each other.
            KeyError, TypeError, ValueError: a field is missing or of another type.
        """
        arrays = [base64.b64decode(data[key], validate=True) for key in ("buckets", "rarity", "directions")]
        terms, rest = divmod(len(arrays[0]), 4)
        if rest or len(arrays[1]) != 4 * terms or len(arrays[2]) % max(1, 4 * terms) or (arrays[2] and not terms):
            raise ModelError("The model's description of a text column is damaged. Train again.")
        return cls(str(data["name"]), *arrays)


def _affordable(texts: Sequence[str | None], rows: int) -> int:
    """Return how many directions so many rows can tell from noise.

    Names and addresses take many more rows than sentences: measured on 668 passengers and 10,864 houses, each direction
    of theirs made every kind of tree a little worse.
    """
    words = [len(_WORD.findall(text[:LONGEST])) for text in texts if text]
    short = not words or sum(words) / len(words) < _SENTENCE
    return min(DIRECTIONS, rows // _SHORT_ROWS_A_DIRECTION if short else 2 + rows // _ROWS_A_DIRECTION)


def _occurrences(texts: Sequence[str | None]) -> tuple[IntArray, IntArray]:
    """Return which term is in which text: rows and buckets, each pair once."""
    found = [np.unique(_terms(text[:LONGEST].lower())) if text else np.empty(0, dtype=np.int64) for text in texts]
    rows = np.repeat(np.arange(len(texts)), [len(terms) for terms in found])
    return rows, np.concatenate([np.empty(0, dtype=np.int64), *found])


def _terms(text: str) -> IntArray:
    words = _WORD.findall(text)
    pairs = [crc32(f"{one} {two}".encode("utf-8", "replace")) % BUCKETS for one, two in pairwise(words)]
    return np.array([*pairs, *(term for word in words for term in _terms_of_word(word))], dtype=np.int64)


@lru_cache(maxsize=50_000)
def _terms_of_word(word: str) -> tuple[int, ...]:
    padded = f" {word} "
    terms = {word, *(padded[at : at + 3] for at in range(len(padded) - 2))}
    return tuple(crc32(term.encode("utf-8", "replace")) % BUCKETS for term in terms)


def _weighed(rows: IntArray, terms: IntArray, count: int, known: IntArray, rarity: Float32Array) -> csr_matrix:
    """Return the texts' known terms, weighed and scaled to length 1, sparse [count, len(known)]."""
    from scipy.sparse import csr_matrix

    places = np.searchsorted(known, terms)
    held = places < len(known)
    held[held] = known[places[held]] == terms[held]
    rows, places = rows[held], places[held]
    weights = rarity[places].astype(np.float64)
    lengths = np.sqrt(np.bincount(rows, weights**2, minlength=count))
    return csr_matrix((weights / lengths[rows], (rows, places)), shape=(count, len(known)))


def _main_directions(matrix: csr_matrix, most: int) -> FloatArray:
    """Return the first right singular vectors [columns, <= most] by randomised power iteration (Halko et al., 2011)."""
    width = min(most + _SPARE, *matrix.shape)
    if not width:
        return np.zeros((matrix.shape[1], 0))
    basis = np.random.default_rng(0).normal(size=(matrix.shape[1], width))
    for _ in range(_TURNS):
        basis = np.linalg.qr(matrix.T @ (matrix @ basis))[0]
    vectors = np.linalg.svd(matrix @ basis, full_matrices=False)[2]
    return np.asarray(basis @ vectors.T[:, :most])
