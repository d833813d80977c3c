"""A model as the bytes of one ``.onnx`` file, run beside the model before anybody gets it."""

from __future__ import annotations

from dataclasses import dataclass

from exporters.base import Progress
from exporters.errors import NotExportable
from exporters.onnx.compose import compose
from exporters.onnx.inputs.base import Form
from exporters.onnx.metadata import describe
from exporters.onnx.parity import Parity, check
from exporters.onnx.runtime import MAX_BYTES, OnnxModel
from exporters.onnx.trials import usual_count
from exporters.source import Source

_WRITTEN, _OPENED, _COMPARED = 0.4, 0.45, 0.97


@dataclass(frozen=True)
class Proven:
    """An artefact that agrees with its model: the file's bytes, and what was found when it was run.

    ``form`` tells how samples enter the graph and which files a client needs beside it; ``notes`` are sentences for
    the person.
    """

    content: bytes
    form: Form
    parity: Parity
    notes: tuple[str, ...]


def prove(source: Source, progress: Progress) -> Proven:
    """Write the model of ``source`` as ONNX and run it beside the model.

    Raises:
        NotExportable: the model cannot be written as one ONNX file.
        ParityError: the file disagrees with the model.
    """
    progress(0.05, "Writing the model as ONNX")
    content = _serialised(source)
    progress(_WRITTEN, "Opening it with ONNX Runtime")
    artefact = OnnxModel(content)
    usual = usual_count(source.model.task)

    def tick(samples: int) -> None:
        share = min(1.0, samples / usual)
        progress(_OPENED + (_COMPARED - _OPENED) * share, f"Comparing with the model: {samples} samples")

    parity = check(source.model, artefact, source.dataset, tick)
    return Proven(content, artefact.form, parity, _notes(artefact.form, parity))


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


def _notes(form: Form, parity: Parity) -> tuple[str, ...]:
    if parity.real_samples:
        return ()
    return (f"The {form.noun} that the run learned from were not found, so the comparison used made-up ones.",)
