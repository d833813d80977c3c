from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.task import Kind, Modality
from exporters.report.libraries import RUNNING, libraries
from exporters.report.material import Material, gather
from exporters.report.sbom import sbom
from tests.studio.recorded_runs import Recipe, record


def bill_of(material: Material) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sbom(material, libraries(material.task.modality.value)))
    return found


@pytest.fixture
def material(tmp_path: Path) -> Material:
    return gather(record(tmp_path / "bolts").path)


def test_all_that_is_referred_to_is_there_once(material: Material) -> None:
    bill = bill_of(material)
    there = [part["bom-ref"] for part in (bill["metadata"]["component"], *bill["components"])]
    used = {ref for line in bill["dependencies"] for ref in (line["ref"], *line["dependsOn"])}

    assert len(there) == len(set(there))
    assert used <= set(there)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", bill["serialNumber"]
    )


def test_the_model_is_told_with_its_measures_and_prints(material: Material) -> None:
    model = bill_of(material)["metadata"]["component"]
    measures = model["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]

    assert model["type"] == "machine-learning-model"
    assert {"test", "cross-validation"} == {one["slice"] for one in measures}
    assert all(float(one["confidenceInterval"]["lowerBound"]) <= float(one["value"]) for one in measures)
    assert {one["name"] for one in model["properties"]} == {"autodidact:model_sha256", "autodidact:data_sha256"}


def test_what_exports_need_is_told_from_what_training_needs(material: Material) -> None:
    parts = {part["name"]: part for part in bill_of(material)["components"] if part["type"] == "library"}

    assert parts["onnxruntime"]["scope"] == parts["pillow"]["scope"] == "required"
    assert parts["torch"]["scope"] == "optional"
    assert parts["numpy"]["purl"].startswith("pkg:pypi/numpy@")
    assert all(part["licenses"] for part in parts.values())


def test_equal_runs_give_equal_bills(material: Material) -> None:
    inside = libraries("image")
    assert sbom(material, inside) == sbom(material, inside)
    assert b'"timestamp"' in sbom(material, ())


def test_weights_stand_with_licence_and_print(material: Material) -> None:
    known = {"name": "A network", "licence": "Apache-2.0", "sha256": "ab" * 32}
    brought = {"name": "own", "licence": "not known: these are weights that the person brought", "sha256": ""}
    bill = bill_of(Material(material.name, material.task, weights=(known, brought)))
    first, second = [part for part in bill["components"] if part["bom-ref"].startswith("weights-")]

    assert first["licenses"] == [{"expression": "Apache-2.0"}]
    assert first["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    assert "hashes" not in second
    assert second["licenses"][0]["license"]["name"].startswith("not known")
    assert "timestamp" not in bill["metadata"]


def test_a_number_is_told_to_be_one(tmp_path: Path) -> None:
    bill = bill_of(gather(record(tmp_path / "n", Recipe(Modality.TABLE, Kind.REGRESSION)).path))

    assert bill["metadata"]["component"]["modelCard"]["modelParameters"]["outputs"] == [{"format": "number"}]


def test_libraries_state_their_licences() -> None:
    found = {one.name: one for one in libraries("audio")}

    assert found["soundfile"].role == found["onnxruntime"].role == RUNNING
    assert found["pillow"].role != RUNNING
    assert found["numpy"].spdx
    assert "BSD-3-Clause" in found["numpy"].licence
    assert {"cffi", "numpy"} <= set(found["soundfile"].needs)
