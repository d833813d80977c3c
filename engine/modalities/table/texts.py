r"""What people wrote in a cell, as a few numbers: hashed words and letters by rarity, in their main directions.

The arithmetic, for a text ``t``: lower case; its words are the runs of ``\w``. Each word, each two words that follow
one another (joined by a blank) and each three characters of a word with a blank before and after it make a term; a
term's bucket is the CRC-32 of its UTF-8 bytes modulo 65,536. The known buckets that occur in ``t`` get their
``rarity``, all others 0; the row is scaled to length 1 and multiplied with ``directions``. Only the first 2,000
characters count. The number of characters stands before all that; a missing text gives zeros.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.errors import ModelError
from engine.modalities.table.terms import BUCKETS, lengths, occurrences, words_in
from engine.pieces import Pieces, finished

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Items = TypeVar("Items", Sequence[str | None], IntArray)

MOST_TERMS = 4096
DIRECTIONS = 16
_SENTENCE = 6  # words
_ROWS_A_DIRECTION = 50
_SHORT_ROWS_A_DIRECTION = 5000
_FIT_ROWS = 20_000
_SPARE = 8
_TURNS = 4
_ROWS_A_PIECE = 1000  # read in less than half a second, however long their texts are


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
        return finished(cls.fitting(name, texts))[0]

    @classmethod
    def fitting(cls, name: str, texts: Sequence[str | None]) -> Pieces[tuple[Self, FloatArray]]:
        """Learn as :meth:`fit` does, and return the column with the numbers of all texts, [n, width]."""
        step = max(1, -(-len(texts) // _FIT_ROWS))
        shown = texts[::step]
        found: list[tuple[IntArray, IntArray]] = []
        words = 0
        for piece in _pieces(shown):
            sizes, terms = _terms_of(piece)
            found.append((sizes, terms.astype(np.uint16)))  # a quarter of the memory
            words += sum(len(words_in(text)) for text in piece if text)
            yield
        known, rarity = _known(found)
        matrices = []
        for sizes, terms in found:
            matrices.append(_weighed(sizes, terms, known, rarity))
            yield
        del found
        most = _affordable(words, sum(1 for text in shown if text), len(texts))
        directions = (yield from _main_directions(matrices, len(known), most)).astype("<f4")
        column = cls(name, known.astype("<i4").tobytes(), rarity.astype("<f4").tobytes(), directions.tobytes())
        numbers = np.empty((len(texts), column.width))
        numbers[:, 0] = lengths(texts)
        if column.width > 1:
            numbers[::step, 1:] = np.concatenate([matrix @ directions.astype(np.float64) for matrix in matrices])
            for rows in _pieces(np.flatnonzero(np.arange(len(texts)) % step)):
                numbers[rows] = column.encode([texts[row] for row in rows])
                yield
        return column, numbers

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
        parts = [_weighed(*_terms_of(piece), known, rarity) @ directions for piece in _pieces(texts)]
        return np.concatenate([letters, np.concatenate([np.empty((0, self.width - 1)), *parts])], axis=1)

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


def _affordable(words: int, texts: int, rows: int) -> int:
    """Return how many directions so many rows can tell from noise, ``texts`` of them shown with ``words`` in all.

    Names and addresses take many more rows than sentences: measured on 668 passengers and 10,864 houses, each direction
    of theirs made every kind of tree a little worse.
    """
    short = not texts or words / texts < _SENTENCE
    return min(DIRECTIONS, rows // _SHORT_ROWS_A_DIRECTION if short else 2 + rows // _ROWS_A_DIRECTION)


def _pieces(items: Items) -> Iterator[Items]:
    for start in range(0, len(items), _ROWS_A_PIECE):
        yield items[start : start + _ROWS_A_PIECE]


def _terms_of(texts: Sequence[str | None]) -> tuple[IntArray, IntArray]:
    """Return how many terms each text has [n], and the terms, those of one text after another."""
    rows, terms = occurrences(texts)
    return np.bincount(rows, minlength=len(texts)), terms


def _known(found: Sequence[tuple[IntArray, IntArray]]) -> tuple[IntArray, Float32Array]:
    """Return the terms to tell texts apart by, rising, and how rare each is."""
    count = sum(len(sizes) for sizes, _ in found)
    frequency = sum((np.bincount(terms, minlength=BUCKETS) for _, terms in found), np.zeros(BUCKETS, dtype=np.int64))
    known = np.flatnonzero((frequency >= 2) & (frequency < count))
    known = np.sort(known[np.argsort(-frequency[known], kind="stable")][:MOST_TERMS])
    return known, (np.log((1.0 + count) / (1.0 + frequency[known])) + 1.0).astype(np.float32)


def _weighed(sizes: IntArray, terms: IntArray, known: IntArray, rarity: Float32Array) -> csr_matrix:
    """Return the texts' known terms, weighed and scaled to length 1, sparse [n, len(known)].

    ``terms`` are those of one text after another, ``sizes`` [n] how many each has.
    """
    from scipy.sparse import csr_matrix

    rows = np.repeat(np.arange(len(sizes)), sizes)
    places = np.searchsorted(known, terms)
    held = places < len(known)
    held[held] = known[places[held]] == terms[held]
    rows, places = rows[held], places[held]
    weights = rarity[places].astype(np.float64)
    lengths = np.sqrt(np.bincount(rows, weights**2, minlength=len(sizes)))
    return csr_matrix((weights / lengths[rows], (rows, places)), shape=(len(sizes), len(known)))


def _main_directions(matrices: Sequence[csr_matrix], terms: int, most: int) -> Pieces[FloatArray]:
    """Return the first right singular vectors [terms, <= most] by randomised power iteration (Halko et al., 2011).

    ``matrices`` [., terms] are one below the other.
    """
    width = min(most + _SPARE if most else 0, sum(matrix.shape[0] for matrix in matrices), terms)
    if not width:
        return np.zeros((terms, 0))
    basis = np.random.default_rng(0).normal(size=(terms, width))
    for _ in range(_TURNS):
        turned = np.zeros_like(basis)
        for matrix in matrices:
            turned += matrix.T @ (matrix @ basis)
            yield
        basis = np.linalg.qr(turned)[0]
    vectors = np.linalg.svd(np.concatenate([matrix @ basis for matrix in matrices]), full_matrices=False)[2]
    return np.asarray(basis @ vectors.T[:, :most])
