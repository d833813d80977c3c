"""Whoever is handed a model gets the full texts of the licences of what is inside."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.backbones.weights import manifest
from exporters.api import exporter
from exporters.licences import (
    FOLDER,
    NOTICE,
    OWN,
    UNKNOWN,
    known_licences,
    licence_files,
    licence_text,
    licences_in_one,
)
from exporters.source import Source
from exporters.verify.verify import verify
from tests.exporters.models import PICTURES, TABLE, features, linear, model_of, source_of

BROUGHT = {"name": "mine.pt", "licence": UNKNOWN, "sha256": "", "notice": "", "texts": []}
pytestmark = pytest.mark.usefixtures("proven_once")


@pytest.fixture(scope="module")
def pretrained() -> Source:
    return source_of(model_of(PICTURES, features(PICTURES)), "bolts")


def said(manifest_text: bytes) -> Mapping[str, object]:
    (entry,) = json.loads(manifest_text)["weights"]
    found: Mapping[str, object] = entry
    return found


def test_the_text_of_our_own_licence_is_that_of_the_repository() -> None:
    assert licence_text(OWN) == (Path(__file__).parents[2] / "LICENSE").read_bytes()


def test_every_known_weight_has_a_notice_and_full_texts() -> None:
    for name, entry in known_licences().items():
        assert entry["notice"], name
        assert entry["texts"][0].startswith(entry["licence"]), name
        assert all(len(licence_text(text)) > 1000 for text in entry["texts"]), name
    assert set(known_licences()) == set(manifest())


def test_weights_that_the_person_brought_are_named_and_nobodys_licence_is_made_up() -> None:
    files = licence_files([BROUGHT])
    assert set(files) == {f"{FOLDER}/{OWN}", f"{FOLDER}/{NOTICE}"}
    assert f"- mine.pt: {UNKNOWN}\n" in files[f"{FOLDER}/{NOTICE}"].decode()


def test_a_model_of_nothing_but_its_data_says_so_and_needs_no_file_beside_a_single_one() -> None:
    assert b"nothing but the data it learned from" in licence_files([])[f"{FOLDER}/{NOTICE}"]
    assert licences_in_one([]) == b""


def test_a_bundle_holds_the_texts_and_its_manifest_and_readme_name_them(pretrained: Source, tmp_path: Path) -> None:
    report = exporter("bundle").export(pretrained, tmp_path, lambda share, text: None)
    with zipfile.ZipFile(report.path) as content:
        texts = {name.removeprefix("bolts/"): content.read(name) for name in content.namelist()}
    assert texts[f"{FOLDER}/{OWN}"] == licence_text(OWN)
    assert "Copyright (c) 2020, ML Illustrated" in texts[f"{FOLDER}/{NOTICE}"].decode()
    assert said(texts["manifest.json"])["texts"] == [f"{FOLDER}/{OWN}"]
    assert f"EfficientNet-Lite0, Google: Apache-2.0 (`{FOLDER}/{OWN}`)" in texts["README.md"].decode()
    assert f"{FOLDER}/{OWN}" in json.loads(texts["manifest.json"])["files"]


def test_a_lone_onnx_file_has_them_in_one_beside_it_as_part_of_the_export(pretrained: Source, tmp_path: Path) -> None:
    report = exporter("onnx").export(pretrained, tmp_path, lambda share, text: None)
    beside = tmp_path / "bolts.licences.txt"
    assert licence_text(OWN) in beside.read_bytes()
    assert said(report.parity_path.read_bytes())["texts"] == [beside.name]
    assert verify(report.path).holds
    beside.write_text("do as you like")
    assert "'bolts.licences.txt' is not as it was exported" in verify(report.path).sentences[0]


def test_a_lone_onnx_file_without_weights_of_others_has_none(tmp_path: Path) -> None:
    exporter("onnx").export(source_of(model_of(TABLE, linear(TABLE)), "rows"), tmp_path, lambda share, text: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.onnx", "rows.parity.json"]


def test_an_image_holds_them_for_the_server_and_for_the_model(pretrained: Source, tmp_path: Path) -> None:
    exporter("docker").export(pretrained, tmp_path / "out", lambda share, text: None)
    for name in ("app/LICENSE", f"model/{FOLDER}/{OWN}"):
        assert (tmp_path / "out" / name).read_bytes() == licence_text(OWN)
    assert "`app/LICENSE`" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
