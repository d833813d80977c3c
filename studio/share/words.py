"""What an export came to, in sentences."""

from __future__ import annotations

from studio import wording
from studio.share.exporting import Exported


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


def parity(exported: Exported) -> str:
    """Return how the file was proven equal to the model."""
    made_up = exported.samples - exported.real_samples
    of_them = f", {wording.count(made_up)} of them made-up edge cases" if made_up and exported.real_samples else ""
    answers = "Same answers."
    if exported.ties:
        answers = f"Same answers, but for {exported.ties} exact ties."
    return (
        f"Checked on {wording.count(exported.samples)} samples{of_them}: largest difference "
        f"{plain_difference(exported.difference)}. {answers}"
    )


def facts(exported: Exported) -> str:
    """Return how large and how fast the file is."""
    speed = wording.amount(exported.milliseconds)
    return f"{wording.size(exported.bytes)} · {speed} ms for one sample on this computer's processor"
