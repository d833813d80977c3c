"""A glance at some texts before the pretrained network reads them: is that its language, and how long are they?"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from engine.arrays import FloatArray
from engine.heads.order import stratified_order
from engine.learners.base import Job
from engine.modalities.text.chunks import MOST_WORDS
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.words import is_foreign, words_of

_TEXTS = 500
_LETTERS = 2000  # of each column that are read; how many words there are in the rest is told by how many are in these


@dataclass(frozen=True, eq=False)
class Glance:
    """Whether texts are in a language that the network was not taught, and about how many ``words`` [n] each has.

    No more words are counted than the network looks at.
    """

    foreign: bool
    words: FloatArray


_KNOWN: WeakKeyDictionary[TextSamples, Glance] = WeakKeyDictionary()


def glance(job: Job) -> Glance:
    """Glance at some texts of a job, of every class, once for all learners that ask about the same samples."""
    assert isinstance(job.samples, TextSamples)
    if job.samples not in _KNOWN:
        texts = job.samples.texts(stratified_order(job)[:_TEXTS])
        begins = [tuple(part[:_LETTERS] for part in text) for text in texts]
        words = [words_of(begin) for begin in begins]
        whole, read = (np.array([sum(map(len, text)) for text in some], dtype=np.float64) for some in (texts, begins))
        counts = np.array([len(mine) for mine in words]) * whole / np.maximum(read, 1.0)
        _KNOWN[job.samples] = Glance(is_foreign(words), np.minimum(counts, MOST_WORDS))
    return _KNOWN[job.samples]
