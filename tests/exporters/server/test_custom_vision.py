"""The routes of Custom Vision's containers, as its clients use them."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest

from exporters.standalone.package import Package
from tests.exporters.server.client import Server, form

PATHS = [
    "/image",
    "/project/image",
    "/project/image/nostore",
    "/project/classify/iterations/Iteration7/image",
    "/project/classify/iterations/Iteration7/image/nostore",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_picture_is_answered_in_custom_visions_words(
    picture_server: Server, picture_package: Package, photo: bytes, path: str
) -> None:
    expected = picture_package.predict([picture_package.read(photo)])[0].probabilities
    reply = picture_server.post(path, photo, "application/octet-stream")
    assert reply.status == 200
    said = reply.json
    assert list(said) == ["id", "project", "iteration", "created", "predictions"]
    assert all(uuid.UUID(said[name]) for name in ("id", "project", "iteration"))
    assert datetime.fromisoformat(said["created"]).tzinfo is not None
    shares = [prediction["probability"] for prediction in said["predictions"]]
    assert shares == sorted(shares, reverse=True)
    assert {prediction["tagName"]: prediction["probability"] for prediction in said["predictions"]} == {
        name: round(share, 8) for name, share in expected.items()
    }
    assert all(
        set(prediction) == {"tagId", "tagName", "probability", "boundingBox"} for prediction in said["predictions"]
    )


def test_a_form_with_image_data_is_the_same(picture_server: Server, photo: bytes) -> None:
    body, kind = form(("other", "x.txt", b"x"), ("imageData", "photo.jpg", photo))
    first = picture_server.post("/image", body, kind).json
    second = picture_server.post("/image", photo, "application/octet-stream").json
    assert first["predictions"] == second["predictions"]
    assert first["id"] != second["id"]
    assert first["iteration"] == second["iteration"]


@pytest.mark.parametrize("path", [path.replace("/image", "/url") for path in PATHS])
def test_addresses_are_not_fetched(picture_server: Server, path: str) -> None:
    reply = picture_server.post_json(path, {"url": "http://169.254.169.254/latest/meta-data"})
    assert reply.status == 403 and "fetches nothing" in reply.error


def test_what_is_no_picture_is_refused(picture_server: Server) -> None:
    assert picture_server.post("/image", b"", "application/octet-stream").status == 400
    assert picture_server.post("/image", b"not one", "application/octet-stream").status == 422
    assert picture_server.post("/image", b"--x--\r\n", "multipart/form-data; boundary=x").status == 400


def test_a_model_of_rows_sends_to_predict(row_server: Server, photo: bytes) -> None:
    reply = row_server.post("/image", photo, "application/octet-stream")
    assert reply.status == 404 and "predict" in reply.error
