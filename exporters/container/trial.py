"""The whole proof of a container: built, started without rights, healthy, and its own sample answered as expected."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporters.container.engines import Engine, Progress, build
from exporters.container.facts import Facts
from exporters.container.requests import content_type
from exporters.container.running import Running, Wish, start
from exporters.errors import ContainerFailed, NotOurs
from exporters.standalone.replay import EXPECTED, SAMPLE, TOLERANCE, apart

_BUILT = 0.8


@dataclass(frozen=True)
class Proof:
    """What was measured: seconds to build and from the start to healthy, milliseconds of an answer, and its error.

    ``difference`` is the largest one between the answer to the context's own sample and what the model said about it.
    """

    image: str
    engine: str
    build_s: float
    healthy_s: float
    answer_ms: float
    sample: str
    difference: float

    def sentence(self) -> str:
        """Say what was tried and what came of it."""
        return (
            f"Built with {self.engine} in {self.build_s:.0f} s, ready {self.healthy_s:.1f} s after its start. "
            f"It answered {self.sample} in {self.answer_ms:.0f} ms as the model did "
            f"(largest difference {self.difference:.1g})."
        )


def launch(
    engine: Engine,
    context: Path,
    wish: Wish,
    progress: Progress = lambda share, text: None,
    cancel: threading.Event | None = None,
) -> tuple[Running, Proof]:
    """Build the context, run it and prove it; the container goes on running, and the caller stops it.

    Raises:
        Cancelled: ``cancel`` was set; no container is left.
        ContainerFailed: it cannot be built or started, or answers otherwise than the model; no container is left.
        NotOurs: the folder is no context.
    """
    facts = Facts.read(context)
    began = time.monotonic()
    build(engine, context, facts.image, lambda share, text: progress(_BUILT * share, text), cancel)
    built = time.monotonic()
    progress(_BUILT, "Starting the container")
    running = start(engine, facts, wish, cancel)
    try:
        running.wait_until_healthy(cancel=cancel)
        healthy = time.monotonic()
        progress(0.95, "Asking it about its sample")
        sample, difference = replay(running, context)
        answered = time.monotonic()
    except BaseException:
        running.stop()
        raise
    progress(1.0, "The container answers")
    named = f"{engine.kind} {engine.version}"
    milliseconds = (answered - healthy) * 1000
    return running, Proof(facts.image, named, built - began, healthy - built, milliseconds, sample, difference)


def replay(running: Running, context: Path) -> tuple[str, float]:
    """Ask a container about its context's sample; return the sample's name and how far the answer is from the model's.

    Raises:
        ContainerFailed: it answers otherwise than the model did, or not at all.
        NotOurs: the context holds no sample.
    """
    name, content, expected = _sample(context)
    reply = running.ask(content, content_type(name))
    try:
        answer = json.loads(reply.body)["predictions"][0]
        difference = apart(answer, expected)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        said = reply.body[:200].decode(errors="replace")
        raise ContainerFailed(f"The container did not answer its sample {name}: {reply.status} {said}") from error
    if not difference <= TOLERANCE:
        raise ContainerFailed(
            f"The container answers its sample {name} otherwise than the model did (by {difference:.2g}, allowed: "
            f"{TOLERANCE:.0e}). Do not use it. Export the model again."
        )
    return name, difference


def _sample(context: Path) -> tuple[str, bytes, Mapping[str, Any]]:
    folder = context / "model" / SAMPLE
    try:
        said = json.loads((folder / EXPECTED).read_bytes())
        name, expected = Path(said["file"]).name, said["answer"]
        return name, (folder / name).read_bytes(), expected
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotOurs(f"The sample in {folder} is damaged or gone. Export the model again.") from error
