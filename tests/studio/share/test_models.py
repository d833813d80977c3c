"""What a run says of its two models is put side by side, and nothing is made up."""

from __future__ import annotations

import json
from pathlib import Path

from studio.share.models import Offer, offers, stamp
from tests.studio.recorded_runs import Recipe, record


def test_a_run_without_a_small_model_offers_the_whole(tmp_path: Path) -> None:
    run = record(tmp_path / "run", Recipe())
    whole, small = offers(run)
    assert small is None
    assert whole.score.startswith("right on ")
    assert stamp(run.model_path) > 0
    assert stamp(tmp_path / "nowhere") == 0


def test_both_are_told_with_size_time_and_score(tmp_path: Path) -> None:
    run = record(tmp_path / "run", Recipe())
    run.small_path.mkdir()
    (run.small_path / "model.json").write_text("{}")
    said = json.loads((run.path / "result.json").read_text())
    accuracy = {"accuracy": {"value": 0.8, "low": 0.7, "high": 0.9}}
    small = {"size_bytes": 2_000_000, "ms_per_sample": {"single": 1.5, "batch": 1}, "scores": {"validation": accuracy}}
    (run.path / "result.json").write_text(json.dumps({**said, "size_bytes": 9_000_000, "small": small}))
    whole, found = offers(run)
    assert whole.size == "9 MB learned"
    assert found == Offer("2 MB learned", "1.5 ms", "right on 80 of 100 (between 70 and 90)")
    assert found.words == "2 MB learned · 1.5 ms for one sample · right on 80 of 100 (between 70 and 90)"


def test_damaged_results_say_nothing(tmp_path: Path) -> None:
    run = record(tmp_path / "run", Recipe())
    for content in ("{", "[]"):
        (run.path / "result.json").write_text(content)
        assert offers(run)[0].words == ""
