"""How to use an exported file: a short Python program and a command, ready to be pasted."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from engine.task import Column, ColumnType, Kind, Modality, Task

_IMAGE = """\
import json

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

session = onnxruntime.InferenceSession({file!r})
picture = ImageOps.exif_transpose(Image.open("photo.jpg")).convert("RGB")
{outputs} = session.run(None, {{"image": np.asarray(picture)[None]}})
"""
_TABLE = """\
import json

import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession({file!r})
row = {{
{row}}}
feeds = {{
    column.name: np.array([[row[column.name]]], dtype=object if "string" in column.type else np.float64)
    for column in session.get_inputs()
}}
{outputs} = session.run(None, feeds)
"""
_CLASSES = """\
classes = json.loads(session.get_modelmeta().custom_metadata_map["autodidact.task"])["classes"]
print(label[0], dict(zip(classes, probabilities[0].tolist())))
"""
_NUMBER = """\
print(prediction[0])
"""


def python_snippet(task: Task, file: str, example: Mapping[str, Any] | None = None) -> str:
    """Return a program that asks the exported model about one photo or one row.

    Args:
        task: what the model was asked.
        file: name of the ``.onnx`` file.
        example: a table's row to start from, by column; what is absent is missing.
    """
    classes = task.kind is Kind.MULTICLASS
    outputs = "label, probabilities" if classes else "(prediction,)"
    if task.modality is Modality.IMAGE:
        code = _IMAGE.format(file=file, outputs=outputs)
    else:
        values = example or {}
        lines = "".join(f"    {column.name!r}: {_value(column, values.get(column.name))},\n" for column in task.columns)
        code = _TABLE.format(file=file, outputs=outputs, row=lines)
    return code + _CLASSES if classes else code.removeprefix("import json\n\n") + _NUMBER


def run_command(task: Task, file: str) -> str:
    """Return the command that predicts with the exported file."""
    data = "PHOTOS" if task.modality is Modality.IMAGE else "TABLE.csv"
    return f"autodidact predict {shlex.quote(file)} {data} --out predictions.csv"


def _value(column: Column, value: object) -> str:
    if column.type is ColumnType.CATEGORY:
        return repr("" if value is None else str(value))
    return "np.nan" if value is None else repr(value)
