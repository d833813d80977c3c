"""A package answers as the model it was made from, and nothing hostile is opened."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.modalities import ask_samples
from engine.modalities.table.samples import TableSamples
from engine.modalities.text.samples import TextSamples
from engine.model.model import Model
from engine.separated import MISSING
from exporters.packaged import write_package
from exporters.standalone.csvs import rows_of
from exporters.standalone.package import NotAPackage, Package, Unreadable
from exporters.standalone.texts import TextReader
from tests.exporters.models import NUMBER, linear, model_of, rows, source_of
from tests.exporters.texts import IN_COLUMNS

ROWS: tuple[dict[str, Any], ...] = (
    {"length in cm": 51.5, "colour 🎨": "rot", "label": "2024-05-31", "inner_1_Mul": "place 3"},
    {"length in cm": "", "colour 🎨": None, "label": 19_800.25, "inner_1_Mul": "never seen"},
    {"length in cm": "1e300", "colour 🎨": "grün 🟢\0", "label": "2024-05-31T12:00:00+02:00"},
    {},
)


def png(picture: np.ndarray[Any, Any]) -> bytes:
    written = io.BytesIO()
    Image.fromarray(picture).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize("name", ["table", "number"])
def test_rows_are_answered_as_the_model_does(name: str, opened: dict[str, Package], models: dict[str, Model]) -> None:
    samples, problems = ask_samples(ROWS, models[name].task)
    assert problems == {}
    expected = models[name].predict(samples)
    answers = opened[name].predict([opened[name].read(row) for row in ROWS])
    for answer, row in zip(answers, expected, strict=True):
        found = [answer.number] if name == "number" else list(answer.probabilities.values())
        np.testing.assert_allclose(np.array(found, dtype=np.float64), row, rtol=1e-12)


def test_truth_and_whole_numbers_are_what_they_were_in_the_table_however_they_are_sent(tmp_path: Path) -> None:
    learned = rows().frame.with_columns(pl.Series("colour 🎨", ["True", "False", "1.0"] * 100))
    model = model_of(NUMBER, linear(NUMBER, samples=TableSamples(learned)))
    folder = write_package(source_of(model, "spelled"), tmp_path / "out", lambda share, text: None).folder
    package = Package.open(folder, threads=1)
    asked = [{"colour 🎨": value} for value in ("True", True, "TRUE", False, "false", 1, 1.0, "1.0", "no", 2)]
    answers = [answer.number for answer in package.predict([package.read(row) for row in asked])]
    expected = model.predict(ask_samples(asked, NUMBER)[0])[:, 0]
    np.testing.assert_allclose(np.array(answers, dtype=np.float64), expected, rtol=1e-12)
    assert [answers.index(answer) for answer in answers] == [0, 0, 0, 3, 3, 5, 5, 5, 8, 8]


def test_pictures_of_many_sizes_are_answered_in_their_order(
    opened: dict[str, Package], models: dict[str, Model], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    sizes = [(9, 9), (30, 4), (9, 9), (1, 1), (30, 4), *[(9, 9)] * 40]
    files = []
    for place, (height, width) in enumerate(sizes):
        files.append(tmp_path / f"{place}.png")
        files[-1].write_bytes(png(rng.integers(0, 256, (height, width, 3), dtype=np.uint8)))
    package = opened["pictures"]
    answers = package.predict([package.read(file.read_bytes()) for file in files])
    expected = models["pictures"].predict(ask_samples(files, models["pictures"].task)[0])
    found = np.array([list(answer.probabilities.values()) for answer in answers])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert [answer.label for answer in answers] == [package.classes[code] for code in expected.argmax(axis=1)]


def test_several_classes_hold_or_none(opened: dict[str, Package], models: dict[str, Model], tmp_path: Path) -> None:
    texts = ("good film", "bad, unfunny", "", "味道 😀")
    package, model = opened["several"], models["several"]
    for place, text in enumerate(texts):
        (tmp_path / f"{place}.txt").write_text(text, encoding="utf-8")
    expected = model.predict(ask_samples([tmp_path / f"{place}.txt" for place in range(4)], model.task)[0])
    answers = package.predict([package.read(text) for text in texts])
    assert [list(answer.probabilities.values()) for answer in answers] == [pytest.approx(row) for row in expected]
    assert [answer.labels for answer in answers] == [
        tuple(name for name, share in zip(model.task.classes, row, strict=True) if share >= 0.5) for row in expected
    ]


def test_texts_come_typed_as_rows_or_as_files() -> None:
    reading = {"columns": 2, "letters": 1000, "features": [{"kind": "letters", "inputs": ["n"]}]}
    reader = TextReader(Path(), IN_COLUMNS, {"files": {}, "reading": reading})
    assert reader.columns == ("title", "body")
    assert reader.read("a film") == reader.read(b"a film") == reader.read({"text": "a film"}) == ("a film", "")
    assert reader.read({"body": 5}) == ("", "5")
    with pytest.raises(Unreadable, match="under the names title, body"):
        reader.read({"other": "a film"})


@pytest.mark.parametrize("word", MISSING)
def test_a_word_for_missing_is_no_text_by_csv_by_json_and_in_the_studio(word: str) -> None:
    reading = {"columns": 2, "letters": 1000, "features": [{"kind": "letters", "inputs": ["n"]}]}
    reader = TextReader(Path(), IN_COLUMNS, {"files": {}, "reading": reading})
    (of_table,) = rows_of(f'title,body\n"{word}",a film\n'.encode(), IN_COLUMNS.columns)
    of_json = {"title": f" {word} ", "body": "a film"}
    assert reader.read(of_table) == reader.read(of_json) == ("", "a film")
    samples, _ = ask_samples([of_json], IN_COLUMNS)
    assert isinstance(samples, TextSamples)
    assert samples.texts() == [("", "a film")]
    alone = TextReader(Path(), replace(IN_COLUMNS, columns=()), {"files": {}, "reading": {**reading, "columns": 1}})
    assert alone.read({"text": word}) == alone.read(word) == (word,)
    in_one = replace(IN_COLUMNS, columns=IN_COLUMNS.columns[:1])
    one = TextReader(Path(), in_one, {"files": {}, "reading": {**reading, "columns": 1}})
    samples, _ = ask_samples([{"title": word}], in_one)
    assert isinstance(samples, TextSamples)
    assert [one.read({"title": word})] == samples.texts() == [(word,)]


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("pictures", b"", "is empty"),
        ("pictures", b"garbage", "not a JPEG"),
        ("pictures", {"a": 1}, "takes pictures"),
        ("pictures", "a text", "takes pictures"),
        ("table", b"1,2", "takes rows"),
        ("table", {"length in cm": "long"}, "takes a number"),
        ("table", {"length in cm": 10**400}, "a number of many digits"),
        ("table", {"length in cm": [1]}, "but got a list"),
        ("table", {"label": "yesterday"}, "takes a date"),
        ("table", {"label": 10**400}, "takes a date"),
        ("table", {"label": "0001-01-01T00:00:00+14:00"}, "takes a date"),
        ("table", {"colour 🎨": "\ud800"}, "half a character"),
        ("several", b"\x00\x01\x02\x03" * 50, "holds no text"),
    ],
)
def test_what_cannot_be_read_is_met_with_a_sentence(name: str, raw: Any, why: str, opened: dict[str, Package]) -> None:
    with pytest.raises(Unreadable, match=why):
        opened[name].read(raw)


@pytest.mark.parametrize("name", ["table", "pictures"])
def test_no_samples_have_no_answers(name: str, opened: dict[str, Package]) -> None:
    assert opened[name].predict([]) == []


def test_a_model_for_files_takes_no_tables(opened: dict[str, Package]) -> None:
    with pytest.raises(Unreadable, match="takes no rows"):
        opened["pictures"].rows(b"a,b\n1,2\n")


def change(folder: Path, **changes: Any) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **changes}))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format": 2}, "format '2'"),
        ({"format": True}, "format 'True'"),
        ({"task": {}}, "damaged"),
        ({"task": None}, "damaged"),
        ({"inputs": []}, "inputs of the graph are not"),
        ({"inputs": 5}, "damaged"),
        ({"outputs": []}, "no output of"),
        (
            {
                "outputs": [
                    {"name": "x", "type": "double", "shape": ["N", 3]},
                    {"name": "y", "type": "string", "shape": ["N"]},
                ]
            },
            "outputs of the graph are not",
        ),
        ({"name": None}, "name its model"),
        ({"name": ""}, "name its model"),
        ({"name": "a\ud800"}, "name its model"),
        ({"name": "x" * 201}, "name its model"),
        ({"inputs": [{"name": "a", "shape": ["N"], "type": "complex64"}]}, "its inputs are"),
        ({"inputs": [{"name": "a", "shape": ["N"], "type": ["int64"]}]}, "its inputs are"),
        ({"inputs": [{"name": "a", "shape": [-1], "type": "int64"}]}, "its inputs are"),
        ({"inputs": [{"name": "a", "type": "int64"}]}, "its inputs are"),
        ({"inputs": [{"shape": ["N"], "type": "int64"}]}, "its inputs are"),
        ({"inputs": [{"name": "a", "shape": ["N"], "type": "int64"}] * 2}, "one name"),
        ({"outputs": [{"name": "a", "type": "double"}]}, "its outputs are"),
        ({"reading": None}, "damaged"),
        ({"reading": {"columns": [{"name": "length in cm", "inputs": 3}]}}, "damaged"),
        ({"files": {}}, "which files"),
        ({"files": {"model.onnx": None}}, "does not say what"),
        ({"files": {f"{number}": {} for number in range(100)} | {"model.onnx": {}}}, "which files"),
    ],
)
def test_a_manifest_that_is_not_ours_is_refused(changes: dict[str, Any], why: str, copied: Path) -> None:
    change(copied, **changes)
    with pytest.raises(NotAPackage, match=why):
        Package.open(copied)


@pytest.mark.parametrize("pattern", ["%Y%Y", "%d/%m", "%Y-%m-%d %H:%H", "%x", ","])
def test_a_date_that_no_cell_could_write_is_refused(pattern: str, copied: Path) -> None:
    task = json.loads((copied / "manifest.json").read_bytes())["task"]
    dates = [{**column, "format": pattern} if column["type"] == "date" else column for column in task["columns"]]
    assert dates != task["columns"]
    change(copied, task={**task, "columns": dates})
    with pytest.raises(NotAPackage, match="no date is written as"):
        Package.open(copied)


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/hostname", "C:\\x", "a/../../b", "a\\b", "con\0", "sample/./x", "a:b", "x" * 300, ""]
)
def test_names_that_lead_elsewhere_are_refused(name: str, copied: Path) -> None:
    files = json.loads((copied / "manifest.json").read_bytes())["files"]
    (copied.parent / "outside").write_text("secret")
    change(copied, files={**files, name: {"sha256": "0" * 64, "bytes": 6}})
    with pytest.raises(NotAPackage, match="may lie elsewhere"):
        Package.open(copied)


def test_links_are_refused(copied: Path) -> None:
    real = copied.parent / "real"
    (copied / "model.onnx").rename(real)
    (copied / "model.onnx").symlink_to(real)
    with pytest.raises(NotAPackage, match="a link to another place"):
        Package.open(copied)


def test_a_linked_folder_is_refused(copied: Path) -> None:
    (copied / "sample").rename(copied.parent / "elsewhere")
    (copied / "sample").symlink_to(copied.parent / "elsewhere")
    with pytest.raises(NotAPackage, match="a link to another place"):
        Package.open(copied)


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"[]", b"null", b"\xff\xfe", b"", b'{"format": 1' + b"0" * 5000 + b"}"]
)
def test_a_manifest_that_is_no_description_is_refused(content: bytes, copied: Path) -> None:
    (copied / "manifest.json").write_bytes(content)
    with pytest.raises(NotAPackage, match=r"manifest\.json"):
        Package.open(copied)


def test_a_manifest_of_a_gigabyte_is_not_read(copied: Path) -> None:
    with (copied / "manifest.json").open("r+b") as file:
        file.truncate(1 << 30)
    with pytest.raises(NotAPackage, match="the limit is"):
        Package.open(copied)


def test_a_missing_folder_is_met_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotAPackage, match=r"holds no manifest\.json"):
        Package.open(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["model.onnx", "sample/sample.csv", "sample/expected.json"])
def test_a_changed_file_is_noticed(name: str, copied: Path) -> None:
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)
    with pytest.raises(NotAPackage, match="was changed or damaged"):
        Package.open(copied)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(key=st.sampled_from(["name", "task", "inputs", "outputs", "reading", "files", "format"]), value=JSON)
def test_any_manifest_is_opened_or_refused_with_a_sentence(key: str, value: Any, copied: Path) -> None:
    before = (copied / "manifest.json").read_bytes()
    try:
        change(copied, **{key: value})
        with pytest.raises(NotAPackage):
            Package.open(copied)
    finally:
        (copied / "manifest.json").write_bytes(before)


def test_opening_leaves_no_traces_of_reports(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    Package.open(folders["table"])
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
