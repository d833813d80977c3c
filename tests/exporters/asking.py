"""Real samples as whoever was handed an artefact has them, and a container's own server started without an engine."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import numpy as np
import polars as pl

from engine.arrays import FloatArray
from engine.dataset import Dataset
from engine.task import Kind, Modality, Task
from exporters.container.lock import normalised, read_lock
from exporters.standalone.package import Package
from tests.exporters.server.client import Server, form, port_in

Raw = bytes | str | Mapping[str, object]

_ENTRY = """
import json, sys
paths, allowed, words = json.loads(sys.argv[1])
sys.path[:0] = paths
class Only:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)
sys.meta_path.insert(0, Only())
from exporters.server.__main__ import main
import exporters
assert exporters.__path__[0].startswith(paths[0]), exporters.__path__
sys.exit(main(words))
"""


def raws(part: Dataset, task: Task) -> list[Raw]:
    """Return samples as their owner has them: the bytes of files, texts, or rows by their columns."""
    if task.modality in (Modality.IMAGE, Modality.AUDIO):
        return [Path(str(reference)).read_bytes() for reference in part.references]
    table = part.frame.select(pl.col(f"x:{column.name}").alias(column.name) for column in task.columns)
    rows: list[Raw] = list(table.iter_rows(named=True))
    return rows


def asked(package: Package, samples: Sequence[Raw]) -> FloatArray:
    """Return what a package answers [n, K] about samples that are read by itself."""
    return values(
        package.task, [answer.to_json() for answer in package.predict([package.read(raw) for raw in samples])]
    )


def values(task: Task, answers: Sequence[Mapping[str, object]]) -> FloatArray:
    """Return answers in JSON as numbers [n, K], the classes in the task's order."""
    if task.kind is Kind.REGRESSION:
        return np.array([[answer["number"]] for answer in answers], dtype=np.float64)
    found = []
    for answer in answers:
        shares = answer["probabilities"]
        assert isinstance(shares, dict)
        assert tuple(shares) == task.classes
        found.append(list(shares.values()))
    return np.array(found, dtype=np.float64)


def request_of(task: Task, samples: Sequence[Raw]) -> tuple[bytes, str]:
    """Return the body and the content type of one request with samples: a form of files, or a table as CSV."""
    if task.modality in (Modality.IMAGE, Modality.AUDIO):
        return form(*(("file", str(place), raw) for place, raw in enumerate(samples) if isinstance(raw, bytes)))
    written = io.BytesIO()
    pl.DataFrame(samples, infer_schema_length=None).write_csv(written)
    return written.getvalue(), "text/csv"


@contextmanager
def image_serving(context: Path, scratch: Path) -> Iterator[Server]:
    """Start the server in a container's folder as its image does: its own files, the packages it pins, no others."""
    scratch.mkdir()
    pinned = {package.name for package in read_lock((context / "requirements.txt").read_text(encoding="utf-8"))}
    tops = [top for top, makers in packages_distributions().items() if pinned & {normalised(name) for name in makers}]
    allowed = sorted({*sys.stdlib_module_names, "engine", "exporters", *tops})
    paths = [str(context / "app"), str(distribution("numpy").locate_file(""))]
    words = [str(context / "model"), "--port", "0", "--tune-seconds", "0"]
    told, log = json.dumps([paths, allowed, words]), scratch / "log"
    environment = {"PATH": os.environ["PATH"], "HOME": str(scratch), "TMPDIR": str(scratch)}
    with log.open("wb") as out:
        command = [sys.executable, "-I", "-S", "-B", "-c", _ENTRY, told]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=scratch, env=environment)
    try:
        yield Server(process, log, port_in(log, process), None)
    finally:
        process.kill()
        process.wait()
