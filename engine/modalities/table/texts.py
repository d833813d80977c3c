r"""What people wrote in a cell, as a few numbers: hashed words and letters by rarity, in their main directions.

The arithmetic, for a text ``t``: lower case; its words are the runs of ``\w``. Each word, each two words that follow
one another (joined by a blank) and each three characters of a word with a blank before and after it make a term; a
term's bucket is the CRC-32 of its UTF-8 bytes modulo 65,536. The known buckets that occur in ``t`` get their
``rarity``, all others 0; the row is scaled to length 1 and multiplied with ``directions``. Only the first 2,000
characters count. The number of characters stands before all that; a missing text gives zeros.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.errors import ModelError
from engine.modalities.table.terms import BUCKETS, lengths, occurrences, words_in

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST_TERMS = 4096
DIRECTIONS = 16
_SENTENCE = 6  # words
_ROWS_A_DIRECTION = 50
_SHORT_ROWS_A_DIRECTION = 5000
_FIT_ROWS = 20_000
_SPARE = 8
_TURNS = 4


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
        rows, terms = occurrences(texts[::step])
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
        letters = lengths(texts).astype(np.float64)[:, None]
        if self.width == 1:
            return letters
        directions = np.frombuffer(self.directions, "<f4").astype(np.float64).reshape(-1, self.width - 1)
        known, rarity = np.frombuffer(self.buckets, "<i4").astype(np.int64), np.frombuffer(self.rarity, "<f4")
        matrix = _weighed(*occurrences(texts), len(texts), known, rarity)
        return np.concatenate([letters, matrix @ directions], axis=1)

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
    words = [len(words_in(text)) for text in texts if text]
    short = not words or sum(words) / len(words) < _SENTENCE
    return min(DIRECTIONS, rows // _SHORT_ROWS_A_DIRECTION if short else 2 + rows // _ROWS_A_DIRECTION)


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
