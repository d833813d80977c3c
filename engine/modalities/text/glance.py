"""A glance at some texts before the pretrained network reads them: is that its language, and how long are they?"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from engine.arrays import FloatArray
from engine.heads.order import stratified_order
from engine.learners.base import Job
from engine.modalities.text.chunks import MOST_WORDS, WordArray
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
        words: list[WordArray] = []
        whole: list[int] = []
        read: list[int] = []
        for row in stratified_order(job)[:_TEXTS]:  # one after the other: many long ones may not fit into memory
            text = job.samples.text(int(row))
            begin = tuple(part[:_LETTERS] for part in text)
            words.append(words_of(begin))
            whole.append(sum(map(len, text)))
            read.append(sum(map(len, begin)))
        counts = np.array([len(mine) for mine in words]) * np.array(whole) / np.maximum(read, 1.0)
        _KNOWN[job.samples] = Glance(is_foreign(words), np.minimum(counts, MOST_WORDS))
    return _KNOWN[job.samples]
