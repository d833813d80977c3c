"""What an export came to, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio import wording
from studio.share.exporting import Exported

_POINTS = 100.0
_NAMES = {
    "accuracy": "right on {} of 100",
    "nauc": "picks the right one of two in {} of 100 cases",
    "r2": "explains {} of 100 parts of the differences",
}


def plain_difference(value: float) -> str:
    """Return a small difference without scientific notation.

    >>> plain_difference(3.2e-6), plain_difference(0.0), plain_difference(4e-12)
    ('0.000003', '0', 'less than 0.0000001')
    """
    if value == 0:
        return "0"
    if value < 1e-7:
        return "less than 0.0000001"
    digits = next(number for number in range(1, 9) if round(value, number) > 0)
    return f"{value:.{digits}f}"


def badge(exported: Exported) -> tuple[str, str]:
    """Return the level and the words of the proof; both empty for what is no model."""
    if exported.comparison is not None and exported.comparison["judged_by"] != "parity":
        return _judged(exported.comparison)
    if not exported.parity:
        return "", ""
    return "good", parity(exported.parity)


def parity(figures: Mapping[str, Any]) -> str:
    """Return how the file was proven equal to the model."""
    samples, ties = int(figures["samples"]), int(figures["ties"])
    made_up = samples - int(figures["real_samples"])
    of_them = f", {wording.count(made_up)} of them made-up edge cases" if made_up and made_up < samples else ""
    answers = f"Same answers, but for {ties} exact ties." if ties else "Same answers."
    return (
        f"Proven equal to your model. Checked on {wording.count(samples)} samples{of_them}: largest difference "
        f"{plain_difference(float(figures['difference']))}. {answers}"
    )


def facts(exported: Exported) -> str:
    """Return how large and how fast it is."""
    size = wording.size(exported.bytes)
    took = exported.milliseconds
    if took is None:
        return size
    return f"{size} · {wording.amount(took)} ms for one sample on this computer's processor"


def score(exported: Exported) -> str:
    """Return what the artefact itself reached on the untouched part; empty for what is no model."""
    if exported.score is not None:
        said = wording.capital(scored(exported.score))
        samples = wording.count(int(exported.score["samples"]))
        return f"{said}: measured with this very export on {samples} samples it never saw."
    if not exported.parity or exported.comparison is not None:
        return ""
    return "There were no samples that the model had never seen, so its score was not measured again."


def notes(exported: Exported) -> list[str]:
    """Return what else there is to know, sentence by sentence."""
    said = list(exported.notes)
    stem = exported.path.name.removesuffix("-card.html")
    if stem != exported.path.name:
        said.append(f"Beside it: {stem}-card.pdf, to be printed, and {stem}-sbom.cdx.json, the bill of what is inside.")
    if exported.comparison is not None and exported.comparison["unchanged"]:
        said.append("Nothing smaller kept what was asked, so this is the model as it is served.")
    return [*said, *exported.sentences[-1:]]  # the last one says what the times mean; the others are in the tables


def scored(said: Mapping[str, Any]) -> str:
    """Return a score with its interval.

    >>> scored({"metric": "accuracy", "value": 0.94, "low": 0.9, "high": 0.97})
    'right on 94 of 100 (between 90 and 97)'
    >>> scored({"metric": "log_loss", "value": 0.412, "low": 0.4, "high": 0.5})
    'log_loss 0.412 (between 0.4 and 0.5)'
    """
    metric = str(said["metric"])
    values = [float(said[key]) for key in ("value", "low", "high")]
    if metric == "nauc":  # twice the share of right choices between two samples, less one
        values = [(1 + value) / 2 for value in values]
    shown = [wording.of_100(value) if metric in _NAMES else wording.amount(value) for value in values]
    name = _NAMES.get(metric, f"{metric} {{}}").format(shown[0])
    return f"{name} (between {shown[1]} and {shown[2]})"


def _judged(comparison: Mapping[str, Any]) -> tuple[str, str]:
    """Return how a model that was changed keeps its accuracy."""
    allowed = f"{_POINTS * float(comparison['max_loss']):g}"
    loss = comparison["loss"]
    if loss is None:
        return (
            "warning",
            "It was changed, and there were no samples that the model never saw to measure what that cost.",
        )
    value, low, high = (f"{_POINTS * float(loss[key]):.1f}" for key in ("value", "low", "high"))
    what = "nothing" if float(loss["value"]) <= 0 else f"{value} points"
    lost = f"On samples it never saw it loses {what} (between {low} and {high} points); {allowed} were allowed."
    return ("good", f"It keeps the accuracy. {lost}") if comparison["within"] else ("warning", f"Take care. {lost}")
