"""A folder for a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.api import export
from exporters.edge.browser import browser_files, refuse_texts
from exporters.errors import NotExportable
from exporters.standalone.package import Package
from tests.engine.flowers import FLOWERS, flower_run
from tests.exporters.models import constant, model_of

TEXTS = Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b"), columns=(Column("text", ColumnType.TEXT),))


def text_of(name: str) -> str:
    return browser_files(FLOWERS)[name].decode()


def test_the_folder_is_a_package_with_a_page(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "flowers")
    model_of(FLOWERS, constant(FLOWERS)).save(run.model_path)
    export(run.path, "edge", tmp_path / "out", target="browser", teach=0.0)
    assert Package.open(tmp_path / "out").classes == FLOWERS.classes
    for name in ("index.html", "app.js", "README.txt"):
        assert (tmp_path / "out" / name).read_bytes() == browser_files(FLOWERS)[name]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["edge"]["device"] == "a browser"


def test_the_page_takes_nothing_from_elsewhere() -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text_of("index.html"))
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "http" not in policy[1] and "*" not in policy[1]
    assert not re.search(r"https?://", text_of("index.html") + text_of("app.js"))


def test_the_code_finds_what_it_looks_for_on_the_page() -> None:
    wanted = set(re.findall(r'byId\("(\w+)"\)', text_of("app.js")))
    assert wanted and wanted <= set(re.findall(r'id="(\w+)"', text_of("index.html")))


def test_the_code_asks_for_the_types_that_graphs_declare() -> None:
    assert set(re.findall(r'ort\.Tensor\("(\w+)"', text_of("app.js"))) == {"uint8", "float32", "string", "float64"}


def test_the_code_is_free_of_mistakes_in_writing(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    (tmp_path / "app.js").write_bytes(browser_files(FLOWERS)["app.js"])
    subprocess.run([node, "--check", str(tmp_path / "app.js")], check=True, timeout=60)


def test_how_to_get_the_runtime_is_said() -> None:
    assert "npm pack onnxruntime-web" in text_of("README.txt")
    for name in re.findall(r'src="ort/([^"]+)"', text_of("index.html")):
        assert name in text_of("README.txt")


def test_texts_are_refused_before_anything_is_tried() -> None:
    with pytest.raises(NotExportable, match="autodidact serve"):
        refuse_texts(TEXTS)
