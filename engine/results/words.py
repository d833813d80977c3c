"""The results in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine import wording
from engine.results.figures import Z_95, Share
from engine.results.report import Report, load_report
from engine.task import Kind

if TYPE_CHECKING:
    from engine.run.folder import RunFolder

PART_NAMES = {"test": "it never saw", "validation": "it had not learned from when it was asked"}
WHY_ENDED = {
    "budget": "The time was used up.",
    "converged": "It ended early, since nothing left to try in the time would have helped.",
    "finished": "You ended it.",
    "failed": "It could not go on.",
}


def headline(report: Report) -> str:
    """Return the one figure that counts, as a sentence."""
    if report.several:
        return f"All classes right on {wording.of_100(report.right.value)} of 100"
    if report.classifies:
        return f"Right on {wording.of_100(report.right.value)} of 100"
    return f"Off by {wording.amount(report.errors.typical)} on average"


def interval(report: Report) -> str:
    """Return between which figures the headline lies, and what it was measured on."""
    things = wording.things(report.task.modality, len(report.verdicts))
    if report.classifies:
        bounds = _between(*report.right.interval)
    else:
        low, high = report.errors.typical_interval
        bounds = f"between {wording.amount(low)} and {wording.amount(high)}"
    return f"{bounds} – measured on {things} {PART_NAMES[report.verdicts.part]}"


def of_100(share: Share) -> str:
    """Return a share with its interval.

    >>> of_100(Share(79, 84))
    '94 of 100 (between 87 and 97)'
    """
    low, high = share.interval
    return f"{wording.of_100(share.value)} of 100 ({_between(low, high)})"


def uncertainty(report: Report) -> str:
    """Return what else an honest reader must know, as sentences."""
    said = []
    if report.classifies:
        name, share = report.commonest
        said.append(f"Always answering {name} would be right on {wording.of_100(share.value)} of 100.")
    else:
        said.append(explained(report))
    if report.verdicts.part == "validation":
        said.append(
            "No test part was kept aside, or the training has not ended: the same samples also helped to choose the "
            "model, so expect slightly less on new ones."
        )
    return " ".join(said)


def off_by(run: RunFolder) -> str:
    """Return how far a regression's answers are from the truth as a rule; empty for classes. Reads files."""
    report = load_report(run) if run.task.kind is Kind.REGRESSION else None
    if report is None:
        return ""
    return f"Such answers are off by {wording.amount(report.errors.typical)} on average ({interval(report)})."


def explained(report: Report) -> str:
    """Return R² in words, with its interval."""
    errors = report.errors
    what = report.task.target or "the value"
    if math.isnan(errors.explained):
        return f"All samples have the same {what}, so there is nothing to explain."
    if errors.explained <= 0:
        return f"It is no better than always answering the average {what}."
    low, high = errors.explained_interval
    bounds = f"between {wording.of_100(low)} and {wording.of_100(high)}"
    return f"It explains {wording.of_100(errors.explained)} of 100 parts of why {what} differs ({bounds})."


def ending(report: Report) -> str:
    """Return why training ended, and after how long."""
    result = report.result
    if result is None:
        return "The training has not ended; these are the results so far."
    why = WHY_ENDED.get(str(result["stopped_because"]), "")
    used = wording.duration(float(result["active_s"]))
    return f"Trained for {used} of {wording.duration(float(result['budget_s']))}. {why}".strip()


def comparison(report: Report, previous: Report) -> str:
    """Return how this run stands beside the one before it, and whether chance alone could explain that."""
    if not report.classifies:
        return _compared_errors(report, previous)
    now, before = report.right, previous.right
    points = round(100 * now.value) - round(100 * before.value)
    was = f"The training before was right on {of_100(before)}."
    if points == 0:
        return f"{was} This one is as good."
    better = "better" if points > 0 else "worse"
    chance = "" if _differs(now, before) else " That small a difference can be chance."
    return f"{was} This one is {better} by {abs(points)}.{chance}"


def _compared_errors(report: Report, previous: Report) -> str:
    now, before = report.errors, previous.errors
    low, high = before.typical_interval
    was = f"The training before was off by {wording.amount(before.typical)} on average."
    better = "closer" if now.typical < before.typical else "further off"
    chance = " That small a difference can be chance." if low <= now.typical <= high else ""
    return f"{was} This one is {better}.{chance}"


def worst_title(report: Report) -> str:
    """Return what the list of the worst samples is called."""
    if not report.classifies:
        return "Largest errors first"
    if len(report.worst):
        return "Worst mistakes first"
    return f"No mistakes: all {wording.things(report.task.modality, len(report.verdicts))} were named rightly"


def verdict(report: Report, row: int) -> str:
    """Return what the model said of one sample, beside the truth."""
    verdicts = report.verdicts
    if report.task.kind is Kind.REGRESSION:
        truth, said = float(verdicts.truth[row]), float(verdicts.said[row])
        return f"is {wording.amount(truth, 6)}, it said {wording.amount(said, 4)}"
    if report.several:
        return _verdict_on_several(report, row)
    truth_code, said_code = int(verdicts.truth[row]), int(verdicts.said[row])
    sure = wording.of_100(float(verdicts.probabilities[row, said_code]))
    names = report.task.classes
    if truth_code == said_code:
        return f"{names[truth_code]}, rightly ({sure}% sure)"
    return f"is {names[truth_code]}, it said {names[said_code]} ({sure}% sure)"


def _verdict_on_several(report: Report, row: int) -> str:
    true_sets, said_sets = report.verdicts.sets
    truth, said = true_sets[row], said_sets[row]
    wrong = np.flatnonzero(truth != said)
    if not len(wrong):
        return f"{report.named(truth)}, rightly"
    shares = report.verdicts.probabilities[row]
    worst = int(wrong[np.abs(shares[wrong] - truth[wrong]).argmax()])
    doubt = f"{report.task.classes[worst]}: {wording.of_100(float(shares[worst]))}%"
    return f"is {report.named(truth)}, it said {report.named(said)} ({doubt})"


def _differs(first: Share, second: Share) -> bool:
    """Tell whether two shares differ by more than chance allows (two-proportion z-test, 5%)."""
    pooled = (first.right + second.right) / (first.total + second.total)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / first.total + 1 / second.total))
    return spread > 0 and abs(first.value - second.value) / spread > Z_95


def _between(low: float, high: float) -> str:
    return f"between {wording.of_100(low)} and {wording.of_100(high)}"
