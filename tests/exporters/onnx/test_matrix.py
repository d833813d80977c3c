"""Every kind of task, learned from real data, as one ONNX file: what the gate says, what the file itself answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.dataset import Split
from engine.metrics.decisions import NAMED_FROM
from engine.modalities import open_samples
from engine.task import Kind, Modality
from exporters.api import export
from exporters.base import ExportReport
from exporters.onnx.runtime import OnnxModel
from exporters.source import Source, open_source
from tests.exporters.conftest import Made
from tests.exporters.trained import RECIPES

Exported = tuple[Source, ExportReport]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, runs: Made[Path]) -> Made[Exported]:
    root = tmp_path_factory.mktemp("exported")
    return Made(lambda name: (open_source(runs[name]), export(runs[name], "onnx", root / name)))


@pytest.mark.parametrize("name", RECIPES)
def test_a_model_learned_from_real_data_is_exported_and_proven(name: str, exported: Made[Exported]) -> None:
    source, report = exported[name]
    figures = json.loads(report.parity_path.read_text())
    assert source.dataset is not None
    assert figures["real_samples"] >= min(256, len(source.dataset) - 2)  # one or two pictures a set may be broken
    assert figures["difference"] <= (1e-9 if source.model.task.modality is Modality.TABLE else 1e-4)
    assert figures["agreement"] == 1.0
    assert figures["which"] == "ensemble"
    assert report.seconds < 30 * len(source.model.members)


@pytest.mark.parametrize("name", RECIPES)
def test_the_file_scores_on_the_untouched_part_what_the_model_does(name: str, exported: Made[Exported]) -> None:
    source, report = exported[name]
    assert report.score is not None
    assert source.score is not None
    assert source.dataset is not None
    assert report.score["samples"] == len(source.dataset.part(Split.TEST))
    assert report.score["value"] == pytest.approx(source.score["test"], abs=1e-6)
    assert [report.score["low"], report.score["high"]] == pytest.approx(source.score["test_interval"], abs=1e-6)
    assert f"it reached {report.score['value']:.3f} ({report.score['metric']}" in report.sentence()


@pytest.mark.parametrize("name", RECIPES)
def test_the_file_answers_the_run_as_the_model_does_in_words_too(name: str, exported: Made[Exported]) -> None:
    source, report = exported[name]
    task, dataset = source.model.task, source.dataset
    assert dataset is not None
    samples = open_samples(dataset.part(Split.TEST), task)
    artefact, expected = OnnxModel.open(report.path), source.model.predict(samples)
    np.testing.assert_allclose(artefact.predict(samples), expected, rtol=1e-6, atol=1e-5)
    for call in artefact.form.calls(samples):
        said, known = artefact.run(call.feeds)[1], expected[call.rows]
        if task.kind is Kind.MULTILABEL:
            assert np.array_equal(np.asarray(said), known >= NAMED_FROM)
        elif task.kind is Kind.MULTICLASS:
            assert list(said) == [task.classes[code] for code in known.argmax(axis=1)]


def test_the_small_model_is_smaller_and_has_a_score_of_its_own(
    runs: Made[Path], exported: Made[Exported], tmp_path: Path
) -> None:
    _, whole = exported["table"]
    small = export(runs["table"], "onnx", tmp_path, small=True)
    assert small.bytes < whole.bytes
    assert small.parity["which"] == "small"
    assert small.score is not None
    assert small.score != whole.score


def test_pretrained_weights_inside_are_named_with_their_licence(exported: Made[Exported]) -> None:
    (weights,) = exported["audio"][1].parity["weights"]
    assert weights["licence"]
    assert len(weights["sha256"]) == 64
