"""Finding the model to be exported."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.learners.constant import ConstantMember
from exporters.errors import NothingToExport
from exporters.source import fingerprint, open_source, small_model
from tests.engine.flowers import FLOWERS, flower_run
from tests.exporters.models import model_of

MODEL = model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6])))
RESULT = {"stopped_because": "budget", "score": {"metric": "nauc", "test": 0.9}}


def finished_run(folder: Path) -> Path:
    run = flower_run(folder)
    MODEL.save(run.model_path)
    run.write_result(RESULT)
    return run.path


def test_a_run_brings_model_samples_and_score(tmp_path: Path) -> None:
    source = open_source(finished_run(tmp_path / "flowers"))
    assert source.name == "flowers"
    assert source.model.task == FLOWERS
    assert source.dataset is not None
    assert len(source.dataset) == 240
    assert source.result == RESULT


def test_the_model_folder_of_a_run_is_the_run(tmp_path: Path) -> None:
    run = finished_run(tmp_path / "flowers")
    source = open_source(run / "model")
    assert (source.name, source.result) == ("flowers", RESULT)
    assert source.dataset is not None


def test_a_run_inside_a_project_is_called_like_the_project(tmp_path: Path) -> None:
    assert open_source(finished_run(tmp_path / "My garden" / "runs" / "0001")).name == "My-garden"


def test_a_run_that_still_goes_on_has_no_score_yet(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "flowers")
    MODEL.save(run.model_path)
    assert open_source(run.path).result is None


def test_a_model_folder_alone_is_enough(tmp_path: Path) -> None:
    MODEL.save(tmp_path / "alone")
    source = open_source(tmp_path / "alone")
    assert (source.name, source.dataset, source.result) == ("alone", None, None)


def test_damaged_samples_and_score_do_not_stop_the_model(tmp_path: Path) -> None:
    run = finished_run(tmp_path / "flowers")
    (run / "dataset.parquet").write_bytes(b"junk")
    (run / "result.json").write_bytes(b"junk")
    source = open_source(run)
    assert (source.dataset, source.result) == (None, None)


def test_a_run_without_a_model_is_met_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NothingToExport, match=r"has not made a model yet.*Wait for its first model"):
        open_source(flower_run(tmp_path / "flowers").path)


def test_other_folders_and_nothing_are_met_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NothingToExport, match="There is nothing at"):
        open_source(tmp_path / "absent")
    with pytest.raises(NothingToExport, match="neither a run nor a model"):
        open_source(tmp_path)


@pytest.mark.parametrize(("file", "why"), [("plan.json", "plan of the run"), ("model/model.json", "is damaged")])
def test_damage_is_met_with_a_sentence(tmp_path: Path, file: str, why: str) -> None:
    run = finished_run(tmp_path / "flowers")
    (run / file).write_text("{")
    with pytest.raises(NothingToExport, match=rf"{why}.*Nothing was exported"):
        open_source(run)


def test_the_fingerprint_follows_every_byte_of_the_model_and_nothing_else(tmp_path: Path) -> None:
    model = tmp_path / "model"
    MODEL.save(model)
    before = fingerprint(model)
    (model / "validation.parquet").write_bytes(b"not part of the model")
    assert fingerprint(model) == before
    content = json.loads((model / "model.json").read_text())
    (model / "model.json").write_text(json.dumps({**content, "temperature": 1.5}))
    assert fingerprint(model) != before
    assert len(before) == 64


def test_the_small_model_of_a_run_is_a_source_with_a_name_and_score_of_its_own(tmp_path: Path) -> None:
    run = finished_run(tmp_path / "flowers")
    with pytest.raises(NothingToExport, match="has no small model"):
        small_model(run)
    model_of(FLOWERS, ConstantMember(np.array([0.3, 0.7]))).save(run / "small")
    small = {"score": {"metric": "nauc", "test": 0.8}}
    (run / "result.json").write_text(json.dumps({**RESULT, "small": small}))
    best, source = open_source(run), open_source(small_model(run))
    assert (best.which, best.name, best.score) == ("ensemble", "flowers", RESULT["score"])
    assert (source.which, source.name, source.score) == ("small", "flowers-small", small["score"])
    assert source.fingerprint == fingerprint(run / "small") != best.fingerprint
    assert source.dataset is not None


def test_only_a_run_has_a_small_model(tmp_path: Path) -> None:
    MODEL.save(tmp_path / "alone")
    with pytest.raises(NothingToExport, match="only a run has a small model"):
        small_model(tmp_path / "alone")
