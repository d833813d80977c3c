"""Where it fails: each class, what is taken for what, how far off numbers are, and the worst samples."""

from __future__ import annotations

import math

import numpy as np

from engine.arrays import FloatArray
from engine.results.figures import Z_95, ClassFigures
from engine.results.report import Report
from engine.results.words import explained
from engine.wording import amount, count
from exporters.report.document import Block, Figure, Heading, Paragraph, Table
from exporters.report.material import Material
from exporters.report.plots.matrix import MOST, gathered, matrix
from exporters.report.plots.numbers import MOST_DOTS, beside_truth, histogram
from exporters.report.plots.shares import Pair, pairs
from exporters.report.sections.samples import worst
from exporters.report.sections.words import measured_on, name_of, share_words

_MOST_DRAWN, _MIXUPS, _RESAMPLES = 24, 15, 200


def failures(material: Material) -> list[Block]:
    """Return the chapter; nothing where nothing was measured."""
    measured = material.measured
    if measured is None:
        return []
    blocks: list[Block] = [Heading("Where it fails"), Paragraph(measured_on(material))]
    if measured.classifies:
        blocks += _classes(measured)
        blocks += [] if measured.several else _mixups(measured)
    else:
        blocks += _numbers(measured)
    return [*blocks, *worst(material, measured)]


def _classes(measured: Report) -> list[Block]:
    order = sorted(measured.classes, key=_weakness)
    drawn = order[:_MOST_DRAWN]
    more = "" if len(drawn) == len(order) else f" The {len(drawn)} weakest of {count(len(order))} classes."
    rows = tuple((name_of(one.name), share_words(one.found), share_words(one.trusted)) for one in order)
    return [
        Heading("Each class, weakest first", 3),
        Figure(
            pairs([Pair(one.name, one.found, one.trusted) for one in drawn]),
            "Of each class: how many of its samples were found (recall), and how often it was right to name it "
            f"(precision). Lines are 95% intervals.{more}",
        ),
        Table(
            "Each class with counts and 95% intervals, in percent",
            ("Class", "Found of those that are so (recall)", "Right of those named so (precision)"),
            rows,
            first=20,
        ),
    ]


def _weakness(one: ClassFigures) -> tuple[float, float]:
    found = 2.0 if math.isnan(one.found.value) else one.found.value
    return found, 2.0 if math.isnan(one.trusted.value) else one.trusted.value


def _mixups(measured: Report) -> list[Block]:
    names, counts = measured.task.classes, measured.matrix
    grid = gathered(names, counts)
    caption = "What was taken for what. Each row is one class; the stronger a cell, the larger its share of the row."
    if grid.others:
        caption += f" The {MOST - 1} classes with the most mistakes are drawn, all others are gathered in one."
    blocks: list[Block] = [Heading("What was taken for what", 3), Figure(matrix(grid), caption)]
    wrong = counts - np.diag(np.diag(counts))
    places = np.argsort(-wrong, axis=None, kind="stable")[:_MIXUPS]
    pairs_ = [divmod(int(place), len(names)) for place in places if wrong.flat[place]]
    if not pairs_:
        return [*blocks, Paragraph("Nothing was taken for anything else among these samples.")]
    rows = tuple(
        (name_of(names[true]), name_of(names[said]), count(int(wrong[true, said])), count(int(counts[true].sum())))
        for true, said in pairs_
    )
    header = ("It is", "The model said", "How often", "Samples of the class")
    return [*blocks, Table("The commonest mix-ups", header, rows, frozenset({2, 3}), 15)]


def _numbers(measured: Report) -> list[Block]:
    verdicts, what = measured.verdicts, name_of(measured.task.target or "the value")
    off = verdicts.said - verdicts.truth
    rows = tuple((f"{share} of 100 are off by at most", *_reach(off, share)) for share in (50, 80, 90, 95))
    dots = f" An even {count(MOST_DOTS)} at most are drawn." if len(off) > MOST_DOTS else ""
    return [
        Paragraph(f"{explained(measured)} {_lean(off)}".strip()),
        Figure(
            beside_truth(verdicts.truth, verdicts.said, what),
            f"The model's answer beside the truth, a dot a sample ({count(len(off))}); on the dashed line it is "
            f"right.{dots}",
        ),
        Figure(
            histogram(off, f"answer minus true {what}", "How far off the answers are", zero=True),
            "How far off the answers are; left of the dashed line they are too low.",
        ),
        Table(
            "How far off answers are, with 95% bootstrap intervals",
            ("Of all answers", "Off by", "Between"),
            rows,
            frozenset({1, 2}),
        ),
    ]


def _lean(off: FloatArray) -> str:
    """Return whether answers are too high or too low on average, with the 95% interval of that mean."""
    if len(off) < 2:
        return ""
    mean, half = float(off.mean()), Z_95 * float(off.std(ddof=1)) / math.sqrt(len(off))
    if abs(mean) <= half:
        bounds = f"the mean difference is {amount(mean)} (between {amount(mean - half)} and {amount(mean + half)})"
        return f"Answers lean to neither side by more than chance explains: {bounds}."
    side = "high" if mean > 0 else "low"
    bounds = f"(between {amount(abs(mean) - half)} and {amount(abs(mean) + half)})"
    return f"On average answers are too {side} by {amount(abs(mean))} {bounds}."


def _reach(off: FloatArray, share: int) -> tuple[str, str]:
    """Return how far off a share of 100 answers are at most, and between which bounds that lies."""
    distance, rng = np.abs(off), np.random.default_rng(0)
    found = [np.percentile(distance[rng.integers(0, len(off), len(off))], share) for _ in range(_RESAMPLES)]
    low, high = (amount(float(bound)) for bound in np.percentile(found, [2.5, 97.5]))
    return amount(float(np.percentile(distance, share))), f"{low} and {high}"
