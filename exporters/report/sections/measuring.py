"""How it was measured: what was held out and how, what the intervals mean, and every score."""

from __future__ import annotations

import numpy as np

from engine.dataset import Split
from engine.task import Kind, Modality
from engine.wording import amount, count, noun, things
from exporters.report.document import Block, Heading, Paragraph, Points, Table
from exporters.report.material import Material
from exporters.report.outcome import Outcome, Scores
from exporters.report.sections.words import METRICS, between


def measuring(material: Material) -> list[Block]:
    """Return the chapter."""
    return [Heading("How it was measured"), Points(tuple(_held_out(material))), *_scores(material)]


def _held_out(material: Material) -> list[str]:
    said = []
    test, train = material.part(Split.TEST), material.part(Split.TRAIN)
    things_ = noun(material.task.modality)
    if test is not None and len(test):
        outcome = material.outcome
        scored = outcome is None or bool(outcome.test) or not outcome.validation
        said.append(
            f"{things(material.task.modality, len(test))} were put aside as the test part before training began. "
            "No part of the model was learned from them or chosen by them; "
            f"{'they were scored once, at the end' if scored else 'there was no time to score it on them'}."
        )
        if scored:
            said.append(_origin(material, things_))
    elif test is not None:
        said.append("No test part was put aside.")
    if train is not None and "fold" in train.frame.columns:
        said.append(_folds(train.folds, things_))
    if material.task.kind is Kind.REGRESSION:
        said.append("Intervals are 95% bootstrap intervals (percentiles over resampled samples).")
    else:
        said.append(
            "Intervals of shares, such as 90 of 100, are Wilson's 95% intervals; those of the other scores are 95% "
            "bootstrap intervals (percentiles over resampled samples)."
        )
    return said


def _origin(material: Material, things_: str) -> str:
    """Return where the test part comes from, and what its score therefore tells."""
    if any(origin.set_apart for origin in material.origins):
        files = material.task.modality in (Modality.IMAGE, Modality.AUDIO)
        copies = f" Near-copies of {things_} that were learned from were not tested on." if files else ""
        return (
            f"The test part is what the data itself set apart for it.{copies} So the score holds for {things_} that "
            "differ from those learned from as these do: ask whoever drew it how that was done."
        )
    return (
        f"The test part was drawn at random{_evenly(material)}, and {things_} that are copies or near-copies of each "
        "other were kept together. So it says how good the model is on more of the same kind. It does not say how good "
        "it is on another camera, place, season or group of people."
    )


def _evenly(material: Material) -> str:
    if material.task.kind is Kind.REGRESSION:
        return ", evenly over small and large values"
    return ", from each class alike"


def _folds(folds: np.ndarray[tuple[int, ...], np.dtype[np.int64]], things_: str) -> str:
    used = np.unique(folds[folds >= 0])
    never = int((folds < 0).sum())
    if len(used) == 1:
        held = int((folds == used[0]).sum())
        return f"To choose among models, {count(held)} further {things_} were held out of learning."
    said = (
        f"To choose among models, the other {things_} were divided into {len(used)} folds; each fold was answered by "
        "models that had learned from the other folds only (cross-validation)."
    )
    return said + (f" {count(never)} {things_} of very small classes were always learned from." if never else "")


def _scores(material: Material) -> list[Block]:
    outcome = material.outcome
    if outcome is None or not (outcome.validation or outcome.test):
        return [Paragraph("The scores of the run's summary are not there.", muted=True)]
    blocks: list[Block] = [Heading("Every score", 3)]
    samples = _samples(material)
    header = ("Score", f"Cross-validation{samples[0]}", f"Test part{samples[1]}")
    metrics = list(outcome.validation or outcome.test)
    rows = tuple(
        (METRICS.get(name, name), _cell(outcome.validation, name), _cell(outcome.test, name)) for name in metrics
    )
    blocks.append(Table(f"Scores with 95% intervals; {_chief(material)} was maximised", header, rows))
    return [*blocks, *_areas(outcome)]


def _samples(material: Material) -> tuple[str, str]:
    train, test = (material.part(part) for part in (Split.TRAIN, Split.TEST))
    checked = 0 if train is None or "fold" not in train.frame.columns else int((train.folds >= 0).sum())
    tested = 0 if test is None else len(test)
    return (f" ({count(checked)} samples)" if checked else "", f" ({count(tested)} samples)" if tested else "")


def _cell(scores: Scores, name: str) -> str:
    return between(scores[name]) if name in scores else "–"


def _chief(material: Material) -> str:
    return METRICS.get(material.task.metric, material.task.metric).partition(" (")[0]


def _areas(outcome: Outcome) -> list[Block]:
    named = {"validation": "cross-validation", "test": "test part"}
    said = [f"{amount(area, 3)} ({named.get(part, part)})" for part, area in outcome.areas.items() if area is not None]
    if not said:
        return []
    text = (
        f"Area under the learning curve over logarithmic time to the end of the budget (ALC): {', '.join(said)}. "
        "It follows from the one course of this run, so it has no interval."
    )
    return [Paragraph(text, muted=True)]
