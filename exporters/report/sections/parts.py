"""What the model is made of: its members with their shares, what they came from, size and speed, the small one."""

from __future__ import annotations

from pathlib import Path

from engine.model.folder import MemberRecord
from engine.task import Modality
from engine.wording import amount, of_100, size
from exporters.report.document import Block, Facts, Figure, Heading, Paragraph, Table
from exporters.report.material import Material
from exporters.report.outcome import Outcome, Small
from exporters.report.plots.shares import Bar, bars
from exporters.report.sections.words import SHORT, between, name_of

KINDS = {
    "constant": "the same answer for all",
    "image.thumbnail": "a kernel machine on tiny pictures",
    "image.features": "a fitted head on features of a pretrained network",
    "image.network": "convolutional networks, tuned on the data",
    "audio.features": "a fitted head on features of sound and of pretrained networks",
    "audio.network": "networks that listen, tuned on the data",
    "text.ngrams": "a linear machine on counted words and runs of letters",
    "text.features": "a fitted head on features of a pretrained language network",
    "text.network": "language networks, tuned on the data",
    "text.shallow": "small networks over words, trained from the beginning",
    "table.lightgbm": "boosted trees (LightGBM)",
    "table.linear": "a linear machine on expanded columns",
    "table.network": "small networks for tables",
    "table.trees": "forests of random trees",
}
_MOST_DRAWN = 20


def parts(material: Material) -> list[Block]:
    """Return the chapter; nothing without a model."""
    model = material.model
    if model is None:
        return []
    order = sorted(model.members, key=lambda member: -member.weight)
    blocks: list[Block] = [Heading("What it is made of"), Paragraph(_together(len(order)))]
    if len(order) > 1:
        blocks.append(_shares(order))
    rows = tuple(
        (
            name_of(one.name),
            KINDS.get(one.kind, name_of(one.kind)),
            f"{of_100(one.weight)} of 100",
            size(_bytes(one.folder)),
        )
        for one in order
    )
    blocks.append(Table("The parts", ("Part", "What it is", "Counts for", "Files"), rows, frozenset({2, 3})))
    facts = (
        [("Answers made as sure as right by temperature", amount(model.temperature))] if material.task.classes else []
    )
    if material.outcome is not None:
        facts += _cost(material.outcome)
    blocks += [Facts(tuple(facts))] if facts else []
    if material.outcome is not None and material.outcome.small is not None:
        blocks += _small(material, material.outcome.small)
    return blocks


def _together(number: int) -> str:
    if number == 1:
        return "One part gives the answer."
    said = f"{number} parts answer, and their answers are averaged by the shares below"
    return f"{said}, which were chosen by cross-validation."


def _shares(order: list[MemberRecord]) -> Figure:
    drawn = [Bar(name_of(one.name), (one.weight,), f"{of_100(one.weight)} of 100") for one in order[:_MOST_DRAWN]]
    said = "; ".join(f"{name_of(one.name)} {of_100(one.weight)} of 100" for one in order[:_MOST_DRAWN])
    scene = bars(drawn, ("share",), "How much each part counts", f"Shares in the answer: {said}.")
    return Figure(scene, "How much each part counts in the answer.")


def _bytes(folder: Path) -> int:
    try:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    except OSError:  # a run that goes on has replaced the model meanwhile
        return 0


def _cost(outcome: Outcome) -> list[tuple[str, str]]:
    facts = []
    if outcome.size_bytes is not None:
        facts.append(("Size of the model", size(outcome.size_bytes)))
    if outcome.single_ms is not None:
        facts.append(
            ("Time for one sample alone", f"{amount(outcome.single_ms)} ms, measured once on the training computer")
        )
    if outcome.batch_ms is not None:
        facts.append(("Time for one of many", f"{amount(outcome.batch_ms)} ms, measured once on the training computer"))
    return facts


def _small(material: Material, small: Small) -> list[Block]:
    metric = material.task.metric
    chief = SHORT.get(metric, metric)
    facts = [("Part", name_of(small.member)), ("Size", size(small.size_bytes))]
    if small.single_ms is not None:
        facts.append(("Time for one sample alone", f"{amount(small.single_ms)} ms"))
    for scores, where in ((small.test, "on the test part"), (small.validation, "by cross-validation")):
        if metric in scores:
            facts.append((f"{chief} {where}", between(scores[metric])))
    outcome = material.outcome
    whole = outcome and (outcome.test or outcome.validation).get(metric)
    if whole:
        where = "on the test part" if outcome and outcome.test else "by cross-validation"
        facts.append((f"The whole model's {chief} {where}", between(whole)))
    blocks: list[Block] = [Heading("The one small model beside it", 3), Facts(tuple(facts))]
    return blocks


PRETRAINED = {
    Modality.IMAGE: "photos of everyday things from the web (ImageNet)",
    Modality.AUDIO: "speech and everyday sounds from the web",
    Modality.TEXT: "English sentences from the web",
}
"""What the pretrained networks of a modality have seen, as far as their makers tell."""
