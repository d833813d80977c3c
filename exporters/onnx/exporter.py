"""A model as one ``.onnx`` file, run beside the model before it is handed over."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from typing_extensions import override

from exporters.base import Exporter, ExportReport, Progress
from exporters.files import write_together
from exporters.licences import licences_in_one
from exporters.manifest import hashes
from exporters.measured import artefact_score, data_fingerprint, weights_inside
from exporters.onnx.proven import Proven, prove
from exporters.onnx.standing import FILES, check_others, figures_of, replaceable
from exporters.source import Source

LICENCES = ".licences.txt"
_PROVEN, _SCORED = 0.8, 0.97


class OnnxExporter(Exporter):
    """Writes ``<name>.onnx`` and, beside it, ``<name>.parity.json`` and what else a client needs.

    Where pretrained weights are inside, ``<name>.licences.txt`` has the full texts of their licences.

    An older export of that name is replaced, which a note tells; nothing else ever is.
    """

    target: ClassVar[str] = "onnx"

    @override
    def export(self, source: Source, out: Path, progress: Progress) -> ExportReport:
        start = time.perf_counter()
        path = out / f"{source.name}.onnx"
        replaced = replaceable(path)
        proven = prove(source, lambda share, text: progress(share * _PROVEN, text))
        progress(_PROVEN, "Measuring the exported model on the test part")
        score = artefact_score(proven.content, source.dataset)
        progress(_SCORED, "Writing the files")
        others, parity_path = {**proven.form.files(), **_licences(source, path)}, figures_of(path)
        check_others(path, others)
        files = {path.name: proven.content, **others}
        figures = {**_figures(source, path, proven, score), FILES: hashes(files)}
        words = json.dumps(figures, ensure_ascii=False, indent=1)
        write_together({**{out / name: content for name, content in files.items()}, parity_path: words.encode()})
        return ExportReport(
            target=self.target,
            path=path,
            parity_path=parity_path,
            bytes=len(proven.content),
            seconds=round(time.perf_counter() - start, 2),
            parity=figures,
            notes=(*proven.notes, *([f"An older export of that name was replaced in {out}."] if replaced else [])),
            score=score,
        )


def _licences(source: Source, path: Path) -> dict[str, bytes]:
    """Return the licences' full texts as a file by its name; none where nobody else's weights are inside."""
    text = licences_in_one(weights_inside(source.model))
    return {path.with_suffix(LICENCES).name: text} if text else {}


def _figures(source: Source, path: Path, proven: Proven, score: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what stands in ``<name>.parity.json``."""
    return {
        "file": path.name,
        "which": source.which,
        "bytes": len(proven.content),
        "model_sha256": source.fingerprint,
        "data_sha256": None if source.dataset is None else data_fingerprint(source.dataset),
        "weights": [
            {**entry, "texts": [path.with_suffix(LICENCES).name] if entry["texts"] else []}
            for entry in weights_inside(source.model)
        ],
        **proven.parity.to_json(),
        "score": score,
    }
