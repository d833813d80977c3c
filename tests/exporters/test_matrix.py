"""Every kind of task, learned from real data, as everything it can be handed over as, and asked there.

The file that any runtime opens, the bundle in a clean interpreter, the container's own server over HTTP, the small form
for a device: each is compared with the trained model on the untouched samples, read from their own files.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.dataset import Dataset, Split
from engine.metrics import score
from engine.metrics.decisions import NAMED_FROM
from engine.modalities import open_samples
from engine.task import Kind, Modality
from exporters.api import export
from exporters.base import ExportReport
from exporters.edge.candidates import ITSELF
from exporters.edge.evidence import metric_of
from exporters.edge.report import EdgeReport
from exporters.errors import NotExportable
from exporters.onnx.runtime import OnnxModel
from exporters.source import Source, open_source
from exporters.standalone.package import Package
from exporters.verify.verify import verify
from tests.exporters.asking import Raw, asked, image_serving, raws, request_of, values
from tests.exporters.conftest import Made
from tests.exporters.trained import RECIPES

Exported = tuple[Source, ExportReport]
ASKED = 12
SERVED = ("multilabel", "audio", "regression", "text")  # a server knows kinds of data, whatever the model
pytestmark = pytest.mark.usefixtures("proven_once")


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


@pytest.mark.parametrize("name", RECIPES)
def test_a_sample_has_the_same_answer_whatever_comes_with_it(name: str, exported: Made[Exported]) -> None:
    source, report = exported[name]
    task, dataset = source.model.task, source.dataset
    assert dataset is not None
    part, artefact = dataset.part(Split.TEST), OnnxModel.open(report.path)
    answers = [
        np.concatenate(
            [artefact.predict(open_samples(Dataset(part.frame[at : at + size]), task)) for at in range(0, 17, size)]
        )[:17]
        for size in (1, 2, 17)
    ]
    for said in answers[1:]:
        np.testing.assert_allclose(said, answers[0], rtol=1e-6, atol=1e-5)


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


def untouched(source: Source) -> tuple[list[Raw], FloatArray]:
    """Return samples of the untouched part as their owner has them, and what the trained model says about them."""
    assert source.dataset is not None
    part = source.dataset.part(Split.TEST)
    some = Dataset(part.frame[:: -(-len(part) // ASKED)])
    return raws(some, source.model.task), source.model.predict(open_samples(some, source.model.task))


@pytest.mark.parametrize("name", RECIPES)
def test_a_bundle_is_verified_and_answers_in_a_clean_interpreter(
    name: str, exported: Made[Exported], runs: Made[Path], tmp_path: Path
) -> None:
    source, _ = exported[name]
    report = export(runs[name], "bundle", tmp_path)
    verdict = verify(report.path)
    assert verdict.holds, verdict.sentences
    assert f"{source.name}.zip is verified." in verdict.sentences[-1]
    with zipfile.ZipFile(report.path) as content:
        content.extractall(tmp_path / "got")
    package = Package.open(tmp_path / "got" / source.name, threads=1)
    samples, expected = untouched(source)
    np.testing.assert_allclose(asked(package, samples), expected, rtol=1e-6, atol=1e-5)
    assert source.score is not None
    assert package.manifest["score"]["value"] == pytest.approx(source.score["test"], abs=1e-6)


@pytest.mark.parametrize("name", SERVED)
def test_the_server_of_a_container_starts_from_its_own_files_and_answers_over_http(
    name: str, exported: Made[Exported], runs: Made[Path], tmp_path: Path
) -> None:
    source, _ = exported[name]
    export(runs[name], "docker", tmp_path / "context")
    samples, expected = untouched(source)
    task = source.model.task
    with image_serving(tmp_path / "context", tmp_path / "scratch") as server:
        assert server.get("/healthz").status == 200
        reply = server.post("/predict", *request_of(task, samples))
        assert reply.status == 200, reply.body
        np.testing.assert_allclose(values(task, reply.json["predictions"]), expected, rtol=1e-6, atol=1e-5)
        assert server.stop() == 0
    assert sorted(path.name for path in (tmp_path / "scratch").iterdir()) == ["log"]  # no trace of the runtime's own


@pytest.mark.parametrize("name", RECIPES)
def test_the_form_for_a_device_keeps_the_accuracy_or_is_the_model_itself(
    name: str, exported: Made[Exported], runs: Made[Path], tmp_path: Path
) -> None:
    source, _ = exported[name]
    report = export(runs[name], "edge", tmp_path / "board", target="board", teach=0.0)
    assert isinstance(report, EdgeReport) and report.comparison is not None and source.dataset is not None
    came = report.comparison
    task, part = source.model.task, source.dataset.part(Split.TEST)
    served = source.model.predict(open_samples(part, task))
    package = Package.open(tmp_path / "board", threads=1)
    said = asked(package, raws(part, task))
    figures = [score(metric_of(task), part.labels(task), answers) for answers in (served, said)]
    found = [came.rows[0].score, came.rows[-1].score]
    assert [one.value for one in found if one is not None] == pytest.approx(figures, abs=1e-6)
    assert came.loss is not None
    assert came.loss.value == pytest.approx(figures[0] - figures[1], abs=1e-6)
    taken = came.ladder[-1]
    assert [rung.taken for rung in came.ladder] == [*[False] * (len(came.ladder) - 1), True]
    if came.unchanged:
        assert taken.name == ITSELF
        np.testing.assert_allclose(said, served, rtol=1e-6, atol=1e-5)
    else:
        assert taken.loss is not None and taken.loss.value <= 0.01 + 1e-12
        assert report.bytes < came.rows[0].bytes
    assert came.within or "Take care" in report.sentence()


def test_texts_do_not_go_to_browsers_and_the_person_is_told_why(runs: Made[Path], tmp_path: Path) -> None:
    with pytest.raises(NotExportable, match="by code that no browser has"):
        export(runs["text"], "edge", tmp_path / "page", target="browser", teach=0.0)
    assert not (tmp_path / "page").exists()
