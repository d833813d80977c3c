"""Which learners to try on texts, in order.

Measured inside train parts (5-fold accuracy) of 6,920 short reviews, 6,000 short Chinese ones and 960 long ones: runs
of two words 0.795, 0.896 and 0.838; with runs of characters in the words 0.812 where the script has spaces. Where it
counts only that a word is there, long texts gain (0.849, log-loss 0.38 rather than 0.45) and short ones lose a little
(0.800). Log-count ratios (naive Bayes) never helped: 0.804, 0.893 and 0.829. A penalty of 0.1 suits short texts, 0.01
long ones. What the sentence network sees gives 0.832 on the short reviews and 0.830 on the long ones by itself, 0.857
there in the mean with words; it is left out by its learners where it does not know the language. A pass through the
short reviews takes some 60 s of one core with its last three layers tuned, a half more with all six.
"""

from __future__ import annotations

from typing import Any

from engine.modalities.portfolio import Entry
from engine.task import Task

_FIRST = 2000
_FIRST_SENTENCES = 600  # the network reads some 500 sentences a second on two cores
_MANY = 3000  # texts from which on few looks at each are enough
_PENALTIES = (0.3, 0.1, 0.03, 0.01)


def portfolio(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the entries for ``size`` training texts."""
    penalties = {"penalties": list(_PENALTIES)}
    return (
        Entry("Words", "text.ngrams", {"first": _FIRST, "words": 2, "penalties": [0.1]}, first_slice=1.0),
        Entry("Sentences", "text.frozen_head", {"first": _FIRST_SENTENCES}, first_slice=6.0),
        Entry("Words and their parts", "text.ngrams", {"words": 2, "pieces": [3, 5], **penalties}),
        Entry("Sentences, tuned", "text.finetune", _tuned(size, device)),
        Entry("Runs of words", "text.ngrams", {"words": 4, **penalties}),
        Entry("Words that are there", "text.ngrams", {"words": 3, "pieces": [3, 5], "bayes": True, **penalties}),
    )


def _tuned(size: int, device: str) -> dict[str, Any]:
    settings = {"rate": 1e-4, "epochs": 4 if size >= _MANY else 8, "fewest": 1, "share": 0.6}
    return {**settings, "layers": 6 if device == "cuda" else 3}
