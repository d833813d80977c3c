"""``README.md`` of a bundle: for the person who gets it, who may know nothing of where it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.task import Column, ColumnType, Kind, Modality, Task

_FEW = 60
_TAKES = {
    Modality.IMAGE: "a picture: a JPEG, PNG, WebP, BMP, GIF or TIFF file of up to 80 million pixels",
    Modality.AUDIO: "a sound: a WAV, FLAC, Ogg, MP3, AIFF, AU or CAF file; of long ones ten excerpts are heard",
    Modality.TEXT: "a text: a plain text file of up to 1 MB",
    Modality.TABLE: "a row of a table: a CSV or TSV file with a line of column names, and a row for each question",
}
_TYPES = {
    ColumnType.NUMBER: "a number",
    ColumnType.DATE: "a date",
    ColumnType.CATEGORY: "a word",
    ColumnType.TEXT: "a text",
}
_WHAT = {
    Modality.IMAGE: "Pictures are turned upright as their EXIF data says, and transparency is laid over white.",
    Modality.AUDIO: "Sounds of any rate and any number of channels are brought to one channel at 16 kHz.",
    Modality.TEXT: "Texts in any usual encoding are read.",
    Modality.TABLE: "Columns may stand in any order; others are passed over; an empty cell means “not known”.",
}
_MEANINGS = {
    "nauc": "how well the classes are told apart; 0 is guessing, 1 is perfect",
    "accuracy": "the share of right answers",
    "macro_f1": "how well each class is found without false alarms, all classes counting alike; 1 is perfect",
    "log_loss": "how far the probabilities are from the truth; 0 is perfect",
    "r2": "how much of what differs between samples the numbers tell; 0 is guessing the mean, 1 is perfect",
    "rmse": "how far the numbers are off, in their own units; 0 is perfect",
}
_PERCENT = ("accuracy", "macro_f1")


def readme(manifest: Mapping[str, Any], sample: str, real: bool) -> str:
    """Return the text; ``sample`` names the file in the folder ``sample``, ``real`` says that it was not made up."""
    task = Task.from_json(manifest["task"])
    parts = [
        f"# {_plain(str(manifest['name']))}",
        _purpose(task, str(manifest["which"])),
        _run(sample, real, task),
        f"## What goes in\n\n{_goes_in(task)}",
        f"## What comes out\n\n{_comes_out(task)}",
        f"## How good it is\n\n{_score(manifest)}",
        f"## Whether it is the same model\n\n{_same(manifest)}",
        f"## Licences\n\n{_licences(manifest)}",
        f"## What is in this folder\n\n{_FOLDER}",
    ]
    return "\n\n".join(parts) + "\n"


_FOLDER = """\
| file | what it is |
| --- | --- |
| `predict.py` | asks the model |
| `model.onnx` | the model, which any ONNX Runtime runs |
| `manifest.json` | what the model takes and answers, for programs, and the SHA-256 of each file |
| `requirements.txt` | what has to be installed, each file by its SHA-256 |
| `sample/` | a file to try it with, and what the trained model says about it |
| `code/` | the program that reads files and asks the model |
| `LICENSES/` | the full texts of the licences, and `NOTICE.txt`: what each of them is for |

Nothing here sends anything anywhere: ONNX Runtime's reports to its maker are switched off."""


def _purpose(task: Task, which: str) -> str:
    takes = _TAKES[task.modality].partition(":")[0]
    target = f" “{_plain(task.target)}”" if task.target else ""
    answers = {
        Kind.MULTICLASS: f"and says which of {len(task.classes):,} classes it belongs to",
        Kind.MULTILABEL: f"and says which of {len(task.classes):,} classes hold, none or several",
        Kind.REGRESSION: f"and says a number{target}",
    }
    size = " It is the small one of the models that were trained." if which == "small" else ""
    where = "It runs without a network and without a graphics card."
    return f"A model that takes {takes} {answers[task.kind]}.{size} {where}"


def _run(sample: str, real: bool, task: Task) -> str:
    origin = "It is one of the samples of the data the model was made from." if real else "It was made up."
    files = "TABLE.csv" if task.columns else "FILE1 FILE2"
    return f"""\
## How to run it

With Python 3.11, 3.12 or 3.13 on Linux, on Windows, or on a Mac with an M processor, in this folder:

```
python -m venv .venv
.venv/bin/pip install --require-hashes -r requirements.txt
.venv/bin/python predict.py sample/{sample}
```

(On Windows it is `.venv\\Scripts\\pip` and `.venv\\Scripts\\python`.) `sample/{sample}` is there to try it. {origin}

`python predict.py {files}` answers about your own; with `--json` each line is a JSON object for other programs."""


def _goes_in(task: Task) -> str:
    said = f"{_TAKES[task.modality][0].upper()}{_TAKES[task.modality][1:]}. {_WHAT[task.modality]}"
    if not task.columns:
        return said
    shown = task.columns[:_FEW]
    rows = "\n".join(f"| {_cell(column.name)} | {_type(column)} |" for column in shown)
    hidden = len(task.columns) - len(shown)
    more = f"\n\nand {hidden:,} more, which `manifest.json` lists." if hidden else ""
    return f"{said}\n\n| column | what it holds |\n| --- | --- |\n{rows}{more}"


def _type(column: Column) -> str:
    pattern = f", written as `{column.format}`" if column.type is ColumnType.DATE and column.format else ""
    return _TYPES[column.type] + pattern


def _comes_out(task: Task) -> str:
    if task.kind is Kind.REGRESSION:
        return f"A number{f' for “{_plain(task.target)}”' if task.target else ''}, in the units of the data."
    if task.kind is Kind.MULTICLASS:
        said = "The most likely class, and how likely each class is, from 0 to 1; all of them sum to 1."
    else:
        said = "How likely each class is, from 0 to 1, and the names of those from 0.5 on."
    return f"{said} The classes are:\n\n{_list(task.classes)}"


def _list(names: Sequence[str]) -> str:
    lines = [f"- {_plain(name) or '(a class without a name)'}" for name in names[:_FEW]]
    if len(names) > _FEW:
        lines.append(f"- and {len(names) - _FEW:,} more, which `manifest.json` lists")
    return "\n".join(lines)


def _score(manifest: Mapping[str, Any]) -> str:
    score = manifest["score"]
    if score is None:
        return "There were no samples that the model had never seen, so it was not measured."
    value, low, high = (_number(score["metric"], score[key]) for key in ("value", "low", "high"))
    meaning = _MEANINGS.get(score["metric"], "see the documentation of Autodidact Studio")
    return (
        f"`{score['metric']}` ({meaning}) is {value}, with 95 % certainty between {low} and {high}. It was measured "
        f"with this very file on {score['samples']:,} samples that nothing was learned from."
    )


def _number(metric: str, value: float) -> str:
    return f"{value:.1%}" if metric in _PERCENT else f"{value:.4g}"


def _same(manifest: Mapping[str, Any]) -> str:
    parity = manifest["parity"]
    return (
        f"Before it was handed over, this file was asked beside the trained model about {parity['samples']:,} samples, "
        f"{parity['real_samples']:,} of them real; the largest difference was {parity['difference']:.1g}, and "
        f"{parity['tolerance']:.0e} would have been too much. With Autodidact Studio, `autodidact verify` on this "
        "folder or its zip checks every file and asks about the sample again."
    )


def _licences(manifest: Mapping[str, Any]) -> str:
    code = "The program in `code/` and `predict.py` are under the Apache License 2.0 (`LICENSES/Apache-2.0.txt`)."
    weights = [f"- {entry['name']}: {entry['licence']}{_texts(entry)}" for entry in manifest["weights"]]
    if not weights:
        return f"{code} The model was made from nothing but the data it learned from; who made it says who may use it."
    return f"{code} The model was made with pretrained weights, whose licences hold for it too:\n\n" + "\n".join(
        weights
    )


def _texts(entry: Mapping[str, Any]) -> str:
    names = ", ".join(f"`{name}`" for name in entry["texts"])
    return f" ({names}). {_plain(entry['notice'])}" if names else ""


def _plain(text: str) -> str:
    """Return text of one line in which no sign means anything to Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", " ".join(text.split()))


def _cell(text: str) -> str:
    return _plain(text) or "(a column without a name)"
