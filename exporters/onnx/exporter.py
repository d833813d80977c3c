"""A model as one ``.onnx`` file, run beside the model before it is handed over."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from engine.task import Modality
from exporters.base import Exporter, ExportReport, Progress
from exporters.errors import NotExportable
from exporters.files import write_together
from exporters.onnx.compose import compose
from exporters.onnx.metadata import describe
from exporters.onnx.parity import Parity, check
from exporters.onnx.runtime import MAX_BYTES, OnnxModel
from exporters.source import Source

_WRITTEN, _OPENED = 0.4, 0.45
_USUAL_SAMPLES = {Modality.IMAGE: 135, Modality.TABLE: 1100}


class OnnxExporter(Exporter):
    """Writes ``<name>.onnx`` and, beside it, ``parity.json``."""

    target: ClassVar[str] = "onnx"

    @override
    def export(self, source: Source, out: Path, progress: Progress) -> ExportReport:
        start = time.perf_counter()
        progress(0.05, "Writing the model as ONNX")
        content = _serialised(source)
        progress(_WRITTEN, "Opening it with ONNX Runtime")
        artefact = OnnxModel(content)
        usual = _USUAL_SAMPLES[source.model.task.modality]

        def tick(samples: int) -> None:
            share = min(1.0, samples / usual)
            progress(_OPENED + (0.97 - _OPENED) * share, f"Comparing with the model: {samples} samples")

        parity = check(source.model, artefact, source.dataset, tick)
        progress(0.98, "Writing the files")
        return _hand_over(source, out, content, parity, start)


def _serialised(source: Source) -> bytes:
    model = compose(source.model).build(source.name, describe(source))
    size = model.ByteSize()
    if size > MAX_BYTES:
        raise NotExportable(
            f"The model takes {size / 1e9:.1f} GB as ONNX, and one file holds at most 2. Nothing was written. "
            "Train with less time to get a smaller model."
        )
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _hand_over(source: Source, out: Path, content: bytes, parity: Parity, start: float) -> ExportReport:
    path, parity_path = out / f"{source.name}.onnx", out / "parity.json"
    figures = {"file": path.name, "bytes": len(content), "model_sha256": source.fingerprint, **parity.to_json()}
    words = json.dumps(figures, ensure_ascii=False, indent=1)
    write_together({path: content, parity_path: words.encode()})
    return ExportReport(
        target=OnnxExporter.target,
        path=path,
        parity_path=parity_path,
        bytes=len(content),
        seconds=round(time.perf_counter() - start, 2),
        parity=figures,
        notes=_notes(source, parity),
    )


def _notes(source: Source, parity: Parity) -> tuple[str, ...]:
    if parity.real_samples:
        return ()
    what = "pictures" if source.model.task.modality is Modality.IMAGE else "rows"
    return (f"The {what} that the run learned from were not found, so the comparison used made-up ones.",)
