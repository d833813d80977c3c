"""What is asked of an artefact."""

from __future__ import annotations

from typing import Any

import pytest

from exporters.api import exporter
from exporters.edge.options import DEVICES, Device, EdgeOptions, number
from exporters.errors import ExportError


def test_what_is_not_said_is_a_point_on_this_computer() -> None:
    options = EdgeOptions.of()
    assert (options.device, options.max_loss, options.max_latency_ms) == (Device.COMPUTER, 0.01, None)


def test_losses_are_said_in_points() -> None:
    assert EdgeOptions.of(max_loss=2.5).max_loss == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"device": "toaster"}, "computer, board, phone, browser"),
        ({"max_loss": -1.0}, "0 to 100 points"),
        ({"max_loss": float("nan")}, "0 to 100 points"),
        ({"max_latency_ms": 0.0}, "more than 0 milliseconds"),
        ({"seconds": -1.0}, "0 seconds or more"),
    ],
)
def test_limits_that_make_no_sense_are_refused_in_a_sentence(said: dict[str, Any], words: str) -> None:
    with pytest.raises(ExportError, match=words):
        EdgeOptions.of(**said)


def test_words_that_are_no_numbers_are_refused() -> None:
    assert number("1.5") == 1.5
    with pytest.raises(ValueError, match="a number was expected, but got 'fast'"):
        number("fast")


def test_the_exporter_is_known_by_its_name_and_options() -> None:
    for device in DEVICES:
        assert exporter("edge", target=device, max_loss=1.0, max_latency=5.0, teach=0.0).target == "edge"
    with pytest.raises(ExportError, match="toaster"):
        exporter("edge", target="toaster")
