"""How the samples of each modality enter a graph: one file a modality, one line here.

The one registry that everything around the graph follows: what can be written, what the file says of itself, how
ONNX Runtime is fed and how far apart answers may be.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from engine.model.model import Model
from engine.task import Modality, Task
from exporters.onnx.inputs.base import Form

__all__ = ["FORMS", "form_of", "form_of_file"]

FORMS: dict[Modality, str] = {
    Modality.IMAGE: "exporters.onnx.inputs.image:ImageForm",
    Modality.TEXT: "exporters.onnx.inputs.text:TextForm",
    Modality.AUDIO: "exporters.onnx.inputs.audio:AudioForm",
    Modality.TABLE: "exporters.onnx.inputs.table:TableForm",
}


def form_of(model: Model) -> Form:
    """Return the form of the samples that ``model`` takes (KeyError where its modality has none)."""
    chosen = _form_class(model.task.modality)
    return chosen(model.task, chosen.reading_of(model))


def form_of_file(task: Task, reading: Mapping[str, Any]) -> Form:
    """Return the form that a file describes, which may come from anywhere.

    Raises:
        KeyError: its modality has none, or a parameter is missing.
        TypeError: a parameter is of another type.
        ValueError: a parameter has a value that no export gives it.
    """
    return _form_class(task.modality)(task, reading)


def _form_class(modality: Modality) -> type[Form]:
    module, _, name = FORMS[modality].partition(":")
    found: type[Form] = getattr(importlib.import_module(module), name)
    return found
