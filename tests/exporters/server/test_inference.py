"""The rules of the Open Inference Protocol, version 2, on real servers."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.learners.constant import ConstantMember
from engine.modalities.image import decode
from engine.modalities.text import chunks
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.packaged import write_package
from exporters.server import raw_calls
from exporters.server.deadline import Deadline
from exporters.server.friendly import Asking
from exporters.server.inference import Inference
from exporters.server.raw_calls import check_call, check_words, pixels_in
from exporters.server.refused import Refused
from exporters.server.settings import Limits, Load
from exporters.server.tensors import DATATYPES
from exporters.standalone import text
from exporters.standalone.package import Package
from tests.exporters.models import model_of, source_of
from tests.exporters.server.client import Server

INFER = "/v2/models/rows/infer"
ROWS: dict[str, tuple[str, list[Any]]] = {
    "length in cm": ("FP64", [41.5, None]),
    "colour 🎨": ("BYTES", ["rot", ""]),
    "label": ("FP64", [19676.0, 19000.5]),
    "inner_1_Mul": ("BYTES", ["place 7", "nowhere"]),
}


def infer(package: Package, inputs: list[dict[str, Any]], most_pixels: int = 10**7) -> Any:
    asking = Asking(package, Load(1, 1, 1), most_pixels)
    body = json.dumps({"inputs": inputs}).encode()
    return json.loads(Inference(asking, Limits()).infer(body, None, Deadline.after(20.0)).body)


def tensors(feeds: Mapping[str, npt.NDArray[Any]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "datatype": DATATYPES[str(values.dtype)], "shape": list(values.shape), "data": values.tolist()}
        for name, values in feeds.items()
    ]


def request(**changes: Any) -> dict[str, Any]:
    inputs = [
        {"name": name, "datatype": datatype, "shape": [2, 1], "data": data} for name, (datatype, data) in ROWS.items()
    ]
    return {"id": "seven", "inputs": inputs, **changes}


def test_the_server_and_its_model_tell_what_they_are(row_server: Server) -> None:
    assert row_server.get("/v2/health/live").json == {"live": True}
    assert row_server.get("/v2/health/ready").json == {"ready": True}
    server = row_server.get("/v2").json
    assert set(server) == {"name", "version", "extensions"} and "binary_tensor_data" in server["extensions"]
    for path in ("/v2/models/rows", "/v2/models/rows/versions/1"):
        model = row_server.get(path).json
        assert (model["name"], model["versions"], model["platform"]) == ("rows", ["1"], "onnx_onnxv1")
        assert {entry["name"]: entry["datatype"] for entry in model["inputs"]} == {
            name: datatype for name, (datatype, _) in ROWS.items()
        }
        assert all(entry["shape"] == [-1, 1] for entry in model["inputs"])
        assert row_server.get(f"{path}/ready").json == {"name": "rows", "ready": True}


def test_tensors_are_answered_as_the_package_answers_the_same_rows(row_server: Server, row_package: Package) -> None:
    rows = [{name: data[place] for name, (_, data) in ROWS.items()} for place in range(2)]
    expected = row_package.predict([row_package.read(row) for row in rows])
    for path in (INFER, "/v2/models/rows/versions/1/infer"):
        reply = row_server.post_json(path, request())
        assert reply.status == 200 and reply.headers["content-type"] == "application/json"
        said = reply.json
        assert (said["model_name"], said["model_version"], said["id"]) == ("rows", "1", "seven")
        label, probabilities = said["outputs"]
        assert label["data"] == [answer.label for answer in expected]
        assert (label["datatype"], label["shape"]) == ("BYTES", [2])
        assert probabilities["shape"] == [2, 3]
        shares = [share for answer in expected for share in answer.probabilities.values()]
        assert np.allclose(probabilities["data"], shares, atol=1e-12)


def test_outputs_are_chosen_and_nested_data_is_the_same(row_server: Server) -> None:
    flat = row_server.post_json(INFER, request()).json["outputs"]
    wanted = request(outputs=[{"name": flat[1]["name"]}])
    for entry in wanted["inputs"]:
        entry["data"] = [[value] for value in entry["data"]]
    assert row_server.post_json(INFER, wanted).json["outputs"] == flat[1:]
    without = row_server.post_json(INFER, {key: value for key, value in request().items() if key != "id"}).json
    assert "id" not in without


def test_binary_tensors_go_in_and_out(row_server: Server) -> None:
    plain = row_server.post_json(INFER, request()).json["outputs"]
    chunks: list[bytes] = []
    asked = request(parameters={"binary_data_output": True})
    for entry in asked["inputs"]:
        data = entry.pop("data")
        if entry["datatype"] == "BYTES":
            chunks.append(b"".join(struct.pack("<I", len(word.encode())) + word.encode() for word in data))
        else:
            chunks.append(np.array([np.nan if value is None else value for value in data], "<f8").tobytes())
        entry["parameters"] = {"binary_data_size": len(chunks[-1])}
    head = json.dumps(asked).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    reply = row_server.post(INFER, head + b"".join(chunks), "application/octet-stream", headers)
    size = int(reply.headers["inference-header-content-length"])
    said = json.loads(reply.body[:size])["outputs"]
    sizes = [entry["parameters"]["binary_data_size"] for entry in said]
    raw = reply.body[size:]
    assert sum(sizes) == len(raw)
    assert np.array_equal(np.frombuffer(raw[sizes[0] :], "<f8"), plain[1]["data"])
    assert raw[4 : 4 + len(plain[0]["data"][0].encode())].decode() == plain[0]["data"][0]


def test_pictures_go_as_raw_levels(picture_server: Server, picture_package: Package, photo: bytes) -> None:
    levels = picture_package.read(photo)
    expected = picture_package.predict([levels])[0]
    entry = {"name": "image", "datatype": "UINT8", "shape": [1, *levels.shape]}
    head = json.dumps({"inputs": [{**entry, "parameters": {"binary_data_size": levels.size}}]}).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    binary = picture_server.post("/v2/models/pictures/infer", head + levels.tobytes(), "", headers).json
    nested = picture_server.post_json("/v2/models/pictures/infer", {"inputs": [{**entry, "data": [levels.tolist()]}]})
    assert binary == nested.json
    assert np.allclose(binary["outputs"][1]["data"], list(expected.probabilities.values()), atol=1e-6)


def changed(place: int, **values: Any) -> dict[str, Any]:
    asked = request()
    asked["inputs"][place].update(values)
    return asked


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "inputs"),
        ([], "object"),
        ({"inputs": {}}, "inputs"),
        ({"inputs": [3]}, "inputs"),
        (request(inputs=request()["inputs"][:2]), "missing"),
        (request(inputs=request()["inputs"] + request()["inputs"][:1]), "twice"),
        (request(outputs=[{"name": "no such"}]), "no output"),
        (request(outputs=[{"name": "probabilities"}] * 2), "asked for twice"),
        (request(parameters=3), "parameters"),
        (changed(0, name="width"), "no input"),
        (changed(0, datatype="FP32"), "FP64"),
        (changed(0, shape=[2]), "shape"),
        (changed(0, shape=[2, 2]), "shape"),
        (changed(0, shape=[-2, 1]), "shape"),
        (changed(0, shape=[True, 1]), "shape"),
        (changed(0, shape="2"), "shape"),
        (changed(0, data=[1.0]), "2 values"),
        (changed(0, data=None), "list"),
        (changed(0, data=["1", "2"]), "FP64"),
        (changed(0, data=[[1.0], 2.0]), "unevenly"),
        (changed(1, data=["rot", None]), "BYTES"),
        (changed(0, shape=[1, 1], data=[1.0]), "number of rows"),
        (changed(0, parameters={"binary_data_size": 8}), "not both"),
    ],
)
def test_what_breaks_the_protocol_is_refused_with_a_sentence(row_server: Server, asked: Any, said: str) -> None:
    reply = row_server.post_json(INFER, asked)
    assert reply.status == 400 and said in reply.error


def test_a_tensor_of_a_terabyte_is_refused_before_it_is_made(row_server: Server) -> None:
    reply = row_server.post_json(INFER, changed(0, shape=[2**31 - 1, 1]))
    assert reply.status == 413 and "MB" in reply.error
    entry = {"name": "length in cm", "datatype": "FP64", "shape": [10**7, 1], "parameters": {"binary_data_size": 8}}
    head = json.dumps({"inputs": [entry]}).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    reply = row_server.post(INFER, head + bytes(8), "", headers)
    assert reply.status == 400 and "80,000,000 bytes" in reply.error
    assert row_server.post(INFER, head, "", {"Inference-Header-Content-Length": "99999"}).status == 400


def test_other_models_and_versions_are_not_found(row_server: Server) -> None:
    for path in ("/v2/models/cats", "/v2/models/rows/versions/2", "/v2/models/cats/ready"):
        reply = row_server.get(path)
        assert (reply.status == 404 and "rows" in reply.error) or "version" in reply.error
    assert row_server.post_json("/v2/models/cats/infer", request()).status == 404


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values, place=st.sampled_from(["inputs", "outputs", "id", "parameters", "data", "shape", "name"]))
def test_any_json_in_any_place_is_answered_or_refused(row_server: Server, value: Any, place: str) -> None:
    asked = request() if place in ("data", "shape", "name") else request(**{place: value})
    if place in ("data", "shape", "name"):
        asked["inputs"][0][place] = value
    reply = row_server.post_json(INFER, asked)
    assert reply.status in (200, 400, 413, 422)
    if reply.status != 200:
        assert reply.error


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()),
    kind=st.sampled_from(["", "application/json", "text/csv", "text/plain", "multipart/form-data; boundary=x", "a/b"]),
)
def test_any_body_of_any_type_is_answered_or_refused(row_server: Server, body: bytes, kind: str) -> None:
    reply = row_server.post("/predict", body, kind)
    assert reply.status in (200, 400, 413, 415, 422)
    if reply.status != 200:
        assert reply.error


@pytest.mark.parametrize("texts", [["good film, isn't it", ""], [""]])
def test_lists_may_be_of_any_length_and_empty(words: Path, texts: list[str]) -> None:
    package = Package.open(words, threads=1)
    items = [package.read(text) for text in texts]
    inputs = [
        {"name": name, "datatype": "INT64", "shape": list(values.shape), "data": values.tolist()}
        for name, values in package.feeds(items).items()
    ]
    said = infer(package, inputs)
    expected = [list(answer.probabilities.values()) for answer in package.predict(items)]
    (shares,) = (output for output in said["outputs"] if output["name"] == "probabilities")
    np.testing.assert_allclose(np.reshape(shares["data"], shares["shape"]), expected, atol=1e-6)


@pytest.fixture
def note_package(tmp_path: Path) -> Package:
    columns = (Column("size", ColumnType.NUMBER), Column("note", ColumnType.TEXT))
    task = Task(Modality.TABLE, Kind.MULTICLASS, ("a", "b"), target="t", columns=columns)
    model = model_of(task, ConstantMember(np.array([0.25, 0.75])))
    folder = write_package(source_of(model, "notes"), tmp_path / "notes", lambda share, text: None).folder
    return Package.open(folder, threads=1)


def test_columns_of_sentences_may_have_more_terms_than_rows(note_package: Package) -> None:
    package = note_package
    feeds = package.feeds([package.read({"size": 1, "note": "many more words than rows"})])
    kinds = {"int64": "INT64", "float64": "FP64"}
    inputs = [
        {"name": name, "datatype": kinds[str(values.dtype)], "shape": list(values.shape), "data": values.tolist()}
        for name, values in feeds.items()
    ]
    said = infer(package, inputs)
    assert said["outputs"][0]["data"] == ["b"]


def test_columns_of_sentences_have_a_limit_that_the_readers_own_calls_keep(note_package: Package) -> None:
    signs = [chr(0x4E00 + number) for number in range(1000)]  # words of one sign make the most terms of their letters
    item = note_package.read({"size": 1, "note": " ".join(signs)})
    check_call(note_package, note_package.feeds([item] * note_package.most(item)), Limits())
    most = raw_calls.MOST_TERMS
    (terms, sizes, letters), one = (f"note {part}" for part in ("terms", "sizes", "letters")), np.ones(1, np.int64)
    feeds = {"size": np.ones((1, 1)), letters: one, sizes: one * (most + 1), terms: np.zeros(most + 1, np.int64)}
    with pytest.raises(Refused, match="the limit is 400,000") as refusal:
        check_call(note_package, feeds, Limits())
    assert refusal.value.status == 413


def test_a_raw_call_has_no_more_pictures_than_one_of_the_reader(picture_package: Package) -> None:
    assert infer(picture_package, tensors({"image": np.zeros((16, 1, 1, 3), np.uint8)}))["outputs"]
    for shape in ((17, 1, 1, 3), (5, 1000, 1000, 3)):
        feeds = {"image": np.zeros(shape, np.uint8)}
        with pytest.raises(Refused, match="samples; of this size the limit is") as refusal:
            check_call(picture_package, feeds, Limits())
        assert refusal.value.status == 413


def test_a_raw_picture_takes_room_like_any_other(picture_package: Package) -> None:
    with pytest.raises(Refused, match="million pixels") as refusal:
        infer(picture_package, tensors({"image": np.zeros((1, 40, 40, 3), np.uint8)}), most_pixels=1000)
    assert refusal.value.status == 413
    asking = Asking(picture_package, Load(1, 1, 1), 1000)
    assert asking._room.take(500, 0.0)
    with pytest.raises(Refused) as late:
        asking.call(["probabilities"], {"image": np.zeros((1, 30, 30, 3), np.uint8)}, 900, Deadline.after(0.01))
    assert late.value.status == 504


def test_a_raw_picture_has_no_longer_sides_than_one_in_a_file(picture_package: Package) -> None:
    assert raw_calls.MAX_SIDE == decode.MAX_SIDE
    for shape in ((1, 1, raw_calls.MAX_SIDE + 1, 3), (1, raw_calls.MAX_SIDE + 1, 1, 3)):
        with pytest.raises(Refused, match="a side of more than") as refusal:
            check_call(picture_package, {"image": np.zeros(shape, np.uint8)}, Limits())
        assert refusal.value.status == 413
    thin = {"image": np.zeros((1, 1, raw_calls.MAX_SIDE, 3), np.uint8)}
    check_call(picture_package, thin, Limits())
    assert pixels_in(picture_package, thin) > 10_000_000


def test_a_raw_call_waits_for_its_turn(row_package: Package) -> None:
    asking = Asking(row_package, Load(1, 1, 4), 1000)
    feeds = row_package.feeds([row_package.read({name: None for name in row_package.columns})])
    with ThreadPoolExecutor(1) as thread:
        with asking._shared.turn():
            answer = thread.submit(asking.call, ["probabilities"], feeds, 0, Deadline.after(20.0))
            with pytest.raises(TimeoutError):
                answer.result(0.05)
        assert answer.result(20)[0].shape == (1, 3)


def test_a_raw_call_has_no_more_rows_than_one_of_the_reader(row_package: Package) -> None:
    feeds = row_package.feeds([row_package.read({name: None for name in row_package.columns})] * 4097)
    with pytest.raises(Refused, match="limit is 4,096"):
        check_call(row_package, feeds, Limits())
    with pytest.raises(Refused, match="limit is 33"):
        check_call(row_package, feeds, replace(Limits(), values=100))


def test_a_raw_sound_has_a_limit(sounds: Path) -> None:
    package = Package.open(sounds, threads=1)
    check_call(package, {"audio": np.zeros((1, 200 * 16_000), np.float32)}, Limits())
    with pytest.raises(Refused, match="200 seconds"):
        check_call(package, {"audio": np.zeros((1, 200 * 16_000 + 1), np.float32)}, Limits())
    with pytest.raises(Refused, match="limit is 16"):
        check_call(package, {"audio": np.zeros((17, 10), np.float32)}, Limits())


def test_lists_of_a_raw_call_fit_together(word_package: Package) -> None:
    feeds = dict(word_package.feeds([word_package.read("good film")]))
    check_call(word_package, feeds, Limits())
    sizes = next(
        str(feature["inputs"][-1])
        for feature in word_package.manifest["reading"]["features"]
        if feature["kind"] in ("ngrams", "sequence")
    )
    for wrong in (feeds[sizes] + 1, -feeds[sizes], np.array([2**40])):
        with pytest.raises(Refused, match="sum to another") as refusal:
            check_call(word_package, {**feeds, sizes: wrong}, Limits())
        assert refusal.value.status == 422


def test_ngrams_of_a_raw_call_have_a_limit_by_the_number_of_classes(word_package: Package) -> None:
    feeds = dict(word_package.feeds([word_package.read("good film " * 500)]))
    check_call(word_package, feeds, Limits())
    families = [f["inputs"] for f in word_package.manifest["reading"]["features"] if f["kind"] == "ngrams"]
    keys, counts, sizes = families[0]
    many = 8_000_000 // len(word_package.classes) + 1
    feeds |= {keys: np.zeros(many, np.int64), counts: np.ones(many, np.int64), sizes: np.array([many])}
    with pytest.raises(Refused, match="entries; the limit is 2,666,666") as refusal:
        check_call(word_package, feeds, Limits())
    assert refusal.value.status == 413


def test_the_limits_of_texts_are_those_of_their_reader() -> None:
    assert (raw_calls.MOST_TEXTS, raw_calls.CHUNK) == (text.MOST_TEXTS, chunks.CHUNK)


def test_chunks_of_words_have_a_limit() -> None:
    check_words(np.zeros((128, 128), np.int64))
    check_words(np.zeros((256, 62), np.int64))  # as many texts of 60 letters as the reader itself puts into a call
    for shape in ((1, 129), (129, 128), (256, 128)):
        with pytest.raises(Refused, match="the limit is") as refusal:
            check_words(np.zeros(shape, np.int64))
        assert refusal.value.status == 413
