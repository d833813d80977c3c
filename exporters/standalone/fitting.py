"""Whether a graph is the one its manifest speaks of: names, types and shapes of what it takes and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.task import Kind, Task
from exporters.standalone.errors import NotAPackage
from exporters.standalone.session import Session, Tensor, type_of

_NAMES = {Kind.MULTICLASS: "string", Kind.MULTILABEL: "bool"}  # the type of the output that names classes
_NUMBERS = ("float64", "float32")
_AGAIN = "Export the model again."


def outputs_of(task: Task, manifest: Mapping[str, Any]) -> list[str]:
    """Return the names of the outputs to ask for: the numbers first, then what the graph names by itself.

    Raises:
        NotAPackage: the manifest has none of the kind, or one whose shape does not fit the task.
    """
    described = {type_of(str(value["type"])): value for value in manifest["outputs"]}
    numbers = next((kind for kind in _NUMBERS if kind in described), _NUMBERS[-1])
    found: list[str] = []
    for kind in (numbers, *(name for of, name in _NAMES.items() if of is task.kind)):
        if kind not in described:
            raise NotAPackage(f"The manifest has no output of {kind} that the model's answers could be. {_AGAIN}")
        name, shape = str(described[kind]["name"]), described[kind]["shape"]
        sizes = [size for size in shape if isinstance(size, int)]
        if (len(shape), sizes) != (1 + len(_widths(task, kind)), [*_widths(task, kind)]):
            raise NotAPackage(f"The manifest gives “{name}” a shape that does not fit {_asked(task)}. {_AGAIN}")
        found.append(name)
    return found


def check_graph(session: Session, manifest: Mapping[str, Any], fed: Mapping[str, npt.NDArray[Any]]) -> None:
    """Let pass a graph that takes and answers what the manifest says, and takes what its reader feeds: ``fed``, a call.

    Raises:
        NotAPackage: it does not.
    """
    for what, tensors in (("inputs", session.inputs), ("outputs", session.outputs)):
        described = {str(entry["name"]): Tensor.described(entry) for entry in manifest[what]}
        if described.keys() != tensors.keys():
            raise NotAPackage(f"The {what} of the graph are not those that the manifest names. {_AGAIN}")
        for name, tensor in tensors.items():
            if tensor != described[name]:
                raise NotAPackage(
                    f"The graph has “{name[:60]}” as {tensor}, but the manifest as {described[name]}. {_AGAIN}"
                )
    if fed.keys() != session.inputs.keys():
        raise NotAPackage(f"The inputs of the graph are not what samples are made into. {_AGAIN}")
    for name, value in fed.items():
        mine = Tensor.of(value)
        if not session.inputs[name].takes(mine):
            raise NotAPackage(
                f"The graph takes “{name[:60]}” as {session.inputs[name]}, but samples are made into {mine}. {_AGAIN}"
            )


def rows_of(task: Task, values: npt.NDArray[Any], named: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.float64]:
    """Return the numbers that a call answered, [n, outputs], if they are as many as the task has.

    Raises:
        NotAPackage: the graph answered with another shape, or named what is no class.
    """
    count = values.shape[0] if values.ndim else 0
    shapes = [(count, *_widths(task, _NUMBERS[0])), *((count, *_widths(task, _NAMES[task.kind])) for _ in named)]
    found = [np.shape(value) for value in (values, *named)]
    if found != shapes:
        raise NotAPackage(f"The model answered in the shapes {found}, not in {shapes}. {_AGAIN}")
    if task.kind is Kind.MULTICLASS and not set(named[0].tolist()) <= set(task.classes):
        raise NotAPackage(f"The model named a class that it does not have. {_AGAIN}")
    return values.astype(np.float64).reshape(count, task.outputs)


def _widths(task: Task, kind: str) -> tuple[int, ...]:
    """Return the sizes behind the number of samples in an output of the type ``kind``."""
    return () if kind == "string" or task.kind is Kind.REGRESSION else (task.outputs,)


def _asked(task: Task) -> str:
    return "a number" if task.kind is Kind.REGRESSION else f"{task.outputs} classes"
