"""Texts of the run, and texts that are empty, endless, foreign or damaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.dataset import Dataset
from engine.modalities import open_samples
from engine.modalities.text.decode import MAX_BYTES
from engine.modalities.text.samples import Text, TextSamples
from engine.task import Task
from exporters.onnx.trials.base import Trial, in_batches, named_rows

REAL_TEXTS = 256
_MADE_UP_TEXTS = 64
_SYLLABLES = ("ka", "to", "ri", "men", "sol", "vu", "qua", "ny", "ber", "ost", "good", "bad")
_AWKWARD = {
    "no text": "",
    "a blank": " \n\t",
    "one letter": "a",
    "one sign": "?",
    "emoji": "😀👍🏽 👨‍👩‍👧 🇨🇭",
    "Chinese": "味道很好，送餐很快，下次还点！",
    "Thai": "อาหารอร่อยมาก บริการดี",
    "accents": "Ça déjà vu – naïve Ärger, ﬁne ½ Ⅷ",
    "accents of their own": "Ça de\u0301ja\u0300 vu",
    "apostrophes": "It isn't the dogs’ 'bone' rock'n'roll o''er",
    "upper case": "GOOD BAD STRASSE ΣΑΣ İstanbul",
    "unseen words": "flurb qwijibo zzyzx-9000 snorfle",
    "half a character": "good \ud83d bad \udc00",
    "signs of control": "good\x00bad\u200b\ufeff\u2028new",
    "words of the network's own": "[CLS] good [SEP] [PAD] bad [MASK] [UNK]",
    "one long word": "x" * 5000,
    "one word often": "good " * 3000,
    "numbers": "3.14 1,000,000 ١٢٣ ４２ 1e9",
}
USUAL = REAL_TEXTS + 2 * len(_AWKWARD) + 2


def make(task: Task, dataset: Dataset | None, rng: np.random.Generator) -> Iterator[Trial]:
    """Yield calls of 1, 2, 17 and all other texts of the run, then awkward ones, the largest there are among them."""
    columns = max(1, len(task.columns))
    if dataset is None or not len(dataset):
        samples, names = _made_up(columns, rng), [f"made-up text {row}" for row in range(_MADE_UP_TEXTS)]
    else:
        opened, (rows, names) = open_samples(dataset, task), named_rows(dataset, rng, "text", REAL_TEXTS)
        assert isinstance(opened, TextSamples)
        samples = opened.take(rows)
    yield from in_batches(names, samples, real=bool(dataset))
    for name, text in _AWKWARD.items():
        yield _trial([name], [text], columns)
    yield _trial([f"{name}, with others" for name in _AWKWARD], list(_AWKWARD.values()), columns)
    yield _trial(["a megabyte of words"], [_words(rng, MAX_BYTES)], columns)
    yield _trial(["much Chinese"], ["味道很好，" * 20_000], columns)


def _trial(names: Sequence[str], texts: Sequence[str], columns: int) -> Trial:
    """Return texts in all columns at once: the first has the text, the others the next ones."""
    whole = [tuple(texts[(row + column) % len(texts)] for column in range(columns)) for row in range(len(texts))]
    return Trial(tuple(names), TextSamples(whole), real=False)


def _made_up(columns: int, rng: np.random.Generator) -> TextSamples:
    texts: list[Text] = [
        tuple(_words(rng, int(rng.integers(1, 300))) for _ in range(columns)) for _ in range(_MADE_UP_TEXTS)
    ]
    return TextSamples(texts)


def _words(rng: np.random.Generator, letters: int) -> str:
    """Return words of syllables, so many letters in all."""
    syllables = rng.choice(_SYLLABLES, letters)
    ends = rng.choice(("", " ", ", "), letters, p=(0.6, 0.3, 0.1))
    return "".join(f"{syllable}{end}" for syllable, end in zip(syllables, ends, strict=True))[:letters]
