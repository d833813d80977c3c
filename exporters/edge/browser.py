"""A folder that runs the model in a browser, once ONNX Runtime for the web is put beside it."""

from __future__ import annotations

from importlib import resources

from engine.task import Modality, Task
from exporters.errors import NotExportable

RUNTIME = "1.23"

_README = f"""This folder runs the model in a browser, on the visitor's own device; nothing is sent anywhere.

It needs ONNX Runtime for the web (npm package onnxruntime-web, {RUNTIME} or newer, MIT licence), which is not included.
Get it once, with npm and tar:

  npm pack onnxruntime-web
  tar -xzf onnxruntime-web-*.tgz
  mkdir ort
  cp package/dist/ort.wasm.min.js package/dist/ort-wasm-simd-threaded.mjs package/dist/ort-wasm-simd-threaded.wasm ort/

Then serve the folder and open it; a page opened as a file may not read others:

  python3 -m http.server --bind 127.0.0.1 8000      http://127.0.0.1:8000

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
    if task.modality is Modality.TEXT:
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
