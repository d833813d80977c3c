"""Export a trained model. ``EXPORTERS`` lists the targets: one file and one line each."""

from __future__ import annotations

import importlib
from pathlib import Path

from exporters.base import Exporter, ExportReport, Progress
from exporters.errors import ExportError
from exporters.source import open_source

EXPORTERS: dict[str, str] = {
    "onnx": "exporters.onnx.exporter:OnnxExporter",
}


def exporter(target: str) -> Exporter:
    """Import and return the exporter for ``target``.

    Raises:
        ExportError: there is none.
    """
    if target not in EXPORTERS:
        raise ExportError(f"Models are exported as {' or '.join(EXPORTERS)}, but got {target!r}. Nothing was exported.")
    module, _, name = EXPORTERS[target].partition(":")
    found: type[Exporter] = getattr(importlib.import_module(module), name)
    return found()


def export(source: Path, to: str = "onnx", out: Path = Path(), progress: Progress | None = None) -> ExportReport:
    """Export the model of the run folder (or model folder) ``source`` into the folder ``out``.

    Raises:
        ExportError: why nothing was written, in a sentence.
    """
    chosen = exporter(to)
    tell = progress or (lambda share, text: None)
    tell(0.0, "Loading the model")
    return chosen.export(open_source(source), out, tell)
