"""Which labels that a person gives answer a suggestion, and so tell how often suggestions are right."""

from __future__ import annotations

from collections.abc import Mapping

from labeling.project.asked import Asked
from labeling.project.stored import Label
from labeling.suggest.model import Suggestions


def asked_about(suggestions: Suggestions, labels: Mapping[str, Label]) -> dict[str, Asked]:
    """Return what was suggested of the one sample that is being labelled; nothing of many, which nobody looked at.

    A number is never exactly right, so what was suggested of numbers is not kept.
    """
    if len(labels) != 1:
        return {}
    ((sample, label),) = labels.items()
    suggestion = suggestions.by_sample.get(sample)
    if suggestion is None or label is None or suggestion.number is not None:
        return {}
    # Samples of several classes are given them one after the other, by names as well as by sets of names.
    said: Label = suggestion.names if isinstance(label, tuple) else next(iter(suggestion.names), None)
    return {} if said is None else {sample: Asked(said, sample in suggestions.random)}
