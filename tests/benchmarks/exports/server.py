"""The server of a picture model: its start, its memory, what it adds to an answer, and how it bears many senders.

The model is a pretrained network with a small head, as a run of a minute makes it; the picture is a photo of a phone's
usual sizes made smaller.
"""

from __future__ import annotations

import io
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from exporters.packaged import write_package
from exporters.server.choosing import FILE, measure_package
from exporters.standalone.package import Package
from tests.benchmarks.exports.figures import Figure
from tests.exporters import models
from tests.exporters.server.client import Server, serving

_STARTS, _ANSWERS = 5, 150
_COLD_S, _IDLE_MB, _ADDED_MS, _STOP_S = 3.0, 150.0, 5.0, 2.0
_SIDES = (1024, 768)


def measure() -> list[Figure]:
    """Serve a model in processes of its own and return the figures."""
    with tempfile.TemporaryDirectory(prefix="bench-server-") as scratch:
        member = models.features(models.PICTURES, middle=False, resolution=224)
        source = models.source_of(models.model_of(models.PICTURES, member), "pictures")
        folder = write_package(source, Path(scratch) / "pictures", lambda share, text: None).folder
        return [*_starts(folder), *_settings(folder), *_answers(folder)]


def _starts(folder: Path) -> list[Figure]:
    """Seconds from the start of the interpreter to the first answer, settings measured each time and kept."""
    measured, found = [], []
    for _ in range(_STARTS):
        (folder / FILE).unlink(missing_ok=True)
        measured.append(_start_s(folder))
        found.append(_start_s(folder))
    return [
        ("seconds from cold to healthy, settings measured meanwhile", _COLD_S, statistics.median(measured)),
        ("seconds from cold to healthy, settings kept", _COLD_S, statistics.median(found)),
    ]


def _start_s(folder: Path) -> float:
    start = time.perf_counter()
    with serving(folder, "--tune-seconds", "1") as server:
        assert server.get("/healthz").status == 200
        return time.perf_counter() - start


def _settings(folder: Path) -> list[Figure]:
    """Answers a second under load: of the settings chosen, and of calls of one sample against shared ones."""
    tuning = measure_package(folder, 6.0)
    assert tuning is not None
    single = max(trial.per_second for trial in tuning.tried if trial.load.batch == 1)
    shared = max((trial.per_second for trial in tuning.tried if trial.load.batch > 1), default=0.0)
    print(*(trial.sentence() for trial in tuning.tried), sep="\n", flush=True)
    return [
        ("answers a second with the settings chosen", None, tuning.chosen.per_second),
        ("shared calls: times the answers a second of single ones", None, shared / single),
    ]


def _answers(folder: Path) -> list[Figure]:
    photo = _photo()
    with serving(folder) as server:
        idle = _resident_mb(server)
        figures: list[Figure] = [("MB of memory, idle", _IDLE_MB, idle), *_added(server, folder, photo)]
        figures += _many(server, photo)
        figures.append(("MB of memory, after all of it", None, _resident_mb(server)))
        start = time.perf_counter()
        assert server.stop() == 0
        return [*figures, ("seconds from SIGTERM to the end", _STOP_S, time.perf_counter() - start)]


def _added(server: Server, folder: Path, photo: bytes) -> list[Figure]:
    """Milliseconds of an answer beyond reading the picture and running the graph, taken in turns.

    Of the quickest tenth, which what else runs on the machine has disturbed least.
    """
    package = Package.open(folder, threads=1)
    connection = HTTPConnection("127.0.0.1", server.port)

    def ask(path: str, body: bytes, headers: dict[str, str]) -> bytes:
        connection.request("POST", path, body, headers)
        return connection.getresponse().read()

    levels = package.read(photo)
    tensor = {"name": "image", "datatype": "UINT8", "shape": [1, *levels.shape]}
    flat = json.dumps({"inputs": [{**tensor, "data": levels.ravel().tolist()}]}).encode()
    head = json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": levels.size}}]}).encode()
    raw = head + levels.tobytes()
    infer, size = "/v2/models/pictures/infer", {"Inference-Header-Content-Length": str(len(head))}
    ways: dict[str, Callable[[], object]] = {
        "model": lambda: package.predict([package.read(photo)]),
        "predict": lambda: ask("/predict", photo, {"Content-Type": "image/jpeg"}),
        "binary": lambda: ask(infer, raw, size),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ANSWERS):
        for name, way in ways.items():
            times[name].append(_ms(way))
    model, predict, binary = (statistics.quantiles(times[name], n=10)[0] for name in ways)
    as_json = statistics.median(_ms(lambda: ask(infer, flat, {"Content-Type": "application/json"})) for _ in range(5))
    connection.close()
    return [
        ("ms of the model itself, reading the picture included", None, model),
        ("ms that /predict adds", _ADDED_MS, predict - model),
        ("ms of the same tensor in binary, Open Inference Protocol", None, binary),
        ("ms of the same tensor in JSON", None, as_json),
    ]


def _many(server: Server, photo: bytes) -> list[Figure]:
    """Errors among 100 requests at once, and among those sent while 100 connections stay open."""
    gate = threading.Barrier(100)

    def ask(_: int) -> int:
        gate.wait()
        return server.post("/predict", photo, "image/jpeg").status

    start = time.perf_counter()
    with ThreadPoolExecutor(100) as senders:
        statuses = list(senders.map(ask, range(100)))
    took = time.perf_counter() - start
    opened = [server.connect() for _ in range(100)]
    for connection in opened:
        connection.sendall(b"POST /predict HTTP/1.1\r\nHost: localhost\r\n")
    meanwhile = [server.post("/predict", photo, "image/jpeg").status for _ in range(10)]
    for connection in opened:
        connection.close()
    return [
        ("errors among 100 requests at once", 0.0, float(sum(status != 200 for status in statuses))),
        ("seconds for these 100", None, took),
        ("errors while 100 connections stay open", 0.0, float(sum(status != 200 for status in meanwhile))),
    ]


def _ms(way: Callable[[], object]) -> float:
    start = time.perf_counter()
    way()
    return 1000 * (time.perf_counter() - start)


def _resident_mb(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000


def _photo() -> bytes:
    """A JPEG with the detail of a photo rather than that of noise."""
    levels = np.random.default_rng(0).integers(0, 256, (_SIDES[1], _SIDES[0], 3), dtype=np.uint8)
    held = io.BytesIO()
    Image.fromarray(levels).filter(ImageFilter.GaussianBlur(3)).save(held, "JPEG", quality=88)
    return held.getvalue()
