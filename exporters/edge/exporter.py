"""A model made small and quick for one device, and proof of what that costs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from engine.modalities.audio.samples import AudioSamples
from engine.modalities.image.samples import ImageSamples
from exporters.base import Exporter, Progress
from exporters.edge.browser import refuse_texts
from exporters.edge.compress import calibration_samples
from exporters.edge.figures import compare
from exporters.edge.ladder import Ladder
from exporters.edge.options import Device, EdgeOptions
from exporters.edge.report import EdgeReport
from exporters.edge.writing import write
from exporters.errors import NotExportable
from exporters.files import refuse_taken
from exporters.source import Source


class EdgeExporter(Exporter):
    """Writes a folder for one device; what is in it depends on the device (:mod:`exporters.edge.writing`).

    ``target`` names the device, ``max_loss`` is in points, ``max_latency`` in milliseconds, ``teach`` in seconds; None
    stands for what :class:`exporters.edge.options.EdgeOptions` has.
    """

    target: ClassVar[str] = "edge"

    def __init__(
        self,
        target: str | None = None,
        max_loss: float | None = None,
        max_latency: float | None = None,
        teach: float | None = None,
    ) -> None:
        self._options = EdgeOptions.of(target, max_loss, max_latency, teach)

    @override
    def export(self, source: Source, out: Path, progress: Progress) -> EdgeReport:
        start = time.perf_counter()
        refuse_taken(out)
        if self._options.device is Device.BROWSER:
            refuse_texts(source.model.task)
        _refuse_without_files(source)
        taken = Ladder(source, self._options, progress).climb()
        progress(0.9, "Measuring both sides on the test part")
        comparison = compare(source, self._options, taken)
        progress(0.97, "Writing the files")
        written = write(source, self._options, taken, comparison, out)
        return EdgeReport(
            target=self.target,
            path=out,
            parity_path=written.manifest,
            bytes=len(taken.artefact.content),
            seconds=round(time.perf_counter() - start, 2),
            parity=written.parity,
            notes=written.notes,
            comparison=comparison,
        )


def _refuse_without_files(source: Source) -> None:
    """Let pass a model of whose pictures or sounds some can still be read: smaller forms are judged by these.

    Raises:
        NotExportable: none can be.
    """
    samples = calibration_samples(source)
    if isinstance(samples, ImageSamples):
        there = any(samples.picture_or_none(row, least=1) is not None for row in range(len(samples)))
    elif isinstance(samples, AudioSamples):
        there = any(samples.wave_or_none(row) is not None for row in range(len(samples)))
    else:
        return
    if not there:
        raise NotExportable(
            "The files that the model learned from are not where they were, so nobody can say what a smaller form "
            "would lose. Nothing was written. Put them back, or export the model as an ONNX file."
        )
