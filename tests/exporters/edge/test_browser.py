"""A folder for a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
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

from engine.modalities.audio.decode import _excerpts, to_mono_16k
from engine.modalities.audio.resample import RATE
from engine.modalities.image.decode import decode
from engine.modalities.table.decode import as_days
from engine.separated import MISSING
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.api import export
from exporters.edge.browser import RUNTIME, RUNTIME_FILES, browser_files, refuse_texts
from exporters.errors import NotExportable
from exporters.standalone.csvs import days_in
from exporters.standalone.package import Package
from labeling.tables.dates import DATE_FORMATS
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


def in_node(folder: Path, asked: str, zone: str = "Europe/Berlin") -> Any:
    """Return what an expression in JavaScript says that follows the page's code, on a machine in another time zone."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    code = text_of("app.js").partition("\nstart()")[0]
    stub = "const ort = { Tensor: class { constructor(type, data) { Object.assign(this, { type, data }); } } };"
    told = f"Promise.resolve({asked}).then((said) => console.log(JSON.stringify(said)));"
    (folder / "asked.js").write_text(f"{code}\n{stub}\n{told}", encoding="utf-8")
    command = [node, str(folder / "asked.js")]
    said = subprocess.run(
        command, check=True, timeout=60, capture_output=True, encoding="utf-8", env={**os.environ, "TZ": zone}
    )
    return json.loads(said.stdout)


@pytest.mark.parametrize(("bits", "refused"), [(8, False), (16, True)])
def test_a_png_of_deep_grey_is_refused_as_browsers_darken_it(bits: int, refused: bool, tmp_path: Path) -> None:
    levels = np.full((4, 5), 200, dtype=np.uint16 if bits == 16 else np.uint8)
    Image.fromarray(levels).save(path := tmp_path / "grey.png")
    asked = f"picture(new Blob([new Uint8Array({list(path.read_bytes())})])).catch((error) => error.message)"
    assert ("more than 8 bits" in in_node(tmp_path, asked)) is refused


MOMENTS = (
    datetime(2024, 5, 3),
    datetime(2024, 12, 31, 14, 30, 45),
    datetime(2024, 3, 31, 2, 30),  # no clock in Berlin showed it
    datetime(1969, 12, 31, 18),
    datetime(1900, 2, 28, 23, 59, 59),
)


def test_dates_of_every_format_are_the_days_that_the_model_learned_from(tmp_path: Path) -> None:
    written = [(moment.strftime(pattern), pattern) for pattern in DATE_FORMATS for moment in MOMENTS]
    said = in_node(tmp_path, f"{json.dumps(written)}.map(([text, pattern]) => days(text, pattern))")
    assert said == pytest.approx([days_in(text, pattern) for text, pattern in written], abs=1e-9)


def test_dates_are_days_of_the_calendar_and_of_the_columns_pattern_before_any_other(tmp_path: Path) -> None:
    asked = [
        ("03/05/2024", "%d/%m/%Y"),
        ("03/05/2024", "%m/%d/%Y"),
        ("3/5/2024  7:05", "%d/%m/%Y %H:%M"),
        ("30/02/2024", "%d/%m/%Y"),
        ("12/31/2024", "%d/%m/%Y"),
        ("01/01/0050", "%d/%m/%Y"),
        ("soon", "%Y-%m-%d"),
        ("31.05.2024 10:11:12.25+02:00", "%d.%m.%Y %H:%M:%S"),
        ("31.05.2024 10:11 -0530", "%d.%m.%Y %H:%M"),
        ("31/05/2024 10:11:12Z", "%d/%m/%Y %H:%M:%S"),
        ("31/05/2024 10:11.5", "%d/%m/%Y %H:%M"),
        ("2024-05-12:30", "%Y-%m-%d %H:%M"),
        ("2024-05-1212:30", "%Y-%m-%d %H:%M"),
    ]
    said = in_node(tmp_path, f"{json.dumps(asked)}.map(([text, pattern]) => days(text, pattern))")
    assert said == pytest.approx([days_in(text, pattern) for text, pattern in asked])
    assert said[0] != said[1] and said[3] is said[4] is said[-2] is None


def test_dates_that_follow_iso_are_read_in_every_column(tmp_path: Path) -> None:
    asked = [
        *("2024-05-31", "2024-05-31 12:00", "2024-05-31T12:00:00", "2024-05-31T12:00:00.250Z"),
        *("2024-05-31T00:30:00+02:00", "2024-05-31T23:30-01:30", "1969-12-31T18:00:00", "2024-02-30", "2024-05-31x"),
    ]
    said = in_node(tmp_path, f'{json.dumps(asked)}.map((text) => days(text, "%d.%m.%Y"))')
    assert said[:-2] == pytest.approx([as_days("d", text) for text in asked[:-2]], abs=1e-9)
    assert said[-2:] == [None, None]


def test_what_is_no_date_is_told_with_one_in_the_columns_own_manner(tmp_path: Path) -> None:
    column = json.dumps({"name": "when", "type": "date", "format": "%d/%m/%Y %H:%M"})
    said = in_node(
        tmp_path,
        "(() => { try { return cell({ type: 'double', column: 'when' }, " + column + ", 'soon'); }"
        " catch (error) { return error.message; } })()",
    )
    assert said == "“soon” in when is not a date. Write it like 31/05/2026 14:30."


def test_blanks_around_a_word_do_not_make_it_another(tmp_path: Path) -> None:
    column = json.dumps({"name": "colour", "type": "category", "format": ""})
    said = in_node(tmp_path, f"cell({{ type: 'string' }}, {column}, ' red\\t')")
    assert said == {"type": "string", "data": ["red"]}


def test_words_for_missing_are_missing_as_in_a_table(tmp_path: Path) -> None:
    said = in_node(tmp_path, f"{json.dumps(MISSING)}.filter((word) => !MISSING.includes(word)).concat(MISSING.length)")
    assert said == [len(MISSING)]
    columns = [{"name": "c", "type": type_, "format": ""} for type_ in ("category", "number", "date")]
    kinds = json.dumps([{"type": "string"}, {"type": "double"}, {"type": "double"}])
    asked = f"{json.dumps(columns)}.map((column, place) => cell({kinds}[place], column, ' NA ').data[0])"
    assert in_node(tmp_path, asked) == ["", None, None]


def test_the_cells_of_a_table_are_read_by_their_columns(tmp_path: Path) -> None:
    columns = (Column("when", ColumnType.DATE, "%d/%m/%Y"), Column("colour", ColumnType.CATEGORY))
    task = replace(FLOWERS, columns=columns)
    inputs = [{"name": c.name, "column": c.name, "type": t} for c, t in zip(columns, ("double", "string"), strict=True)]
    manifest = json.dumps({"inputs": inputs, "task": task.to_json()})
    form = "const boxes = [{ value: '03/05/2024' }, { value: 'red ' }]; field = () => boxes.shift(); button = () => {};"
    said = in_node(tmp_path, f"(() => {{ {form} return tableAsker(null, {manifest}).feeds(); }})()")
    assert said["when"]["data"] == {"0": days_in("03/05/2024", "%d/%m/%Y")}
    assert said["colour"]["data"] == ["red"]


SECONDS = (0.1, 199.9, 200, 200.1, 201, 500, 1799.9, 1800, 1800.1, 4000)


def test_of_long_sounds_the_same_excerpts_are_heard_as_by_the_engine(tmp_path: Path) -> None:
    lengths = [int(seconds * RATE) for seconds in SECONDS]
    said = in_node(tmp_path, f"{lengths}.map((samples) => excerpts(samples, {RATE}))")
    for samples, stretches in zip(lengths, said, strict=True):
        assert stretches == [[first, min(last, samples)] for first, last in _excerpts(samples, RATE)]


@pytest.mark.parametrize("loudness", [0.5, 3.0])
@pytest.mark.parametrize("samples", [1, 1_999, 2_011, 20_000])
def test_sounds_are_prepared_as_by_the_engine(samples: int, loudness: float, tmp_path: Path) -> None:
    slow = 10  # samples a second, so that half an hour is a short file
    sound = np.random.default_rng(0).uniform(-loudness, loudness, (samples, 2)).astype(np.float32)
    sound[:1, 0] = np.nan
    sound[5:6, 1] = np.inf
    for place in range(2):
        (tmp_path / str(place)).write_bytes(sound[:, place].tobytes())
    files = json.dumps([str(tmp_path / str(place)) for place in range(2)])
    read = f"{files}.map((name) => new Float32Array(new Uint8Array(require('fs').readFileSync(name)).buffer))"
    said = in_node(tmp_path, f"Array.from(heard({read}, {slow}))")
    stretches = [sound[first:last] for first, last in _excerpts(samples, slow)]
    expected = to_mono_16k(iter(stretches), RATE)
    assert len(said) == len(expected) <= 200 * slow
    np.testing.assert_allclose(np.array(said, dtype=np.float32), expected, rtol=1e-6)
    assert np.abs(said).max() <= 1.0
