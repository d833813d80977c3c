"""No step of the ladder hands over a model that nothing speaks for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exporters.edge.candidates import ITSELF, Candidate, LeftOut
from exporters.edge.ladder import Ladder
from exporters.edge.options import Device, EdgeOptions
from exporters.source import Source
from tests.exporters.edge.conftest import COLOURS
from tests.exporters.models import constant, model_of


@pytest.fixture
def ladder(source: Source, monkeypatch: pytest.MonkeyPatch) -> tuple[Ladder, list[float]]:
    """A ladder on which a model that nothing judges comes first, and the shares it tells."""

    def unjudged(*told: object) -> Iterator[Candidate | LeftOut]:
        yield Candidate("Another", model_of(COLOURS, constant(COLOURS)), None)
        yield LeftOut("Nothing", "there is none")
        yield LeftOut("Nothing", "there is none")
        yield Candidate(ITSELF, source.model, None, exact=True)

    monkeypatch.setattr("exporters.edge.ladder.candidates", unjudged)
    shares: list[float] = []
    options = EdgeOptions(Device.BOARD, seconds=0.0)
    return Ladder(source, options, lambda share, text: shares.append(share)), shares


def test_another_model_that_nothing_judges_is_not_taken_in_any_form(ladder: tuple[Ladder, list[float]]) -> None:
    taken = ladder[0].climb()
    assert (taken.candidate.name, taken.scheme.way) == (ITSELF, "float32")
    others = [rung for rung in taken.rungs if rung.name == "Another"]
    assert [(rung.taken, rung.verdict) for rung in others] == [
        (False, "Left out: there are no samples to judge it by.")
    ]


def test_progress_never_runs_backwards(ladder: tuple[Ladder, list[float]]) -> None:
    ladder[0].climb()
    assert ladder[1] == sorted(set(ladder[1])) and ladder[1][-1] < 0.9
