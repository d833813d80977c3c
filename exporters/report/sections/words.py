"""What several chapters call things."""

from __future__ import annotations

from collections.abc import Sequence

from engine.results.figures import Share
from engine.task import Kind, Task
from engine.wording import amount, count, listing, noun, of_100, things
from exporters.report.material import Material
from exporters.report.outcome import Figure
from exporters.report.plain import shortened, shown

NAME = 60
METRICS = {
    "nauc": "Ranking quality (NAUC: 2·AUC − 1, mean over classes)",
    "accuracy": "Accuracy (share of samples answered rightly)",
    "macro_f1": "Macro F1 (balance of found and rightly named, mean over classes)",
    "log_loss": "Log-loss (surprise at the truth; lower is better)",
    "r2": "R² (share of the variance explained)",
    "rmse": "RMSE (typical error, large ones count more; lower is better)",
}
SHORT = {
    "nauc": "NAUC",
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "log_loss": "log-loss",
    "r2": "R²",
    "rmse": "RMSE",
}


def name_of(text: str) -> str:
    """Return a class, a column or a sample's name as the card shows it."""
    return shortened(shown(text), NAME)


def names(all_of_them: Sequence[str], most: int = 6) -> str:
    """Return names as in a sentence, the rest counted."""
    return listing([name_of(name) for name in all_of_them], most)


def between(figure: Figure) -> str:
    """Return a score with its interval.

    >>> between(Figure(0.925, 0.9, 0.95))
    '0.925 (0.9 to 0.95)'
    """
    return f"{amount(figure.value, 4)} ({amount(figure.low, 4)} to {amount(figure.high, 4)})"


def share_words(share: Share) -> str:
    """Return a share with its counts and interval.

    >>> share_words(Share(9, 10))
    '9 of 10 · 90% (60–98)'
    """
    if not share.total:
        return "–"
    low, high = share.interval
    counts = f"{count(share.right)} of {count(share.total)}"
    return f"{counts} · {of_100(share.value)}% ({of_100(low)}–{of_100(high)})"


def measured_on(material: Material) -> str:
    """Return what the figures were measured on, as it stands in captions."""
    if material.measured is None:
        return ""
    number = things(material.task.modality, len(material.measured.verdicts))
    if material.tested:
        return f"Measured on the test part: {number} that the model neither learned from nor was chosen by."
    return f"Measured by cross-validation: {number}, each answered by models that had not learned from it."


def asked(task: Task) -> str:
    """Return what the model does, as a sentence."""
    target = "" if task.target is None else f" “{name_of(task.target)}”"
    if task.kind is Kind.REGRESSION:
        return f"It takes {_one(task)} and answers with a number{' for' + target if target else ''}."
    these = f"{count(len(task.classes))} classes"
    if task.kind is Kind.MULTILABEL:
        said = f"tells which of these {these} it shows: {names(task.classes)}"
        return f"It takes {_one(task)} and {said}. Several may hold, or none."
    which = f"{these} of{target}" if target else these
    return f"It takes {_one(task)} and answers with one of {which}, and how sure it is: {names(task.classes)}."


def _one(task: Task) -> str:
    return f"a {noun(task.modality)[:-1]}"
