"""No step of the ladder hands over a model that nothing speaks for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exporters.edge.candidates import ITSELF, Candidate, LeftOut
from exporters.edge.ladder import Ladder, Taken
from exporters.edge.options import Device, EdgeOptions
from exporters.source import Source
from tests.exporters.edge.conftest import COLOURS
from tests.exporters.models import constant, model_of


@pytest.fixture(scope="module")
def climbed(source: Source) -> tuple[Taken, list[float]]:
    """What is taken where a model that nothing judges comes first, and the shares that were told."""

    def unjudged(*told: object) -> Iterator[Candidate | LeftOut]:
        yield Candidate("Another", model_of(COLOURS, constant(COLOURS)), None)
        yield LeftOut("Nothing", "there is none")
        yield LeftOut("Nothing", "there is none")
        yield Candidate(ITSELF, source.model, None, exact=True)

    shares: list[float] = []
    options = EdgeOptions(Device.BOARD, seconds=0.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("exporters.edge.ladder.candidates", unjudged)
        taken = Ladder(source, options, lambda share, text: shares.append(share)).climb()
    return taken, shares


def test_another_model_that_nothing_judges_is_not_taken_in_any_form(climbed: tuple[Taken, list[float]]) -> None:
    taken, _ = climbed
    assert (taken.candidate.name, taken.scheme.way) == (ITSELF, "float32")
    others = [rung for rung in taken.rungs if rung.name == "Another"]
    assert [(rung.taken, rung.verdict) for rung in others] == [
        (False, "Left out: there are no samples to judge it by.")
    ]


def test_progress_never_runs_backwards(climbed: tuple[Taken, list[float]]) -> None:
    _, shares = climbed
    assert shares == sorted(set(shares)) and shares[-1] < 0.9
