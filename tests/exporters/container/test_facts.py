"""Names that docker, podman and Kubernetes accept, whatever the project is called."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.container.facts import GRACE_S, Facts, image_name, most_memory, usual_memory
from exporters.errors import NotOurs
from exporters.server.predictor import CLOSE_S
from exporters.server.settings import Limits

PRINT = "ab12" * 16
IMAGE = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")  # of the reference grammar: one component of a path
LABEL = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")  # RFC 1035, as Kubernetes asks of a service


@given(st.text())
def test_any_name_becomes_an_image_and_a_label(title: str) -> None:
    name = image_name(title, PRINT)
    assert IMAGE.fullmatch(name)
    assert LABEL.fullmatch(name)
    assert len(name) + len("-token") <= 63


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Müll & Co. / v2", "mull-co-v2"),
        ("../../etc/passwd", "etc-passwd"),
        ("name\nwith: lines", "name-with-lines"),
        ("🐍", "model-ab12ab"),
        ("", "model-ab12ab"),
        ("3 kinds", "model-3-kinds"),
        ("x" * 100, "x" * 40),
    ],
)
def test_a_name_stays_recognisable(title: str, name: str) -> None:
    assert image_name(title, PRINT) == name


def test_the_tag_is_that_of_the_model_and_no_registry_is_asked_for_it() -> None:
    assert Facts.of("Bolts", PRINT, 1).image == "localhost/bolts:ab12ab12ab12"


def test_memory_grows_with_the_model_and_leaves_room_for_requests() -> None:
    assert (usual_memory(0), most_memory(0)) == (128, 768)
    assert usual_memory(100_000_000) == 448
    assert most_memory(1_900_000_000) % 64 == 0


def test_a_container_gets_more_time_to_end_than_its_server_takes() -> None:
    assert Limits().drain_s + CLOSE_S + 2 < GRACE_S


def test_a_context_says_itself_what_it_was_written_with(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    manifest = {"name": "Bolts", "files": {"model.onnx": {"sha256": PRINT, "bytes": 1000}}}
    (tmp_path / "model" / "manifest.json").write_text(json.dumps(manifest))
    assert Facts.read(tmp_path) == Facts.of("Bolts", PRINT, 1000)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"name": "Bolts"}', '{"name": "Bolts", "files": []}', "[" * 100_000]
)
def test_another_folder_is_met_with_a_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "manifest.json").write_text(content)
    with pytest.raises(NotOurs, match="is not a container's folder as it was exported"):
        Facts.read(tmp_path)
