"""What the description says is what the server does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from exporters.server.openapi import describe
from exporters.server.settings import Settings
from exporters.standalone.package import Package
from tests.exporters.models import CLASSES
from tests.exporters.server.client import Server


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("name", ["row_server", "picture_server"])
def test_every_path_that_is_described_is_there_and_every_method(name: str, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(name)
    for path, methods in server.get("/openapi.json").json["paths"].items():
        filled = re.sub(r"\{\w+\}", "anything", path)
        if "get" in methods:
            assert server.get(filled).status == 200, path
        if "post" in methods:
            reply = server.post(filled, b"", "application/octet-stream")
            assert str(reply.status) in methods["post"]["responses"], path


def test_it_is_true_to_the_model_of_rows(row_server: Server) -> None:
    document = row_server.get("/openapi.json").json
    schemas = document["components"]["schemas"]
    assert document["openapi"] == "3.1.0"
    row = schemas["Samples"]["anyOf"][0]["properties"]["columns"]
    assert row["required"] == ["length in cm", "colour 🎨", "label", "inner_1_Mul"]
    assert schemas["Prediction"]["properties"]["label"]["enum"] == list(CLASSES)
    assert not any("image" in path for path in document["paths"])
    assert {name.rpartition("/")[2] for name in references(document)} <= set(schemas)


def test_it_is_true_to_texts_and_numbers(words: Path, numbers: Path) -> None:
    texts = describe(Package.open(words, 1), Settings())["components"]["schemas"]
    assert set(texts["Prediction"]["properties"]) == {"labels", "probabilities"}
    assert texts["Samples"]["anyOf"][0]["required"] == ["text"]
    number = describe(Package.open(numbers, 1), Settings())["components"]["schemas"]
    assert set(number["Prediction"]["properties"]) == {"number"}


def test_a_token_is_described_where_there_is_one(row_package: Package) -> None:
    locked = describe(row_package, Settings(token="t"))
    assert locked["security"] == [{"token": []}]
    assert locked["paths"]["/healthz"]["get"]["security"] == []
    assert "security" not in describe(row_package, Settings())
