"""ONNX Runtime, with its reports to its maker off, on the processor, without busy waiting."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy.typing as npt

from exporters.standalone.errors import NotAPackage
from exporters.standalone.halt import Halt, Halted

Feeds = Mapping[str, npt.NDArray[Any]]

_ERRORS_ONLY = 3


class Session:
    """An opened graph. ``inputs`` and ``outputs`` map each name to its type, such as ``tensor(float)``."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        """Open the graph with ``threads`` threads for one call, 0 for one a core.

        Raises:
            NotAPackage: ONNX Runtime does not take it.
        """
        self._runtime, self._errors = load_runtime()
        try:
            self._session = quiet_session(self._runtime, str(path), threads)
            self.inputs = {value.name: str(value.type) for value in self._session.get_inputs()}
            self.outputs = {value.name: str(value.type) for value in self._session.get_outputs()}
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

    @contextmanager
    def _ended_by(self, halt: Halt) -> Iterator[Any]:
        options = self._runtime.RunOptions()

        def end() -> None:
            options.terminate = True

        halt.check()
        with halt.telling(end):
            yield options


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


def quiet_session(runtime: Any, model: str | bytes, threads: int = 0) -> Any:
    """Open a model (its path, or its bytes) with ``threads`` threads for one call, 0 for one a core.

    ``runtime`` and the errors that this raises are those of :func:`load_runtime`.
    """
    options = runtime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the processor alone
    # with its fallback ONNX Runtime prints to stdout and tries the same again
    return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"], enable_fallback=0)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300].rstrip(".") + "."
