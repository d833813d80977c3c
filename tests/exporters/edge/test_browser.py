"""A folder for a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, ClassVar

import numpy as np
import pytest
import soundfile
from PIL import Image
from typing_extensions import override

from engine.modalities.image.decode import decode
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.api import export
from exporters.edge.browser import RUNTIME, RUNTIME_FILES, browser_files, refuse_texts
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
    assert f"onnxruntime-web-{RUNTIME}.tgz" in text_of("README.txt")
    asked = re.search(r"RUNTIME = \[(.*)\]", text_of("app.js"))
    assert asked is not None and json.loads(f"[{asked[1]}]") == list(RUNTIME_FILES)
    assert set(re.findall(r'src="ort/([^"]+)"', text_of("index.html"))) <= set(RUNTIME_FILES)
    for name, digest in RUNTIME_FILES.items():
        assert re.fullmatch("[0-9a-f]{64}", digest) and f"{digest}  ort/{name}" in text_of("README.txt")


_ASKED = """
class Tensor { constructor(type, data, dims) { Object.assign(this, { type, data, dims }); } }
const ort = { env: { wasm: {} }, Tensor };
addEventListener("load", async () => {
  const said = { table: rows(await (await fetch("table.csv")).text()) };
  const ways = { png: picture, jpg: picture, wav: (file) => sound(file, 16000) };
  for (const name of ["alpha.png", "grey.png", "turned.png", "tone.wav", "broken.jpg", "broken.wav"]) {
    const file = await (await fetch(name)).blob();
    const found = await ways[name.slice(-3)](file).catch((error) => ({ problem: error.message }));
    said[name] = { ...found, data: Array.from(found.data || []) };
  }
  await fetch("said", { method: "POST", body: JSON.stringify(said) });
});
"""


class _Folder(SimpleHTTPRequestHandler):
    """Serves a folder, and keeps the one thing that is posted."""

    said: ClassVar[SimpleQueue[Any]]

    def do_POST(self) -> None:
        self.said.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    @override
    def log_message(self, format: str, *told: object) -> None:
        return


def asked_in_chromium(chromium: str, folder: Path, scratch: Path) -> dict[str, Any]:
    """Return what the page in ``folder`` posts when Chromium opens it."""
    said: SimpleQueue[Any] = SimpleQueue()
    handler = type("Handler", (_Folder,), {"said": said})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        quiet = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        more = f"--disable-component-update --disable-sync --user-data-dir={scratch}"
        address = f"http://127.0.0.1:{server.server_port}/"
        nowhere = subprocess.DEVNULL
        browser = subprocess.Popen([chromium, *quiet.split(), *more.split(), address], stdout=nowhere, stderr=nowhere)
        try:
            found: dict[str, Any] = said.get(timeout=60)
        finally:
            browser.terminate()
            browser.wait()
            server.shutdown()
    return found


def test_the_page_reads_pictures_sounds_and_tables_as_the_engine_does(tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    (folder := tmp_path / "page").mkdir()
    for name, content in browser_files(FLOWERS).items():
        (folder / name).write_bytes(content)
    (folder / "ort").mkdir()
    (folder / "ort" / "ort.wasm.min.js").write_text(_ASKED, encoding="utf-8")
    rng = np.random.default_rng(3)
    colours = rng.integers(0, 256, (6, 9, 4), dtype=np.uint8)
    colours[..., 3] = np.where(np.arange(9) % 2, 255, 0)
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(colours).save(folder / "alpha.png")
    Image.fromarray(colours[..., 0]).save(folder / "grey.png")
    Image.fromarray(colours[..., :3]).save(folder / "turned.png", exif=turned)
    soundfile.write(folder / "tone.wav", rng.uniform(-0.5, 0.5, (800, 2)), 16_000, subtype="PCM_16")
    for name in ("broken.jpg", "broken.wav"):
        (folder / name).write_text("hello", encoding="utf-8")
    (folder / "table.csv").write_text('"a ""b""","c, d",\n1,"e\nf",x\n', encoding="utf-8")

    said = asked_in_chromium(chromium, folder, tmp_path / "profile")
    for name in ("alpha.png", "grey.png", "turned.png"):
        known = decode(folder / name)
        assert (said[name]["type"], said[name]["dims"]) == ("uint8", [1, *known.shape])
        assert np.array_equal(np.array(said[name]["data"]).reshape(known.shape), known), name
    heard = soundfile.read(folder / "tone.wav")[0].mean(axis=1)
    assert said["tone.wav"]["dims"] == [1, len(heard)]
    assert np.abs(np.array(said["tone.wav"]["data"]) - heard).max() < 1e-4
    assert "cannot be read as a picture" in said["broken.jpg"]["problem"]
    assert "cannot be read as a sound" in said["broken.wav"]["problem"]
    assert said["table"][:2] == [['a "b"', "c, d", ""], ["1", "e\nf", "x"]]


def test_texts_are_refused_before_anything_is_tried() -> None:
    among_others = replace(TEXTS, modality=Modality.TABLE, columns=(*FLOWERS.columns, *TEXTS.columns))
    for task in (TEXTS, among_others):
        with pytest.raises(NotExportable, match="autodidact serve"):
            refuse_texts(task)
    refuse_texts(FLOWERS)


def test_dates_are_days_as_the_graph_wants_them(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    (tmp_path / "days.js").write_text(
        re.findall(r"function days.*?\n}\n", text_of("app.js"), re.DOTALL)[0]
        + 'console.log(["1970-01-02", "2026-05-31 12:00", "1969-12-31T18:00:00"].map(days).join());',
        encoding="utf-8",
    )
    said = subprocess.run([node, str(tmp_path / "days.js")], check=True, timeout=60, capture_output=True, text=True)
    assert said.stdout.strip() == "1,20604.5,-0.25"
