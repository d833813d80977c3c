"""A folder that runs the model in a browser, once ONNX Runtime for the web is put beside it."""

from __future__ import annotations

from importlib import resources

from engine.task import ColumnType, Modality, Task
from exporters.errors import NotExportable

RUNTIME = "1.30.0"
"""The version of ONNX Runtime for the web that pages were tried with; its network part alone is 14 MB."""

RUNTIME_FILES = {
    "ort.wasm.min.js": "faece07e84faa9001f5104bbe4e5c70861d06cb2376a0dea1fa0ad33a67adc81",
    "ort-wasm-simd-threaded.mjs": "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
    "ort-wasm-simd-threaded.wasm": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
"""What the page loads from the folder ``ort``, with the SHA-256 of each in that version."""

_SUMS = "\n".join(f"  {digest}  ort/{name}" for name, digest in RUNTIME_FILES.items())
_README = f"""This folder runs the model in a browser, on the visitor's own device; nothing is sent anywhere.

1. It needs ONNX Runtime for the web (npm package onnxruntime-web {RUNTIME}, MIT licence, 14 MB), which is not
   included. Get it once:

  curl -O https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{RUNTIME}.tgz
  tar -xzf onnxruntime-web-{RUNTIME}.tgz
  mkdir ort
  cp {" ".join(f"package/dist/{name}" for name in RUNTIME_FILES)} ort/

   The folder then holds these files, by their SHA-256 (sha256sum ort/* shows them):

{_SUMS}

2. Serve the folder and open it; a page opened as a file may not read others:

  python3 -m http.server --bind 127.0.0.1 8000      http://127.0.0.1:8000

3. "Try the sample" asks about the sample that came with the model and shows what is to be answered. Browsers decode
   pictures and sounds a little differently from each other, so that a few tenths of a per cent may differ.

index.html, app.js   the page; no part of it comes from elsewhere
model.onnx           the model
manifest.json        classes, what it takes and answers, and what it cost to make it small
sample/              one input and what is to be answered
"""


def refuse_texts(task: Task) -> None:
    """Let pass what a page can ask.

    Raises:
        NotExportable: the model reads texts, whose words are told apart by code that browsers do not have.
    """
    texts = [column.name for column in task.columns if column.type is ColumnType.TEXT]
    if task.modality is Modality.TEXT or texts:
        raise NotExportable(
            "This model reads texts, which are taken apart into words by code that no browser has. Nothing was "
            "written. Serve it with `autodidact serve` and let the page ask that."
        )


def browser_files(task: Task) -> dict[str, bytes]:
    """Return the page and how to run it."""
    refuse_texts(task)
    folder = resources.files("resources").joinpath("edge")
    page = {name: folder.joinpath(name).read_bytes() for name in ("index.html", "app.js")}
    return {**page, "README.txt": _README.encode()}
