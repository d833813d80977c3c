"""Which learners to try on texts, in order.

Measured inside the train parts of two sets of about 6,000 short texts (5-fold accuracy): runs of words alone 0.795 and
0.896, with runs of characters inside the words 0.812 where the script has spaces. A penalty of 0.1 gives the better
probabilities, 0.3 now and then the better decisions. What a network knows of sentences
gives 0.832 on the first set by itself, and is left out by its learner where it does not know the language.
"""

from __future__ import annotations

from engine.modalities.portfolio import Entry
from engine.task import Task

_FIRST = 2000
_FIRST_SENTENCES = 600  # the network reads some 500 sentences a second on two cores
_PENALTIES = (0.3, 0.1, 0.03)


def portfolio(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the entries for ``size`` training texts; all of them work on the processor."""
    penalties = {"penalties": list(_PENALTIES)}
    return (
        Entry("Words", "text.ngrams", {"first": _FIRST, "words": 2, "penalties": [0.1]}, first_slice=1.0),
        Entry("Sentences", "text.frozen_head", {"first": _FIRST_SENTENCES}, first_slice=6.0),
        Entry("Words and their parts", "text.ngrams", {"words": 2, "pieces": [3, 5], **penalties}),
        Entry("Runs of words", "text.ngrams", {"words": 4, **penalties}),
        Entry("Words that are typical", "text.ngrams", {"words": 3, "pieces": [3, 5], "bayes": True, **penalties}),
    )
