"""How to use an exported file: a short Python program, ready to be pasted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.task import Column, ColumnType, Kind, Modality, Task

_IMAGE = """\
import json
import os

import numpy as np

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when it is imported
import onnxruntime
from PIL import Image, ImageOps

session = onnxruntime.InferenceSession({file!r})
picture = ImageOps.exif_transpose(Image.open("photo.jpg"))
if picture.mode[0] in "IF":  # grey of more than 8 bits, by how many of them are used
    levels = np.nan_to_num(np.asarray(picture, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = levels.min(), levels.max()
    if low >= 0 and high <= 65535:
        low, high = 0, next(top for top in (1, 255, 4095, 65535) if high <= top)
    levels = (levels - low) * (255 / max(high - low, 1e-12))
    picture = Image.fromarray(np.rint(levels).astype(np.uint8))
if picture.has_transparency_data:  # lies over white
    layer = picture.convert("RGBA")
    picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
{outputs} = session.run(None, {{"image": np.asarray(picture.convert("RGB"))[None]}})
"""
_AUDIO = """\
import json
import os

import numpy as np

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when it is imported
import onnxruntime
import soundfile

session = onnxruntime.InferenceSession({file!r})
sound, rate = soundfile.read("sound.wav", dtype="float32", always_2d=True)
assert rate == 16_000, "convert the sound to 16,000 samples a second first"
if len(sound) > 200 * rate:  # ten excerpts of 20 seconds from the first 30 minutes
    last = min(len(sound), 1800 * rate) - 20 * rate
    sound = np.concatenate([sound[part * last // 9 :][: 20 * rate] for part in range(10)])
wave = np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0).mean(axis=1)
wave /= max(1.0, np.abs(wave).max())  # no louder than full scale
{outputs} = session.run(None, {{"audio": wave[None]}})
"""
_TABLE = """\
import json
import os

import numpy as np

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when it is imported
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
_SEVERAL = """\
classes = json.loads(session.get_modelmeta().custom_metadata_map["autodidact.task"])["classes"]
print([name for name, holds in zip(classes, labels[0]) if holds], dict(zip(classes, probabilities[0].tolist())))
"""
_NUMBER = """\
print(prediction[0])
"""


_MEDIA = {Modality.IMAGE: _IMAGE, Modality.AUDIO: _AUDIO}
_OUTPUTS = {
    Kind.MULTICLASS: ("label, probabilities", _CLASSES),
    Kind.MULTILABEL: ("labels, probabilities", _SEVERAL),
    Kind.REGRESSION: ("(prediction,)", _NUMBER),
}


def python_snippet(task: Task, file: str, example: Mapping[str, Any] | None = None) -> str:
    """Return a program that asks the exported model about one photo, sound or row.

    Empty for texts, which have to be taken apart before the graph; the Python bundle brings what does that.

    Args:
        task: what the model was asked.
        file: name of the ``.onnx`` file.
        example: a table's row to start from, by column; what is absent is missing.
    """
    outputs, said = _OUTPUTS[task.kind]
    if task.modality is Modality.TEXT or any(column.type is ColumnType.TEXT for column in task.columns):
        return ""
    if task.modality in _MEDIA:
        code = _MEDIA[task.modality].format(file=file, outputs=outputs)
    else:
        values = example or {}
        lines = "".join(f"    {column.name!r}: {_value(column, values.get(column.name))},\n" for column in task.columns)
        code = _TABLE.format(file=file, outputs=outputs, row=lines)
    return (code if task.classes else code.removeprefix("import json\n")) + said


def _value(column: Column, value: object) -> str:
    if column.type is ColumnType.CATEGORY:
        return repr("" if value is None else str(value))
    return "np.nan" if value is None else repr(value)
