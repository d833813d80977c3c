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


def test_another_model_that_nothing_judges_is_not_taken_in_any_form(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unjudged(*told: object) -> Iterator[Candidate | LeftOut]:
        yield Candidate("Another", model_of(COLOURS, constant(COLOURS)), None)
        yield LeftOut("Nothing", "there is none")
        yield LeftOut("Nothing", "there is none")
        yield Candidate(ITSELF, source.model, None, exact=True)

    monkeypatch.setattr("exporters.edge.ladder.candidates", unjudged)
    taken = Ladder(source, EdgeOptions(Device.BOARD, seconds=0.0), lambda share, text: None).climb()
    assert (taken.candidate.name, taken.scheme.way) == (ITSELF, "float32")
    others = [rung for rung in taken.rungs if rung.name == "Another"]
    assert [(rung.taken, rung.verdict) for rung in others] == [
        (False, "Left out: there are no samples to judge it by.")
    ]
