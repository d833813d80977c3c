"""What is inside, for machines: a CycloneDX 1.6 bill of materials with the model, its data, weights and libraries."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from engine.dataset import Split
from engine.task import Kind
from exporters.report.libraries import PRODUCT, RUNNING, Library
from exporters.report.material import Material
from exporters.report.outcome import Figure
from exporters.report.plain import shown

_SPACE = uuid.UUID("5b1c5f0e-8f0c-5c5a-9d3c-0d6f2f5f6c11")
_MODEL, _DATA = "model", "training-data"
_SPDX = frozenset({"Apache-2.0", "MIT", "BSD-3-Clause", "BSD-2-Clause"})


def sbom(material: Material, libraries: tuple[Library, ...]) -> bytes:
    """Return the bill as the bytes of a JSON file; equal material gives equal bytes."""
    weights = [(f"weights-{place}", one) for place, one in enumerate(material.weights or ())]
    needed = [library for library in libraries if library.role == RUNNING]
    content = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_SPACE, f'{material.model_sha256} {material.data_sha256}')}",
        "version": 1,
        "metadata": _metadata(material),
        "components": [
            *([_data(material)] if material.dataset is not None else []),
            *(_weights(reference, one) for reference, one in weights),
            *(_library(one) for one in libraries),
        ],
        "dependencies": [
            {
                "ref": _MODEL,
                "dependsOn": [
                    *([_DATA] if material.dataset is not None else []),
                    *(reference for reference, _ in weights),
                    *(_reference(one) for one in needed),
                ],
            },
            *_dependencies(libraries),
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _metadata(material: Material) -> dict[str, Any]:
    maker = {"type": "application", "name": "Autodidact Studio", "version": _own_version()}
    found: dict[str, Any] = {"tools": {"components": [maker]}, "component": _model(material)}
    if material.moment is not None:
        found = {"timestamp": material.moment.strftime("%Y-%m-%dT%H:%M:%SZ"), **found}
    return found


def _own_version() -> str:
    try:
        return version(PRODUCT)
    except PackageNotFoundError:
        return "unknown"


def _model(material: Material) -> dict[str, Any]:
    prints = {"model_sha256": material.model_sha256, "data_sha256": material.data_sha256}
    return {
        "type": "machine-learning-model",
        "bom-ref": _MODEL,
        "name": shown(material.name),
        "version": (material.model_sha256 or "none")[:16],
        "modelCard": {
            "modelParameters": _parameters(material),
            "quantitativeAnalysis": {"performanceMetrics": list(_metrics(material))},
        },
        "properties": [
            {"name": f"autodidact:{name}", "value": value} for name, value in prints.items() if value is not None
        ],
    }


def _parameters(material: Material) -> dict[str, Any]:
    task = material.task
    answer = "number" if task.kind is Kind.REGRESSION else "probabilities of classes"
    found: dict[str, Any] = {
        "approach": {"type": "supervised"},
        "task": f"{task.modality.value} {task.kind.value}",
        "inputs": [{"format": task.modality.value}],
        "outputs": [{"format": answer}],
    }
    if material.model is not None:
        found["architectureFamily"] = "weighted average"
        found["modelArchitecture"] = ", ".join(sorted({one.kind for one in material.model.members}))
    if material.dataset is not None:
        found["datasets"] = [{"ref": _DATA}]
    return found


def _metrics(material: Material) -> Iterator[dict[str, Any]]:
    outcome = material.outcome
    if outcome is None:
        return
    for part, scores in (("test", outcome.test), ("cross-validation", outcome.validation)):
        for name, figure in scores.items():
            yield {"type": name, "slice": part, **_figure(figure)}


def _figure(figure: Figure) -> dict[str, Any]:
    bounds = {"lowerBound": f"{figure.low:.6g}", "upperBound": f"{figure.high:.6g}"}
    return {"value": f"{figure.value:.6g}", "confidenceInterval": bounds}


def _data(material: Material) -> dict[str, Any]:
    counts = {part.value: material.part(part) for part in Split}
    said = [{"name": f"autodidact:samples_{name}", "value": str(len(found))} for name, found in counts.items() if found]
    component = {
        "type": "data",
        "bom-ref": _DATA,
        "name": "training data",
        "data": [{"type": "dataset", "name": "the samples that the run was given"}],
        "properties": said,
    }
    if material.data_sha256 is not None:
        component["version"] = material.data_sha256[:16]
    return component


def _weights(reference: str, one: dict[str, str]) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": reference,
        "name": shown(one["name"]),
        "licenses": [_licence(one["licence"], one["licence"] in _SPDX)],
    }
    if one["sha256"]:
        component["hashes"] = [{"alg": "SHA-256", "content": one["sha256"]}]
    return component


def _library(one: Library) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": _reference(one),
        "name": one.name,
        "version": one.version,
        "scope": "required" if one.role == RUNNING else "optional",
        "licenses": [_licence(one.licence, one.spdx)],
        "purl": _reference(one),
    }


def _licence(words: str, spdx: bool) -> dict[str, Any]:
    return {"expression": words} if spdx else {"license": {"name": words}}


def _reference(one: Library) -> str:
    return f"pkg:pypi/{one.name}@{one.version}"


def _dependencies(libraries: tuple[Library, ...]) -> Iterator[dict[str, Any]]:
    by_name = {one.name: one for one in libraries}
    for one in libraries:
        needs = [_reference(by_name[name]) for name in one.needs if name in by_name]
        if needs:
            yield {"ref": _reference(one), "dependsOn": needs}
