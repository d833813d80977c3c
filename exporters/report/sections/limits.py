"""What the model has never seen, and what to check before relying on it."""

from __future__ import annotations

import numpy as np

from engine.dataset import Split
from engine.results.report import Report
from engine.task import Kind, Modality
from engine.wording import amount, count, noun, of_100, things
from exporters.report.document import Block, Heading, Points
from exporters.report.material import Material
from exporters.report.sections.parts import PRETRAINED
from exporters.report.sections.words import name_of, names

_RARE, _WEAK, _FEW = 20, 0.7, 20


def limits(material: Material) -> list[Block]:
    """Return the chapter."""
    return [
        Heading("What to know before relying on it"),
        Heading("Its limits", 3),
        Points(tuple(_limits(material))),
        Heading("What to check", 3),
        Points(tuple(_checks(material)), numbered=True),
    ]


def _limits(material: Material) -> list[str]:
    task = material.task
    said = [_unseen(material)]
    if task.kind is Kind.MULTICLASS:
        said.append(
            f"It always answers with one of its {count(len(task.classes))} classes, even to something that shows none "
            "of them, and may be sure of it."
        )
    elif task.kind is Kind.MULTILABEL:
        said.append(
            "It knows no other classes than these. That it names none does not mean that nothing else is there."
        )
    else:
        said += _range(material)
    if task.kind is not Kind.REGRESSION:
        said += _shares(material)
    if material.weights and task.modality in PRETRAINED:
        said.append(
            f"It builds on networks that others trained on {PRETRAINED[task.modality]}, and may carry over what "
            "those favour or miss."
        )
    said += _weak(material.measured)
    said.append(
        "It was not measured separately for groups of people, places, devices or times, since the data does not say "
        "what they are. A good figure over all can hide a bad one for some."
    )
    return said


def _unseen(material: Material) -> str:
    train = material.part(Split.TRAIN)
    if train is None:
        return "What it has seen is not known, so nothing can be said of what it has not."
    number = things(material.task.modality, len(train))
    more = {
        Modality.IMAGE: "other cameras, light, angles or backgrounds",
        Modality.AUDIO: "other microphones, rooms, background noise or speakers",
        Modality.TEXT: "other languages, topics or ways of writing",
        Modality.TABLE: "other times, places or ways of measuring; values outside the ranges of the columns above",
    }[material.task.modality]
    return f"It has learned from {number}. It has not been tried on {more}, unless they are among these."


def _range(material: Material) -> list[str]:
    train = material.part(Split.TRAIN)
    values = np.zeros(0) if train is None else train.frame["label"].drop_nulls().to_numpy().astype(np.float64)
    if not len(values):
        return []
    return [
        f"The true values that it learned from lie between {amount(float(values.min()), 4)} and "
        f"{amount(float(values.max()), 4)}. What lies beyond it cannot be expected to name."
    ]


def _shares(material: Material) -> list[str]:
    train, task = material.part(Split.TRAIN), material.task
    if train is None or task.kind is not Kind.MULTICLASS:
        return []
    found = np.bincount(train.labels(task).astype(np.int64), minlength=len(task.classes))
    common = int(found.argmax())
    said = [
        "How sure it is, and how often it is right, rest on how common the classes were in the data: "
        f"“{name_of(task.classes[common])}” made up {of_100(found[common] / max(found.sum(), 1))} of 100. "
        "Where they are more or less common, both change."
    ]
    rare = [name for name, number in zip(task.classes, found, strict=True) if number < _RARE]
    if rare:
        said.append(f"Classes with fewer than {_RARE} samples to learn from: {names(rare)}.")
    return said


def _weak(measured: Report | None) -> list[str]:
    if measured is None or not measured.classifies:
        return []
    weak = [one.name for one in measured.classes if one.found.total and one.found.value < _WEAK]
    few = [one.name for one in measured.classes if one.found.total < _FEW]
    said = []
    if weak:
        said.append(f"Of these classes it found fewer than {of_100(_WEAK)} of 100 samples: {names(weak)}.")
    if few:
        said.append(f"Of these it was measured on fewer than {_FEW} samples, so little is known: {names(few)}.")
    return said


def _checks(material: Material) -> list[str]:
    things_ = noun(material.task.modality)
    said = [
        f"Collect 100 or more new {things_} where the model is to be used, and have a person say what is right "
        "without seeing the model's answer. Then run “autodidact evaluate RUN DATA”. If that figure lies below "
        "the interval in this card, the model does not carry over: add such samples and train again.",
        "Look at the worst mistakes above. Where the label is wrong rather than the answer, mend it and train again.",
    ]
    if material.task.kind is Kind.REGRESSION:
        said.append("Decide how large an error is harmful, and look up in the table above how often errors are larger.")
    else:
        said.append(
            "Decide what each mistake costs, and from which sureness on an answer may be used without a person; the "
            "chapter on how sure it is says how often such answers are right."
        )
    said.append(
        "Measure again when something changes (a device, a season, a supplier, the wording of a form) and from time to "
        "time even if nothing seems to."
    )
    return said
