"""The first page: the one figure that counts, what it rests on, and what is missing."""

from __future__ import annotations

from datetime import datetime

from engine.results import words as results
from engine.results.report import Report
from engine.task import Modality
from engine.wording import amount, capital, count, duration, of_100
from exporters.report.document import Block, Heading, Headline, Note, Paragraph, Points
from exporters.report.material import Material
from exporters.report.sections.words import SHORT, asked, between, name_of, share_words

ENDED = {
    "budget": "the time was used up",
    "converged": "more time promised next to nothing",
    "finished": "the person ended it",
    "discarded": "the person threw it away",
    "failed": "it could not go on",
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def summary(material: Material) -> list[Block]:
    """Return the chapter."""
    blocks: list[Block] = [Heading("In short"), Paragraph(asked(material.task))]
    if material.model is None:
        blocks.append(Headline("No model", "The run left none, so this card describes what there is."))
    elif material.measured is None:
        blocks.append(_by_score(material))
    else:
        blocks += _measured(material.measured)
    if material.missing:
        blocks.append(Note("Missing here: " + " ".join(material.missing)))
    return blocks


def _by_score(material: Material) -> Headline:
    """Return the chief score of the run's summary, which is all where no single answers are known."""
    outcome, metric = material.outcome, material.task.metric
    found = {} if outcome is None else outcome.test or outcome.validation
    if outcome is None or metric not in found:
        return Headline("Not measured", "How good the model is cannot be said; see below what is missing.")
    where = "on the test part, which it never saw" if outcome.test else "by cross-validation"
    return Headline(f"{SHORT.get(metric, metric)} {amount(found[metric].value)}", f"{between(found[metric])}, {where}")


def _measured(measured: Report) -> list[Block]:
    blocks: list[Block] = [
        Headline(results.headline(measured), capital(results.interval(measured))),
        Paragraph(
            "The bounds are what so few samples allow: if the same number of new samples were drawn in the same way "
            "again and again, 95 of 100 such intervals would hold the true figure."
        ),
    ]
    points = [_baseline(measured), *_weakest(measured)]
    blocks.append(Points(tuple(point for point in points if point)))
    return blocks


def _baseline(measured: Report) -> str:
    if not measured.classifies:
        return results.explained(measured)
    name, share = measured.commonest
    return (
        f"For comparison: always answering “{name_of(name)}” would be right on {of_100(share.value)} of 100 of the "
        "same samples."
    )


def _weakest(measured: Report) -> list[str]:
    if not measured.classifies:
        return _largest(measured)
    known = [figures for figures in measured.classes if figures.found.total]
    if not known:
        return []
    least = min(known, key=lambda figures: (figures.found.value, -figures.found.total))
    said = [f"Weakest class: “{name_of(least.name)}”, of whose samples it found {share_words(least.found)}."]
    few = [figures for figures in known if figures.found.total < 20]
    if few:
        said.append(
            f"{count(len(few))} of {count(len(measured.classes))} classes were measured on fewer than 20 samples each, "
            "so their own figures are rough."
        )
    return said


def _largest(measured: Report) -> list[str]:
    verdicts = measured.verdicts
    row = int(measured.worst[0])
    off = abs(float(verdicts.truth[row]) - float(verdicts.said[row]))
    return [f"The largest error among these samples was {amount(off)}."]


def subtitle(material: Material) -> str:
    """Return what stands under the title: what was learned from, for how long, when."""
    kind = {
        Modality.IMAGE: "photos",
        Modality.AUDIO: "sounds",
        Modality.TEXT: "texts",
        Modality.TABLE: "a table",
    }[material.task.modality]
    parts = [f"learned from {kind}"]
    if material.outcome is not None:
        parts.append(f"in {duration(material.outcome.active_s)}")
    if material.moment is not None:
        parts.append(f"on {day(material.moment)}")
    return " ".join(parts)


def day(moment: datetime) -> str:
    """Return a date in words that no locale changes.

    >>> day(datetime(2026, 3, 9))
    '9 March 2026'
    """
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
