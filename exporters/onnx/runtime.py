"""ONNX Runtime, kept quiet and local, and exported models as something that predicts samples.

Since 1.29 the wheels of ONNX Runtime send telemetry unless ``ORT_DISABLE_TELEMETRY`` is set before the import, so
whatever imports it sets that first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
import onnx
from google.protobuf.message import DecodeError

from engine.arrays import BoolArray, FloatArray
from engine.dataset import Dataset
from engine.modalities import open_samples
from engine.samples import Samples
from engine.task import Kind, Task
from exporters.errors import NotOurs
from exporters.onnx.inputs.base import Feeds, Form
from exporters.onnx.metadata import Metadata, read_metadata
from exporters.standalone.session import load_runtime, quiet_session
from exporters.standalone.wire import problem_in

MAX_BYTES = 2_000_000_000

Said = tuple[str, ...] | BoolArray
"""What a call says in words: a label a sample; or which classes hold, [n, classes]; empty for numbers."""


def ort_session(content: bytes) -> Any:
    """Open a session on the processor (an ``onnxruntime.InferenceSession``).

    Raises:
        NotOurs: ONNX Runtime does not take the model.
    """
    runtime, errors = load_runtime()
    try:
        return quiet_session(runtime, content)
    except errors as error:
        raise NotOurs(f"ONNX Runtime does not take this model: {error}") from error


class OnnxModel:
    """An exported model: predicts samples as :class:`engine.model.model.Model` does."""

    def __init__(self, content: bytes) -> None:
        self._metadata: Metadata = read_metadata(_checked_properties(content))
        self._session = ort_session(content)
        self._errors = load_runtime()[1]
        expected = set(self.form.names)
        declared, answers = _declared_names(self._session)
        if declared != expected or not {self._answer, *self._words} <= answers:
            raise NotOurs("The description inside this ONNX file does not fit its graph. Export it again.")

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file, which may come from anywhere.

        Raises:
            NotOurs: it is missing, too large, damaged, refers to other files, or was not exported by this program.
        """
        try:
            size = path.stat().st_size
            if size > MAX_BYTES:
                raise NotOurs(f"{path.name} has {size:,} bytes, more than ONNX allows. Choose another file.")
            return cls(path.read_bytes())
        except OSError as error:
            raise NotOurs(f"{path} cannot be read ({error.strerror or error}). Choose another file.") from error

    @property
    def task(self) -> Task:
        """What the model was asked."""
        return self._metadata.task

    @property
    def form(self) -> Form:
        """How samples enter its graph."""
        return self._metadata.form

    @property
    def _answer(self) -> str:
        outputs = self._metadata.outputs
        return outputs.prediction if self.task.kind is Kind.REGRESSION else outputs.probabilities

    @property
    def _words(self) -> list[str]:
        outputs = self._metadata.outputs
        names = {Kind.MULTICLASS: [outputs.label], Kind.MULTILABEL: [outputs.labels], Kind.REGRESSION: []}
        return names[self.task.kind]

    def predict_dataset(self, dataset: Dataset) -> FloatArray:
        """Return [n, classes] probabilities, or [n, 1] numbers, of a dataset's samples."""
        return self.predict(open_samples(dataset, self.task))

    def predict(self, samples: Samples) -> FloatArray:
        """Return [n, classes] probabilities, or [n, 1] numbers, in as many calls as memory asks for."""
        unreadable = self._metadata.unreadable
        empty = (np.nan,) * self.task.outputs if unreadable is None else unreadable
        answers = np.tile(np.asarray(empty, dtype=np.float64), (len(samples), 1))
        for call in self.form.calls(samples):
            answers[call.rows] = self.run(call.feeds)[0]
        return answers

    def run(self, feeds: Feeds) -> tuple[FloatArray, Said]:
        """Call the graph once; return [n, outputs], and what it says in words.

        Raises:
            NotOurs: the graph cannot be run.
        """
        names = [self._answer, *self._words]
        try:
            values, *words = self._session.run(names, dict(feeds))
        except self._errors as error:
            raise NotOurs(f"The model inside this ONNX file cannot be run: {error}") from error
        answers: FloatArray = np.asarray(values, dtype=np.float64).reshape(-1, self.task.outputs)
        if self.task.kind is Kind.MULTILABEL:
            return answers, np.asarray(words[0], dtype=np.bool_)
        return answers, tuple(words[0].tolist()) if words else ()


def _declared_names(session: Any) -> tuple[set[str], set[str]]:
    """Return the names of what a session takes and answers.

    Raises:
        NotOurs: a damaged name is no text.
    """
    try:
        inputs, outputs = session.get_inputs(), session.get_outputs()
        return {value.name for value in inputs}, {value.name for value in outputs}
    except UnicodeDecodeError as error:
        raise NotOurs("A name inside this ONNX file is damaged. Export it again.") from error


def _checked_properties(content: bytes) -> dict[str, str]:
    """Return the metadata of a model that holds nothing but plain nodes and its own numbers."""
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except DecodeError as error:
        raise NotOurs("This is not an ONNX file, or it is damaged. Choose another file.") from error
    problem = problem_in(memoryview(content))
    if problem is not None:
        raise NotOurs(problem)
    return {entry.key: entry.value for entry in model.metadata_props}
