"""Containers of every modality: built without a network from a cached base, started without rights, and asked.

``make test`` or ``packaging/container-tools.sh`` prepares podman and the images; without them nothing is measured.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.model.model import Model
from exporters.container.engines import Engine
from exporters.container.exporter import DockerExporter
from exporters.container.facts import Facts
from exporters.container.requests import Request, content_type
from exporters.container.running import Running, Wish, start
from exporters.container.trial import launch, replay
from exporters.source import Source, open_source
from tests.benchmarks.exports.figures import Figure
from tests.exporters import models, texts
from tests.exporters.container.podman import podman
from tests.exporters.trained import RECIPES, train

_BUILD_S, _HEALTHY_S, _IDLE_MB, _IMAGE_MB, _STOP_S, _DIFFERENCE = 60.0, 3.0, 150.0, 400.0, 2.0, 1e-4
_STARTS, _PARALLEL = 3, 100
_ROOT = Path(__file__).resolve().parents[3]

NETWORKS: Mapping[str, Callable[[], Model]] = {
    "a network that sees": lambda: models.model_of(
        models.PICTURES, models.features(models.PICTURES, middle=False, resolution=224)
    ),
    "a network that reads": lambda: models.model_of(texts.SEVERAL, texts.features(texts.SEVERAL)),
}


def measure() -> list[Figure]:
    """Return the figures; none where podman was not prepared."""
    engine = podman()
    if engine is None:
        return []
    with tempfile.TemporaryDirectory(prefix="bench-container-") as scratch:
        return [
            figure
            for name, source in _sources(Path(scratch))
            for figure in _measured(engine, name, source, Path(scratch) / "context")
        ]


def _sources(scratch: Path) -> Iterator[tuple[str, Source]]:
    """Give networks of usual size, and runs on real data of every modality where the data is."""
    for name, model in NETWORKS.items():
        yield name, models.source_of(model(), name)
    data = Path(os.environ.get("AUTODIDACT_DATA", _ROOT.parent / "shared" / "data"))
    for name, recipe in RECIPES.items() if data.is_dir() else ():
        yield name, open_source(train(recipe, data, scratch / name))


def _measured(engine: Engine, name: str, source: Source, context: Path) -> list[Figure]:
    DockerExporter(fetch_wheels=True, platform=platform.machine()).export(source, context, lambda share, text: None)
    engine.call("image", "prune", "--force", limit_s=300)
    try:
        running, proof = launch(engine, context, Wish("none"))
        with running:
            figures: list[Figure] = [
                (f"{name}: seconds to build offline", _BUILD_S, proof.build_s),
                (f"{name}: difference of the answer inside", _DIFFERENCE, proof.difference),
                (f"{name}: megabytes of the image", _IMAGE_MB, _image_mb(engine, Facts.read(context))),
                (f"{name}: megabytes idle, without a network", _idle_goal(context), _memory_mb(running)),
            ]
        return [*figures, *_opened(engine, context, name)]
    finally:
        shutil.rmtree(context)


def _idle_goal(context: Path) -> float | None:
    """Return the goal of a server at rest, which holds for models that leave it room: of up to two thirds of it."""
    return _IDLE_MB if (context / "model" / "model.onnx").stat().st_size < _IDLE_MB * 2 / 3 * 1e6 else None


def _opened(engine: Engine, context: Path, name: str) -> list[Figure]:
    """Return what is measured through a port of this computer."""
    healthy, stopped, failed = [], [], 0
    for _ in range(_STARTS):
        began = time.perf_counter()
        running = start(engine, Facts.read(context), Wish())
        running.wait_until_healthy()
        healthy.append(time.perf_counter() - began)
        replay(running, context)
        failed += _failed(running, context)
        began = time.perf_counter()
        engine.call("stop", "-t", "10", running.name)
        stopped.append(time.perf_counter() - began)
        running.stop()
    return [
        (f"{name}: seconds from the start to healthy", _HEALTHY_S, statistics.median(healthy)),
        (f"{name}: seconds to stop", _STOP_S, statistics.median(stopped)),
        (f"{name}: errors in {_PARALLEL * _STARTS} requests, {_PARALLEL} at once", 0.0, float(failed)),
    ]


def _failed(running: Running, context: Path) -> int:
    folder = context / "model" / "sample"
    said = json.loads((folder / "expected.json").read_bytes())
    content = (folder / said["file"]).read_bytes()
    headers = {"content-type": content_type(said["file"])}
    with ThreadPoolExecutor(_PARALLEL) as senders:
        request = Request("POST", "/predict", content, headers)
        counted = Counter(reply.status for reply in senders.map(running.send, [request] * _PARALLEL))
    return _PARALLEL - counted[200]


def _image_mb(engine: Engine, facts: Facts) -> float:
    return int(engine.call("image", "inspect", "--format", "{{.Size}}", facts.image).text) / 1e6


def _memory_mb(running: Running) -> float:
    """Return the memory that the server itself holds, after it has answered."""
    command = "print(open('/proc/1/status').read())"
    status = running.engine.call("exec", running.name, "python3", "-c", command).text
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1e3
