"""How it got there: the learning curve, who took over when, what each learner cost, time and memory."""

from __future__ import annotations

from engine.curve import CONSTANT
from engine.wording import amount, duration, of_100, size
from exporters.report.document import Block, Facts, Figure, Heading, Paragraph, Points, Table
from exporters.report.history import History, Improvement
from exporters.report.material import Material
from exporters.report.plots.curve import Step, curve
from exporters.report.sections.summary import ENDED
from exporters.report.sections.words import SHORT, name_of


def training(material: Material) -> list[Block]:
    """Return the chapter; nothing for a model without its run."""
    if material.run is None:
        return []
    blocks: list[Block] = [Heading("How it learned"), Facts(tuple(_facts(material)))]
    history = material.history
    if history is not None and history.improvements:
        blocks += _curve(material, history)
    if history is not None:
        blocks += _work(history)
    if material.outcome is not None and material.outcome.notes:
        said = set(material.run.options.notes)
        blocks += [Points(notes)] if (notes := tuple(n for n in material.outcome.notes if n not in said)) else []
    return blocks


def _facts(material: Material) -> list[tuple[str, str]]:
    facts, outcome, history = [], material.outcome, material.history
    assert material.run is not None
    facts.append(("Time allowed", duration(material.run.options.budget_s)))
    if outcome is not None:
        why = ENDED.get(outcome.stopped_because, outcome.stopped_because)
        facts.append(("Time spent", f"{duration(outcome.active_s)}; ended because {why}"))
        if outcome.first_s is not None:
            facts.append(("First model after", duration(outcome.first_s)))
        if outcome.enough_s is not None:
            facts.append(("99% of the gain stood after", duration(outcome.enough_s)))
    elif history is not None:
        facts.append(("Time spent", f"{duration(history.active_s)}, as far as the journal goes"))
    if history is not None and history.peak_mb:
        facts.append(("Most memory seen", size(int(history.peak_mb * 1e6)) + " (all processes together)"))
    if history is not None and history.sittings > 1:
        facts.append(("Sittings", f"{history.sittings}: it was interrupted and went on"))
    return facts


def _curve(material: Material, history: History) -> list[Block]:
    found = history.improvements
    in_shares = all(one.accuracy is not None for one in found)
    what = "right, of 100" if in_shares else SHORT.get(material.task.metric, material.task.metric)
    marks = _marks(found)
    steps = [_step(one, mark, in_shares) for one, mark in zip(found, marks, strict=True)]
    rows: list[tuple[str, ...]] = [
        (_after(one.moment), mark, _learner(one), *_scores(one)) for one, mark in zip(found, marks, strict=True)
    ]
    caption = (
        f"How good the model was at each moment ({what}), on samples that were held out of learning in turn"
        f"{_checked(found)}. The band is the 95% interval. Numbers mark where another learner brought the improvement."
    )
    chief = SHORT.get(material.task.metric, material.task.metric)
    header: tuple[str, ...] = ("After", "Mark", "Brought by", f"{chief} (95% interval)", "Right, of 100")
    keep = slice(0, 5 if in_shares else 4)
    table = Table(
        "Each improvement, by cross-validation; the samples also helped to choose, so this is not the final measure",
        header[keep],
        tuple(row[keep] for row in rows),
        first=16,
    )
    end = max(history.active_s, found[-1].moment)
    return [Figure(curve(steps, end, what), caption), table]


def _after(moment: float) -> str:
    return duration(moment) if moment >= 10 else f"{amount(moment, 2)} s"


def _marks(found: list[Improvement]) -> list[str]:
    """Number the improvements that came from another learner than the one before."""
    marks, number, before = [], 0, None
    for one in found:
        changed = one.learner != before
        number += changed
        marks.append(str(number) if changed else "")
        before = one.learner
    return marks


def _step(one: Improvement, mark: str, in_shares: bool) -> Step:
    if in_shares and one.accuracy is not None:
        low, high = one.accuracy_interval
        return Step(one.moment, 100 * one.accuracy, 100 * low, 100 * high, mark)
    return Step(one.moment, one.score, *one.interval, mark)


def _learner(one: Improvement) -> str:
    return "a plain guess, the same for all" if one.learner == CONSTANT else name_of(one.learner)


def _scores(one: Improvement) -> tuple[str, str]:
    low, high = one.interval
    score = f"{amount(one.score)} ({amount(low)} to {amount(high)})"
    if one.accuracy is None:
        return score, ""
    low, high = one.accuracy_interval
    return score, f"{of_100(one.accuracy)} ({of_100(low)}–{of_100(high)})"


def _checked(found: list[Improvement]) -> str:
    return f" ({found[-1].checked:,} of them)"


def _work(history: History) -> list[Block]:
    if not history.learners:
        return []
    order = sorted(history.learners.items(), key=lambda item: -item[1].seconds)
    rows = tuple(
        (name_of(name), f"{work.seconds:.1f} s", str(work.slices), str(work.failures) if work.failures else "–")
        for name, work in order
    )
    blocks: list[Block] = [
        Table("What each learner was given", ("Learner", "Time", "Slices", "Failed"), rows, frozenset({1, 2, 3}), 12)
    ]
    if history.failures:
        told = [f"{name_of(name)}: {name_of(why)}" for name, why in history.failures[:5]]
        more = len(history.failures) - len(told)
        blocks.append(Paragraph("Failed slices: " + "; ".join(told) + (f"; and {more} more." if more > 0 else ".")))
    return blocks
