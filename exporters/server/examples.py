"""How to ask the server from a shell and from Python: commands that can be copied as they stand."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from engine.task import ColumnType, Modality, Task

FILES = {Modality.IMAGE: ("photo.jpg", "image/jpeg"), Modality.AUDIO: ("sound.wav", "audio/wav")}
TABLE = "table.csv"

_CELLS: Mapping[ColumnType, object] = {
    ColumnType.NUMBER: 1.5,
    ColumnType.DATE: "2024-12-31",
    ColumnType.CATEGORY: "a word",
    ColumnType.TEXT: "a few words",
}
_SHOWN = 30  # columns that still fit in a command
_SEND = """\
request = urllib.request.Request({url!r}, content, {{"Content-Type": {kind!r}}})
print(json.load(urllib.request.urlopen(request)))
"""


def curl(task: Task, url: str) -> str:
    """Return the commands that ask ``url``, the address of ``/predict``: one for each usual way, a line each."""
    if task.modality in FILES:
        return f"curl -F file=@{FILES[task.modality][0]} {url}\n"
    lines = []
    if len(task.columns) <= _SHOWN:
        body = json.dumps(_sample(task), ensure_ascii=False)
        lines.append(f"curl -H 'Content-Type: application/json' -d {shlex.quote(body)} {url}\n")
    if task.columns:
        lines.append(f"curl -H 'Content-Type: text/csv' --data-binary @{TABLE} {url}\n")
    return "".join(lines)


def python(task: Task, url: str) -> str:
    """Return a program that asks ``url``, the address of ``/predict``, with what comes with Python alone."""
    begin = "import json\nimport urllib.request\n\n"
    if task.modality in FILES or len(task.columns) > _SHOWN:
        name, kind = FILES.get(task.modality, (TABLE, "text/csv"))
        return f'{begin}with open("{name}", "rb") as file:\n    content = file.read()\n' + _SEND.format(
            url=url, kind=kind
        )
    sample = f"content = json.dumps({_sample(task)!r}).encode()\n"
    return begin + sample + _SEND.format(url=url, kind="application/json")


def many(task: Task) -> str:
    """Return a sentence that says how several samples go into one request."""
    if task.modality in FILES:
        return "Several files go into one request as several fields of the form."
    if task.columns:
        return 'Several rows go into one request as `{"rows": [{…}, {…}]}`, or as the lines of a CSV table.'
    return 'Several texts go into one request as `{"texts": ["…", "…"]}`.'


def _sample(task: Task) -> dict[str, object]:
    if task.columns:
        return {"columns": {column.name: _CELLS[column.type] for column in task.columns}}
    return {"text": _CELLS[ColumnType.TEXT]}
