"""What an app takes along."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.backbones import load_backbone
from engine.modalities.image.members.network import NetworkMember
from engine.modalities.image.resize import resize
from exporters.api import export
from exporters.edge.candidates import Candidate
from exporters.edge.compress import Compressor, calibration_samples
from exporters.edge.ladder import Taken
from exporters.edge.options import Device, EdgeOptions
from exporters.edge.phone import ANDROID, IPHONE, one_network, phone_files
from exporters.edge.report import Comparison
from exporters.edge.scheme import Scheme, Way
from exporters.edge.writing import write
from exporters.onnx.runtime import ort_session
from exporters.source import Source
from tests.engine.flowers import FLOWERS, flower_run
from tests.exporters.models import PICTURES, constant, model_of, tuned

CONVERTED = {"LICENSES", "model.ort", "required_operators.config", "manifest.json", "README.txt", "sample"}


@pytest.fixture(scope="module")
def phone(source: Source, taken: Taken, comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "phone"
    write(source, EdgeOptions(Device.PHONE), taken, comparison, out)
    return out


def test_the_folder_holds_what_an_app_needs_and_nothing_else(phone: Path) -> None:
    assert {path.name for path in phone.iterdir()} == CONVERTED
    said = json.loads((phone / "manifest.json").read_text(encoding="utf-8"))
    assert set(said["files"]) == {"model.ort", "required_operators.config", "README.txt", "sample/sample.png",
                                  "sample/expected.json", "LICENSES/Apache-2.0.txt", "LICENSES/NOTICE.txt"}  # fmt: skip
    assert b"ai.onnx;" in (phone / "required_operators.config").read_bytes()


def test_the_converted_file_takes_levels_of_one_size_and_answers_its_sample(phone: Path) -> None:
    session = ort_session((phone / "model.ort").read_bytes())
    (value,) = session.get_inputs()
    assert (value.name, value.type) == ("levels", "tensor(float)")
    side = value.shape[-1]
    assert value.shape == [1, 3, side, side]
    picture = np.asarray(Image.open(phone / "sample" / "sample.png").convert("RGB"))
    answer = session.run(None, {"levels": resize(picture, side)[None]})[0]
    expected = json.loads((phone / "sample" / "expected.json").read_text(encoding="utf-8"))["answer"]
    assert np.abs(answer[0] - list(expected["probabilities"].values())).max() < 0.05
    assert f"squashed to {side} x {side}" in (phone / "README.txt").read_text(encoding="utf-8")


def test_the_manifest_says_how_near_the_converted_file_is_and_what_accelerators_run(phone: Path) -> None:
    manifest = json.loads((phone / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"] == [{"name": "levels", "type": "float", "shape": [1, 3, 32, 32]}]
    assert manifest["outputs"] == [{"name": "answer", "type": "float", "shape": [1, 3]}]
    said = manifest["edge"]["phone"]
    assert said["compared"] > 32
    assert said["agreement"] >= 0.95
    android, iphone = said["usability"][ANDROID], said["usability"][IPHONE]
    assert android["supported"] > 0.9 * android["nodes"]
    assert 0 <= iphone["supported"] <= iphone["nodes"]


def test_a_model_that_is_no_single_network_keeps_what_it_takes(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "flowers")
    model_of(FLOWERS, constant(FLOWERS)).save(run.model_path)
    export(run.path, "edge", tmp_path / "out", target="phone", teach=0.0)
    said = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert [value["shape"] for value in said["inputs"]] == [[1, 1], [1, 1]]
    session = ort_session((tmp_path / "out" / "model.ort").read_bytes())
    names = [value.name for value in session.get_inputs()]
    feeds = {names[0]: np.array([[4.0]]), names[1]: np.array([["red"]], dtype=object)}
    assert session.run(["probabilities"], feeds)[0].shape == (1, 2)


def test_only_one_network_that_looks_once_is_a_single_network() -> None:
    assert one_network(model_of(PICTURES, tuned(PICTURES, mirror=False, count=1))) is not None
    assert one_network(model_of(PICTURES, tuned(PICTURES, mirror=True, count=1))) is None
    assert one_network(model_of(PICTURES, tuned(PICTURES, mirror=False, count=2))) is None
    assert one_network(model_of(PICTURES, constant(PICTURES))) is None


def test_a_network_that_is_written_node_by_node_is_made_for_phones_like_one_that_torch_wrote(
    source: Source, taken: Taken, tmp_path: Path
) -> None:
    backbone = "efficientnet_lite0"
    body, head = load_backbone(backbone).state_dict(), torch.zeros(3, 1280).index_fill(1, torch.arange(40), 0.1)
    parts = [{**body, "weight": head * torch.tensor([[1.0], [0.0], [-1.0]]), "bias": torch.zeros(3)}]
    member = NetworkMember(backbone, 32, parts, np.full(3, 1 / 3), source.model.task.kind)
    model = model_of(source.model.task, member)
    samples = calibration_samples(source)
    assert samples is not None
    compressor = Compressor(replace(source, model=model, result=None), samples.take(np.arange(24)))
    plain, candidate = compressor.artefact(Scheme(Way.FLOAT)), Candidate("A network", model, None)
    for way in (Way.FLOAT, Way.STATIC):
        scheme = Scheme(way, signed=True)
        artefact = plain if way is Way.FLOAT else compressor.artefact(scheme)
        made = replace(taken, candidate=candidate, scheme=scheme, compressor=compressor, plain=plain, artefact=artefact)
        (scratch := tmp_path / way.name).mkdir()
        found = phone_files(source, made, scratch)
        assert found.facts["usability"][ANDROID]["pieces"] == 1
        assert found.facts["agreement"] >= 0.95
        sizes = len(found.files["model.ort"]) / len(artefact.content)
        assert 0.9 < sizes < 1.1
