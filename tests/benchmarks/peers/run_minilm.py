"""MiniLM sentence embeddings as they are and logistic regression; C by 5 folds.

Of a text that is longer than the 256 word pieces that the network reads at once it is the mean over consecutive chunks.
Where the budget does not let it read all, it reads as many word pieces from the beginning of each text as it can.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from tests.benchmarks.peers import common, heads, parallel, sentences

_SPARE_S, _SPARE = 4.0, 0.04  # for the head and to end: seconds, and a share of the budget
_MORE = 1.05  # than was tried: how long all take
_STEP, _TRIES = 8, 3


def main() -> None:
    """Fit, predict, write."""
    job, network = common.job(), sentences.network()
    texts = job.train.texts(job.case.target)
    places = sentences.pieces(network, texts)
    lengths = np.array([len(own) for own in places])
    rows, asked = sentences.tried(lengths), 1 + len(job.test.ids) / len(texts)
    tried, of_tried = [texts[row] for row in rows], [places[row] for row in rows]

    def pace(most: int | None) -> float:
        since = time.monotonic()
        sentences.averaged(network, tried, of_tried, most)
        return _MORE * (time.monotonic() - since) / float(read(lengths[rows], most))

    sentences.embed(network, tried[:8])  # the first call takes longer
    most = planned(lengths, pace, lambda: (job.left - _SPARE_S - _SPARE * job.budget_s) / asked)
    inputs = sentences.averaged(network, texts, places, most)
    with parallel.folds_together():
        head = heads.searched(-1, 3, job.seed, most=2000).fit(inputs, job.codes)
    since = time.monotonic()
    test = job.test.texts(job.case.target)
    answers = head.predict_proba(sentences.averaged(network, test, sentences.pieces(network, test), most))
    job.measured(since)
    job.weighs(common.pickled_mb(head))  # the network as it is installed is not counted
    job.notes["settings"] = "all word pieces" if most is None else f"{most} word pieces of each text at most"
    job.write(answers)


def planned(lengths: sentences.Lengths, pace: Callable[[int | None], float], left: Callable[[], float]) -> int | None:
    """Return how many word pieces of each text can be read in ``left`` seconds, None for all.

    ``pace`` is how long one takes where so many are read of each text: more in a long chunk, and in a very short one.
    """
    most = None
    for _ in range(_TRIES):
        before, most = most, affordable(lengths, left() / pace(most))
        if most == before:
            break
    return most


def affordable(lengths: sentences.Lengths, pieces: float) -> int | None:
    """Return how many word pieces of each text can be read, None for all, if it may be ``pieces`` altogether."""
    steps = range(_STEP, int(lengths.max()), _STEP)
    return (
        None if read(lengths, None) <= pieces else max((n for n in steps if read(lengths, n) <= pieces), default=_STEP)
    )


def read(lengths: sentences.Lengths, most: int | None) -> int:
    """Return how many word pieces are read altogether where it is ``most`` of each text."""
    return int((lengths if most is None else np.minimum(lengths, most)).sum())


if __name__ == "__main__":
    main()
