"""A model as one ``.onnx`` file, run beside the model before it is handed over."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from exporters.base import Exporter, ExportReport, Progress
from exporters.files import write_together
from exporters.onnx.proven import Proven, prove
from exporters.source import Source


class OnnxExporter(Exporter):
    """Writes ``<name>.onnx`` and, beside it, ``parity.json`` and what else a client needs to read samples."""

    target: ClassVar[str] = "onnx"

    @override
    def export(self, source: Source, out: Path, progress: Progress) -> ExportReport:
        start = time.perf_counter()
        proven = prove(source, progress)
        progress(0.98, "Writing the files")
        return _hand_over(source, out, proven, start)


def _hand_over(source: Source, out: Path, proven: Proven, start: float) -> ExportReport:
    path, parity_path = out / f"{source.name}.onnx", out / "parity.json"
    size = len(proven.content)
    figures = {"file": path.name, "bytes": size, "model_sha256": source.fingerprint, **proven.parity.to_json()}
    words = json.dumps(figures, ensure_ascii=False, indent=1)
    beside = {out / name: content for name, content in proven.form.files().items()}
    write_together({path: proven.content, parity_path: words.encode(), **beside})
    return ExportReport(
        target=OnnxExporter.target,
        path=path,
        parity_path=parity_path,
        bytes=size,
        seconds=round(time.perf_counter() - start, 2),
        parity=figures,
        notes=proven.notes,
    )
