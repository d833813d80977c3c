"""No more of a request is read into samples than it may hold, and files of text as they were in training."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from engine.modalities.text.decode import read_text
from exporters.container import requests
from exporters.server.refused import Refused
from exporters.server.samples import read_batch
from exporters.server.settings import Limits
from exporters.standalone.package import Package
from tests.exporters.server.client import form


def test_a_table_of_more_rows_than_the_limit_is_refused_before_they_are_held(row_package: Package) -> None:
    body = ",".join(row_package.columns).encode() + b"\n" + b"1\n" * 400_000
    halves = form(("file", "a.csv", body[:15_000]), ("file", "b.csv", body))
    for content, content_type in ((body, "text/csv"), halves):
        tracemalloc.start()
        try:
            with pytest.raises(Refused, match="more than 10,000 samples") as refused:
                read_batch(content, content_type, row_package, Limits())
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert refused.value.status == 413
        assert most < 40_000_000


SENTENCE = "Größe über 3 – sehr gut"
FILES = {
    "windows": SENTENCE.encode("cp1252"),
    "chinese": "这部电影非常好看,我们都很喜欢".encode("gb18030"),
    "utf-16": SENTENCE.encode("utf-16"),
    "marked": SENTENCE.encode("utf-8-sig"),
    "longer than is read": ("é" * 600_000).encode(),
}


@pytest.mark.parametrize("raw", FILES.values(), ids=FILES)
def test_a_file_of_text_is_read_as_it_was_in_training(word_package: Package, tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "sample.text").write_bytes(raw)
    learned = read_text(tmp_path / "sample.text")
    body, form_type = form(("file", "sample.text", raw))
    sent = [
        (raw, kind) for kind in ("text/plain", "", "application/octet-stream", requests.content_type("sample.text"))
    ]
    for content, kind in [*sent, (body, form_type)]:
        batch = read_batch(content, kind, word_package, Limits())
        assert batch.alone
        assert [word_package.read(sample) for sample in batch.samples] == [(learned,)]


@pytest.mark.parametrize(
    "body", [b' {"text": "good"}', b'["good", "bad"]', b'\xef\xbb\xbf{"text": "good"}', b"text=good+and+cheap"]
)
def test_json_or_a_form_that_does_not_say_so_is_not_taken_for_a_text(word_package: Package, body: bytes) -> None:
    with pytest.raises(Refused, match="as application/json") as refused:
        read_batch(body, "application/x-www-form-urlencoded", word_package, Limits())
    assert refused.value.status == 415
    assert read_batch(body, "text/plain", word_package, Limits()).alone
