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


def sizes(package: Package) -> dict[str, Any]:
    """What is said of each size in the shape of an input."""
    request = describe(package, Settings())["components"]["schemas"]["InferRequest"]
    items: dict[str, Any] = request["properties"]["inputs"]["items"]["properties"]["shape"]["items"]
    return items


def test_lists_may_be_empty_and_samples_may_not(word_package: Package, row_package: Package) -> None:
    assert sizes(word_package)["minimum"] == 0
    assert sizes(row_package)["minimum"] == 1


def test_binary_tensors_and_the_header_that_tells_where_they_begin_are_described(row_package: Package) -> None:
    infer = describe(row_package, Settings())["paths"]["/v2/models/rows/infer"]["post"]
    answered = infer["responses"]["200"]
    for content in (infer["requestBody"]["content"], answered["content"]):
        assert set(content) == {"application/json", "application/octet-stream"}
    assert infer["parameters"][0]["name"] == "Inference-Header-Content-Length"
    assert "Inference-Header-Content-Length" in answered["headers"]


def test_tables_are_taken_in_every_way_that_is_described_and_columns_of_lists_too(row_server: Server) -> None:
    document = row_server.get("/openapi.json").json
    content = document["paths"]["/predict"]["post"]["requestBody"]["content"]
    assert {"text/csv", "text/tab-separated-values", "application/csv"} <= set(content)
    one, several = (
        way["properties"].get("columns") for way in document["components"]["schemas"]["Samples"]["anyOf"][:2]
    )
    assert set(one["properties"]) == set(several["properties"])
    assert {cell["type"] for cell in several["properties"].values()} == {"array"}
    for kind, mark in (("text/csv", ","), ("text/tab-separated-values", "\t"), ("application/csv", ",")):
        table = f"{mark.join(one['required'])}\n{mark.join('1234')}\n"
        assert row_server.post("/predict", table.encode(), kind).status == 200


def test_texts_are_taken_as_files(word_package: Package) -> None:
    content = describe(word_package, Settings())["paths"]["/predict"]["post"]["requestBody"]["content"]
    assert {"application/json", "text/plain", "application/octet-stream"} <= set(content)


def test_what_any_address_may_answer_is_described_at_each(picture_package: Package) -> None:
    for host, expected in (("127.0.0.1", {"421", "500", "503"}), ("0.0.0.0", {"500", "503"})):
        paths = describe(picture_package, Settings(host=host, token="t"))["paths"]
        for path, operation in ((path, one) for path, methods in paths.items() for one in methods.values()):
            if isinstance(operation, dict):
                assert {"421", "500", "503"} & set(operation["responses"]) == expected, path
        assert "401" in paths["/metrics"]["get"]["responses"]
