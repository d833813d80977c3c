"""Export a trained model as one of the targets of :mod:`exporters.targets`."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from exporters.base import Exporter, ExportReport, Progress
from exporters.errors import ExportError
from exporters.source import small_model
from exporters.targets import TARGETS


def exporter(target: str, /, **options: Any) -> Exporter:
    """Import and return the exporter for ``target``, with the options that it has.

    Raises:
        ExportError: there is none, or it has no such option.
    """
    if target not in TARGETS:
        raise ExportError(f"Models are exported as {' or '.join(TARGETS)}, but got {target!r}. Nothing was exported.")
    known = {option.name for option in TARGETS[target].options}
    foreign = [name for name in options if name not in known]
    if foreign:
        raise ExportError(f"An export as {target} has no option {foreign[0]!r}. Nothing was exported. Leave it out.")
    module, _, name = TARGETS[target].exporter.partition(":")
    found: type[Exporter] = getattr(importlib.import_module(module), name)
    return found(**options)


def export(
    source: Path,
    to: str = "onnx",
    out: Path = Path(),
    progress: Progress | None = None,
    small: bool = False,
    **options: Any,
) -> ExportReport:
    """Export the model of the run folder (or model folder) ``source`` into the folder ``out``.

    ``small`` takes the one small model of a run in place of its best.

    Raises:
        ExportError: why nothing was written, in a sentence.
    """
    chosen = exporter(to, **options)
    tell = progress or (lambda share, text: None)
    tell(0.0, "Loading the model")
    return chosen.export_at(small_model(source) if small else source, out, tell)
