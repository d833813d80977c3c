"""What should be known of samples that a model is asked about, as it answers them all the same. No Qt."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from typing import cast

from engine.dataset import Dataset
from engine.task import Modality, Task

LOOKED_AT = 300  # texts, spread over all
LETTERS = 300  # of each
LEAST = 0.02  # of the texts learned from, for a script to be known
NAMES = {"Cjk": "Chinese", "Hangul": "Korean", "Hiragana": "Japanese", "Katakana": "Japanese"}


def caveats(asked: Dataset, task: Task, learned: Dataset | None = None) -> list[str]:
    """Return sentences about samples that are taken in only in part, and texts unlike those ``learned`` from."""
    from engine.modalities.cut_short import cut_short

    foreign = None if learned is None else foreign_script(asked, learned, task)
    return [said for said in (cut_short(asked.frame.lazy(), task), foreign) if said is not None]


def foreign_script(asked: Dataset, learned: Dataset, task: Task) -> str | None:
    """Return what to tell where most texts are in a script that hardly any of those learned from are in, else None."""
    if task.modality is not Modality.TEXT or not len(asked) or not len(learned):
        return None
    known, found = Counter(_scripts(learned, task)), Counter(_scripts(asked, task))
    known["Chinese"] += known["Japanese"]  # whose titles may be in its characters alone
    strange = Counter({name: texts for name, texts in found.items() if known[name] < LEAST * known.total()})
    if not known or 2 * strange.total() <= found.total():
        return None
    ((script, _),) = strange.most_common(1)
    return (
        f"Most of these texts are in another script ({script}) than those that the model learned from: do not trust "
        "its answers to them. Train with texts like these to have them told apart."
    )


def _scripts(dataset: Dataset, task: Task) -> list[str]:
    """Return the script of each of some texts of a dataset that have letters."""
    from engine.modalities import open_samples
    from engine.modalities.text.samples import TextSamples

    few = Dataset(dataset.frame.gather_every(math.ceil(len(dataset) / LOOKED_AT)))
    texts = cast(TextSamples, open_samples(few, task)).texts()
    return [script for text in texts if (script := script_of(" ".join(text)))]


def script_of(text: str) -> str:
    """Return the script of most letters of a text, empty where it has none.

    >>> script_of("A soup, суп"), script_of("Совсем другое"), script_of("好吃"), script_of("12 :)")
    ('Latin', 'Cyrillic', 'Chinese', '')
    """
    plain = unicodedata.normalize("NFKC", text[: 4 * LETTERS])
    letters = [letter for letter in plain if letter.isalpha()][:LETTERS]
    scripts = Counter(unicodedata.name(letter, "").partition(" ")[0].capitalize() for letter in letters)
    if scripts["Hiragana"] or scripts["Katakana"]:  # between which there may be many Chinese characters
        return "Japanese"
    ((script, _),) = scripts.most_common(1) or (("", 0),)
    return NAMES.get(script, script)
