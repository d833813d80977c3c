"""ONNX Runtime, with its reports to its maker off, on the processor, without busy waiting."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy.typing as npt

from exporters.standalone.errors import NotAPackage
from exporters.standalone.halt import Halt, Halted
from exporters.standalone.weights import without_numbers

Feeds = Mapping[str, npt.NDArray[Any]]

_FATAL_ONLY = 4  # an error is raised too; printed, it would stand among the lines of whoever asks


@dataclass(frozen=True)
class Tensor:
    """The type of a tensor in numpy's words, and its sizes, None for what may vary."""

    type: str
    shape: tuple[int | None, ...]

    @classmethod
    def described(cls, entry: Mapping[str, Any]) -> Self:
        """Return what an entry of the manifest describes."""
        return cls(type_of(str(entry["type"])), _sizes(entry["shape"]))

    @classmethod
    def declared(cls, value: Any) -> Self:
        """Return what an input or output of a graph is declared as."""
        return cls(type_of(str(value.type).removeprefix("tensor(").removesuffix(")")), _sizes(value.shape))

    @classmethod
    def of(cls, values: npt.NDArray[Any]) -> Self:
        """Return what these values are."""
        return cls("string" if values.dtype == object else str(values.dtype), values.shape)

    def takes(self, other: Tensor) -> bool:
        """Return whether tensors like the other fit in."""
        fits = all(mine in (None, their) for mine, their in zip(self.shape, other.shape, strict=False))
        return self.type == other.type and len(self.shape) == len(other.shape) and fits

    def __str__(self) -> str:
        return f"{self.type} [{', '.join('any' if size is None else str(size) for size in self.shape)}]"


class Session:
    """An opened graph. ``inputs`` and ``outputs`` map each name to what it is declared as."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        """Open the graph with ``threads`` threads for one call, 0 for one a core.

        Raises:
            NotAPackage: ONNX Runtime does not take it.
        """
        self._runtime, self._errors = load_runtime()
        try:
            self._session = self._opened(path, threads)
            self.inputs = {str(value.name): Tensor.declared(value) for value in self._session.get_inputs()}
            self.outputs = {str(value.name): Tensor.declared(value) for value in self._session.get_outputs()}
        except self._errors as error:
            raise NotAPackage(f"ONNX Runtime does not take the model: {_first_line(error)} Export it again.") from error

    def run(self, names: Sequence[str], feeds: Feeds, halt: Halt) -> list[npt.NDArray[Any]]:
        """Return the outputs ``names`` for one call, which ends at its next node once ``halt`` is asked for.

        Raises:
            NotAPackage: the graph cannot be run on these feeds.
            Halted: the call was ended.
        """
        try:
            with self._ended_by(halt) as options:
                answers: list[npt.NDArray[Any]] = self._session.run(list(names), dict(feeds), options)
        except self._errors as error:
            if halt.is_asked:
                raise Halted from error
            raise NotAPackage(f"The model could not be run: {_first_line(error)} Export it again.") from error
        return answers

    def _opened(self, path: Path, threads: int) -> Any:
        """Open the file with its numbers left in it; as usual where that saves nothing or an older runtime cannot."""
        slim = without_numbers(path)
        if slim is not None:
            try:
                return quiet_session(self._runtime, slim, threads, path.parent)
            except self._errors:  # what is wrong with the file itself is said below
                pass
        return quiet_session(self._runtime, str(path), threads)

    @contextmanager
    def _ended_by(self, halt: Halt) -> Iterator[Any]:
        options = self._runtime.RunOptions()

        def end() -> None:
            options.terminate = True

        halt.check()
        with halt.telling(end):
            yield options


def type_of(word: str) -> str:
    """Return how numpy calls a type that ONNX calls ``word``."""
    return {"float": "float32", "double": "float64"}.get(word, word)


def _sizes(shape: Sequence[object]) -> tuple[int | None, ...]:
    return tuple(size if isinstance(size, int) else None for size in shape)


def load_runtime() -> tuple[Any, tuple[type[Exception], ...]]:
    """Import ONNX Runtime; return it and its errors, which share no base class.

    A ValueError is among them: a message that quotes a damaged name cannot even be decoded.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as states

    found = vars(states).values()
    own = tuple(kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception))
    return onnxruntime, (*own, ValueError, RuntimeError)


def quiet_session(runtime: Any, model: str | bytes, threads: int = 0, numbers: Path | None = None) -> Any:
    """Open a model (its path, or its bytes) with ``threads`` threads for one call, 0 for one a core.

    ``numbers`` is the folder where the numbers lie that are not in the bytes.
    ``runtime`` and the errors that this raises are those of :func:`load_runtime`.
    """
    options = runtime.SessionOptions()
    options.log_severity_level = _FATAL_ONLY
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the processor alone
    if numbers is not None:
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(numbers))
    # with its fallback ONNX Runtime prints to stdout and tries the same again
    return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"], enable_fallback=0)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300].rstrip(".") + "."
