from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from studio.cli.errors import UsageError
from studio.cli.options import duration, existing, fraction, milliseconds, seed


@pytest.mark.parametrize(
    ("text", "seconds"), [("60s", 60.0), ("10m", 600.0), ("2h", 7200.0), ("1.5m", 90.0), ("45", 45.0)]
)
def test_duration_reads_what_people_write(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "-5s", "soon", "10 days", "nan", "1e3s"])
def test_duration_refuses_the_rest_in_a_sentence(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="A duration looks like 60s, 10m or 2h"):
        duration(text)


@pytest.mark.parametrize("text", ["0", "0s", "9000h", "9" * 400])
def test_duration_refuses_nothing_and_forever(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="more than nothing and at most a year"):
        duration(text)


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.csv"
    path.touch()
    with pytest.raises(UsageError, match="not readable text"):
        existing(path)


@pytest.mark.parametrize("text", ["0", "0.15", "0.5"])
def test_fraction_accepts_shares(text: str) -> None:
    assert fraction(text) == float(text)


@pytest.mark.parametrize("text", ["-0.1", "0.9", "1", "15%", "nan", ""])
def test_fraction_refuses_what_is_no_share(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"between 0 and 0\.9"):
        fraction(text)


@pytest.mark.parametrize("text", ["-1", "1.5", "4294967296", "٣", ""])
def test_seed_refuses_what_is_no_small_whole_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="whole number"):
        seed(text)


def test_existing_names_what_is_missing(tmp_path: Path) -> None:
    assert existing(tmp_path) == tmp_path
    with pytest.raises(UsageError, match=r"There is no run .*nowhere"):
        existing(tmp_path / "nowhere", "run")


def test_a_time_for_one_answer_is_milliseconds() -> None:
    assert (milliseconds("20"), milliseconds("0.5ms")) == (20.0, 0.5)


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "2 s", "soon"])
def test_other_times_for_one_answer_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="looks like 20"):
        milliseconds(text)
