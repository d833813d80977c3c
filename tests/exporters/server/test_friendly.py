"""``POST /predict`` in every way it takes samples, on a real server; the answers are those of the package itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from exporters.server.deadline import Deadline
from exporters.server.friendly import Asking
from exporters.server.refused import Refused
from exporters.server.samples import Batch, read_batch
from exporters.server.settings import Limits, Load
from exporters.standalone.package import Package
from tests.exporters.models import COLUMNS
from tests.exporters.server.client import Server, form, serving

ROW = {"length in cm": 41.5, "colour 🎨": "rot", "label": "2023-11-15", "inner_1_Mul": "place 7"}
OTHER = {"length in cm": None, "colour 🎨": "never seen", "label": None, "inner_1_Mul": ""}


def test_a_picture_is_answered_as_body_and_as_form(
    picture_server: Server, picture_package: Package, photo: bytes
) -> None:
    expected = picture_package.predict([picture_package.read(photo)])[0].to_json()
    body, kind = form(("file", "photo.jpg", photo))
    for sent, content_type in ((photo, "image/jpeg"), (photo, "application/octet-stream"), (photo, ""), (body, kind)):
        reply = picture_server.post("/predict", sent, content_type)
        assert (reply.status, reply.json) == (200, {"model": "pictures", "predictions": [expected]})


def test_several_files_are_a_batch_with_an_error_for_each_that_cannot_be_read(
    picture_server: Server, photo: bytes
) -> None:
    body, kind = form(("file", "a.jpg", photo), ("file", "b.jpg", b"no picture"), ("file", "c.jpg", photo))
    first, second, third = picture_server.post("/predict", body, kind).json["predictions"]
    assert first == third and set(first) == {"label", "probabilities"}
    assert "is not a JPEG" in second["error"]


def test_rows_come_as_columns_lists_rows_and_csv(row_server: Server, row_package: Package) -> None:
    answers = [answer.to_json() for answer in row_package.predict([row_package.read(ROW), row_package.read(OTHER)])]
    columns = {name: [ROW[name], OTHER[name]] for name in ROW}
    for value, expected in (
        ({"columns": ROW}, answers[:1]),
        ({"columns": columns}, answers),
        ({"rows": [ROW, OTHER]}, answers),
        ([ROW, OTHER], answers),
    ):
        reply = row_server.post_json("/predict", value)
        assert (reply.status, reply.json["predictions"]) == (200, expected)
    table = "length in cm,colour 🎨,label,inner_1_Mul,more\n41.5,rot,2023-11-15,place 7,x\n".encode()
    assert row_server.post("/predict", table, "text/csv; charset=utf-8").json["predictions"] == answers[:1]
    body, kind = form(("file", "rows.csv", table))
    assert row_server.post("/predict", body, kind).json["predictions"] == answers[:1]


def test_cells_of_a_table_that_cannot_be_read_are_noted(row_server: Server) -> None:
    table = "length in cm,colour 🎨,label,inner_1_Mul\nlong,rot,2023-11-15,a\n2,rot,NA,a\n".encode()
    form_of_it, kind = form(("file", "rows.csv", table))
    for sent, content_type in ((table, "text/csv"), (form_of_it, kind)):
        reply = row_server.post("/predict", sent, content_type).json
        assert len(reply["predictions"]) == 2
        assert [note.partition(";")[0] for note in reply["notes"]] == ["“length in cm” takes numbers"]


def test_a_cell_that_cannot_be_read_costs_its_row_alone(row_server: Server) -> None:
    reply = row_server.post_json("/predict", {"rows": [{**ROW, "length in cm": "long"}, ROW]})
    bad, good = reply.json["predictions"]
    assert "length in cm" in bad["error"] and "label" in good
    alone = row_server.post_json("/predict", {"columns": {**ROW, "length in cm": "long"}})
    assert alone.status == 422 and alone.error == bad["error"]


def test_missing_columns_are_named(row_server: Server) -> None:
    reply = row_server.post_json("/predict", {"columns": {"colour 🎨": "rot"}})
    assert reply.status == 422
    assert "“length in cm”, “label”, “inner_1_Mul”" in reply.error
    reply = row_server.post("/predict", "colour 🎨,label\nrot,2023-11-15\n".encode(), "text/csv")
    assert reply.status == 422 and "“length in cm”, “inner_1_Mul”" in reply.error


def test_texts_come_as_json_plain_text_and_several(words: Path, word_package: Package) -> None:
    expected = [
        answer.to_json() for answer in word_package.predict([word_package.read(text) for text in ("fine 味", "bad")])
    ]
    with serving(words) as server:
        assert server.post_json("/predict", {"text": "fine 味"}).json["predictions"] == expected[:1]
        assert server.post("/predict", "fine 味".encode(), "text/plain").json["predictions"] == expected[:1]
        assert server.post_json("/predict", {"texts": ["fine 味", "bad"]}).json["predictions"] == expected
        assert set(expected[0]) == {"labels", "probabilities"}
        refused = server.post_json("/predict", {"text": 3})
        assert refused.status == 422 and "This model takes texts" in refused.error


def test_a_sound_is_answered_as_body_and_as_form(sounds: Path, sound: bytes, photo: bytes) -> None:
    package = Package.open(sounds, threads=1)
    expected = package.predict([package.read(sound)])[0].to_json()
    body, kind = form(("file", "a.wav", sound), ("file", "b.wav", photo))
    with serving(sounds) as server:
        for content_type in ("audio/wav", "", "video/ogg"):
            assert server.post("/predict", sound, content_type).json["predictions"] == [expected]
        first, second = server.post("/predict", body, kind).json["predictions"]
        assert first == expected and "sound" in second["error"].lower()
        for damaged in (sound[:30], b"RIFF" + bytes(50), b"OggS" + bytes(99), b"\xff\xfb" + bytes(99)):
            assert server.post("/predict", damaged, "audio/wav").status == 422
        assert server.post("/image", photo, "application/octet-stream").status == 404


def test_a_number_is_a_number(numbers: Path) -> None:
    with serving(numbers) as server:
        (answer,) = server.post_json("/predict", {"columns": ROW}).json["predictions"]
    assert set(answer) == {"number"} and isinstance(answer["number"], float)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"a": "\xff"}', "application/json", 400),
        (b'{"columns": {"colour": "\\ud800"}}', "application/json", 400),
        (b"[" * 1000 + b"]" * 1000, "application/json", 400),
        (b"3", "application/json", 422),
        (b'{"rows": 3}', "application/json", 422),
        (b'{"rows": []}', "application/json", 400),
        (b'{"rows": [[1]]}', "application/json", 422),
        (b'{"columns": {"a": [1], "b": [1, 2]}}', "application/json", 422),
        (b"a row", "text/plain", 415),
        (b"a row", "image/png", 415),
        (b"", "text/csv", 400),
        (b"\x00\x01\x02" * 99, "text/csv", 422),
        (b"x,y\n1,2\n", "text/csv", 422),
        (b"--x", "multipart/form-data", 400),
        (b"--x\r\n", "multipart/form-data; boundary=x", 400),
    ],
)
def test_what_is_no_row_is_refused_with_a_sentence(
    row_server: Server, body: bytes, content_type: str, status: int
) -> None:
    reply = row_server.post("/predict", body, content_type)
    assert (reply.status, bool(reply.error)) == (status, True)
    assert row_server.is_well()


def test_more_rows_than_the_limit_are_refused(row_server: Server) -> None:
    reply = row_server.post("/predict", json.dumps([{}] * 10_001).encode(), "application/json")
    assert reply.status == 413 and "10,000" in reply.error


def test_every_column_is_asked_for_by_its_own_name(row_package: Package) -> None:
    assert row_package.columns == tuple(column.name for column in COLUMNS)


def test_answers_wait_for_room_until_others_are_written(row_package: Package) -> None:
    asking = Asking(row_package, Load(1, 1, 1), 1000, most_values=6)
    batch = Batch([ROW, OTHER], alone=False)
    expected = asking.reply(batch, Deadline.after(20.0))
    with asking.answering(1, Deadline.after(1.0)):
        assert asking.reply(Batch([ROW], alone=True), Deadline.after(20.0)).answered == 1
        with pytest.raises(Refused) as late:
            asking.reply(batch, Deadline.after(0.05))
        assert late.value.status == 504
    assert asking.reply(batch, Deadline.after(20.0)) == expected
    assert asking.reply(Batch([ROW] * 9, alone=False), Deadline.after(20.0)).answered == 9, "more than all room"


def test_an_answer_has_a_limit_by_its_classes(row_package: Package) -> None:
    body = json.dumps([ROW] * 4).encode()
    with pytest.raises(Refused, match="the limit is 3") as refused:
        read_batch(body, "application/json", row_package, replace(Limits(), values=10))
    assert refused.value.status == 413


def test_no_further_sample_is_read_once_the_answer_is_given_up(row_package: Package) -> None:
    asking = Asking(row_package, Load(1, 1, 1), 1000)
    with pytest.raises(Refused) as late:
        asking.answers(Batch([ROW], alone=True), Deadline(0.0, 1.0))
    assert late.value.status == 504
