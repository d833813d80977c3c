"""Which learners to try on texts, in order.

Measured inside train parts (5 folds, accuracy and log-loss) of 6,920 short reviews, 6,000 short Chinese ones, 6,000
news of two columns and 960 long reviews: runs of three words with log-count ratios 0.798 and 0.434, 0.898 and 0.274,
0.881 and 0.361, 0.867 and 0.361; with runs of characters in the words 0.814 and 0.406, 0.896 and 0.275, 0.886 and
0.345, 0.860 and 0.343. By how often words and their parts occur, 0.808 and 0.417, 0.894 and 0.283, 0.886 and 0.354,
0.845 and 0.377, but that makes the mean of all better. Each takes 0.2 to 8 s of one core, so the stronger ones come
before the network. Five small networks bring the mean of all words on the Chinese reviews from 0.900 and 0.269 to
0.902 and 0.268, in 80 s. A kernel head on latent semantic analysis was no better than 0.822 and 0.429 on long reviews,
once the directions were found without the held-out texts: found with them it seems right in 0.852 (0.338).
The means of the network's word embeddings alone, which its features hold too, give logistic regression 0.779 of the
short reviews and 0.865 of the news within a second, and 0.824 rather than 0.801 in the mean with runs of words, but
nothing once the whole network has been heard (0.839 rather than 0.841), so there is no learner of its own for them.
What the sentence network sees gives 0.832 on the short reviews and 0.830 on the long ones by itself, 0.857 there in
the mean with words; it is left out by its learners where it does not know the language. Tuned in one and a half
passes it answers 0.837 of the held-out short reviews with a log-loss of 0.343, as it is 0.837 with 0.372; in two
passes 0.907 of the news with 0.294, as it is 0.899 with 0.306. A pass takes 25 s of one core or more with its last
three layers tuned. Of long texts it learns by pieces, which took longer and was no better (0.818). With 8 and 16
short reviews a class it is right in 0.652 and 0.666 after it has learned to part classes, in 0.613 and 0.637 as it
is, and with 8 news a class in 0.815 rather than 0.772, where tuning it like with many lost 4 points (unseen samples
of the train parts, 3 or 4 draws).
"""

from __future__ import annotations

from engine.modalities.portfolio import Entry
from engine.modalities.text.members.network import BACKBONE
from engine.task import Kind, Task

_FROZEN = "Sentences"
_FIRST = 2000
_FIRST_SENTENCES = 600  # the network reads some 500 sentences a second on two cores
_FEW = 16  # texts a class up to which it is better to part classes
_LONG = 1500.0  # letters
_REPEATS = 2
_MANY = 3000  # texts from which on few looks at each are enough
_PENALTIES = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)  # a learner stops at the first that does not pay
_STRONGER = (1.0, 3.0, 10.0)  # where the texts say little of what is asked


def portfolio(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the entries for ``size`` training texts."""
    plain = {"penalties": list(_PENALTIES), "stronger": list(_STRONGER)}
    bayes = {"words": 3, "bayes": True, **plain}
    tuned = _tuned(task, size, device)
    return (
        Entry("Words", "text.ngrams", {"first": _FIRST, **bayes}, first_slice=1.0),
        Entry("Words and their parts", "text.ngrams", {"pieces": [3, 6], **bayes}),
        Entry(_FROZEN, "text.frozen_head", {"backbone": BACKBONE, "first": _FIRST_SENTENCES}, first_slice=6.0),
        Entry("Words by how often they occur", "text.ngrams", {"words": 2, "pieces": [3, 5], **plain}),
        tuned,
        Entry("Runs of words", "text.ngrams", {"words": 4, **plain}),
        Entry("Small network", "text.scratch", {"foreign": True, "folds": 5, "share": 0.35}),
        *(tuned.again(turn) for turn in range(1, _REPEATS + 1) if not tuned.settings.get("cover")),
    )


def _tuned(task: Task, size: int, device: str) -> Entry:
    card = device == "cuda"
    layers = 6 if card else 3
    if task.kind is Kind.MULTICLASS and size <= _FEW * task.outputs:
        apart = {"contrasts": True, "rate": 1e-4, "epochs": 30, "fewest": 10, "batch": 64, "folds": 4, "cover": True}
        settings = {"backbone": BACKBONE, **apart, "share": 0.4, "layers": layers}
        name = "Sentences, classes parted by all layers" if card else "Sentences, classes parted"
        return Entry(name, "text.finetune", settings, after=(_FROZEN,))
    pace = {"rate": 2e-4, "epochs": 3, "batch": 64} if size >= _MANY else {"rate": 1e-4, "epochs": 8}
    settings = {"backbone": BACKBONE, **pace, "fewest": 0.6, "share": 0.6, "layers": layers}
    name = "Sentences, all layers tuned" if card else "Sentences, tuned"
    return Entry(name, "text.finetune", settings, largest=None if card else _LONG, after=(_FROZEN,))
