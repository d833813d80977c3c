"""Find docker and podman on this computer, and build a container's context with one."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from exporters.container.dockerfile import BASE
from exporters.container.process import Cancelled, Ended, run
from exporters.errors import ContainerFailed

Kind = Literal["docker", "podman"]
Progress = Callable[[float, str], None]

_LOOK_S, _BUILD_S, _CALL_S = 15.0, 3600.0, 60.0
_STEP = re.compile(r"^(?:\[(\d+)/(\d+)\] STEP|STEP|Step|#\d+ \[(?:[\w-]+ +)?) ?(\d+)/(\d+)[\]:]?[ :]+(\w+)")
_DOING = {"FROM": "Getting the base image", "COPY": "Copying the model", "RUN": "Installing the packages"}
_REASONS = (
    ("no space left", "The disk is full. Make room, or remove images you no longer need."),
    ("permission denied while trying to connect", "You may not use docker. Ask to be put into the group “docker”."),
    ("cannot connect to the docker daemon", "Docker is not running. Start it."),
    (
        "do not match the hashes",
        "A package is not the file it was when the model was exported. Export the model again.",
    ),
    ("could not find a version", "A package cannot be had. Check the connection, or export with the wheels inside."),
    ("no matching distribution", "A package cannot be had. Check the connection, or export with the wheels inside."),
    ("builder needs python", "The image named as BUILDER has another Python. Name one with the Python it says."),
    ("toomanyrequests", "The registry asks to wait before it gives more images. Try again later, or sign in to it."),
    ("pinging container registry", "The base image cannot be had. Check the connection, or name a base you have."),
    ("failed to resolve source metadata", "The base image cannot be had. Check the connection, or name one you have."),
    ("no such host", "The base image or a package cannot be had. Check the connection."),
)
_SAID_LINES = 6


@dataclass(frozen=True)
class Engine:
    """A program that builds and runs containers, and answers.

    ``environment`` is added to this process's own when it is called, ``bases`` are images to use in place of those
    that the Dockerfile names: ``{"BASE": ..., "BUILDER": ...}``.
    """

    kind: Kind
    program: str
    version: str
    environment: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)

    def call(self, *words: str, limit_s: float = _CALL_S, cancel: threading.Event | None = None) -> Ended:
        """Run one of its commands and return how that ended.

        Raises:
            Cancelled: ``cancel`` was set.
            ContainerFailed: the program cannot be started.
        """
        return self.listen(words, limit_s, lambda line: None, cancel)

    def listen(
        self,
        words: tuple[str, ...] | list[str],
        limit_s: float,
        heard: Callable[[str], None],
        cancel: threading.Event | None,
    ) -> Ended:
        """Run one of its commands, hearing each line as it comes."""
        try:
            return run([self.program, *words], limit_s, self.environment, heard, cancel)
        except OSError as error:
            raise ContainerFailed(
                f"{self.program} cannot be started ({error.strerror or error}). Install docker or podman again."
            ) from error


@dataclass(frozen=True)
class Found:
    """What there is: ``engines`` that answer, the best first, and a sentence for each program that does not."""

    engines: tuple[Engine, ...]
    problems: tuple[str, ...]


def find_engines(environment: Mapping[str, str] | None = None) -> Found:
    """Look for docker and podman; takes a second, or some where one hangs."""
    engines: list[Engine] = []
    problems: list[str] = []
    for name in ("docker", "podman"):
        program = shutil.which(name)
        if program is None:
            continue
        found = _ask(name, program, environment or {})
        if isinstance(found, str):
            problems.append(found)
        elif found.kind not in {engine.kind for engine in engines}:
            engines.append(found)
    if not engines and not problems:
        problems.append(
            "Neither docker nor podman is installed. With one of them the container can be tried from here."
        )
    return Found(tuple(engines), tuple(problems))


def _ask(name: str, program: str, environment: Mapping[str, str]) -> Engine | str:
    """Return the engine behind a program, or why it cannot be used. ``docker`` may be podman under that name."""
    try:
        introduced = run([program, "--version"], _LOOK_S, environment)
        kind: Kind = "podman" if "podman" in introduced.text.lower() else "docker"
        side = "Client" if kind == "podman" else "Server"
        answered = run([program, "version", "--format", f"{{{{.{side}.Version}}}}"], _LOOK_S, environment)
    except OSError as error:
        return f"{name} is installed, but cannot be started ({error.strerror or error})."
    version = next((line for line in reversed(answered.lines) if re.match(r"\d+\.\d", line)), "")
    if answered.code or not version:
        said = answered.lines[-1][:200] if answered.lines else "it gave no answer"
        return f"{name} is installed, but does not answer: {said}"
    return Engine(kind, program, version, environment)


def build(
    engine: Engine,
    context: Path,
    image: str,
    progress: Progress = lambda share, text: None,
    cancel: threading.Event | None = None,
) -> None:
    """Build the context as ``image``; without any network where its wheels lie in it.

    Raises:
        Cancelled: ``cancel`` was set.
        ContainerFailed: why there is no image, with the engine's last words.
    """
    words = ["build", "--tag", image]
    if engine.kind == "podman":
        words += ["--format", "docker"]  # else podman drops the health check
    if carries_wheels(context):
        words += ["--network", "none"]
    for name, value in engine.bases.items():
        words += ["--build-arg", f"{name}={value}"]
    progress(0.0, "Starting the build")
    furthest = 0.0

    def heard(line: str) -> None:
        nonlocal furthest
        step = step_of(line)
        if step is not None:
            furthest = max(furthest, step[0])
            progress(furthest, step[1])

    before = _working(engine)
    try:
        ended = engine.listen([*words, str(context)], _BUILD_S, heard, cancel)
    except Cancelled:
        _clear(engine, before)
        raise
    if ended.code is None:
        _clear(engine, before)
    if ended.code != 0:
        raise ContainerFailed(_why_not_built(engine, ended))
    progress(1.0, "The image is built")


def _working(engine: Engine) -> set[str]:
    """Return the containers in which podman is building on our base images: a build that is ended leaves its own."""
    if engine.kind != "podman":
        return set()
    listed = engine.call("ps", "--all", "--external", "--format", "{{.ID}} {{.Names}} {{.Image}}")
    words = [line.split() for line in listed.lines]
    bases = {BASE, *engine.bases.values()}
    return {
        found[0]
        for found in words
        if len(found) == 3 and "-working-container" in found[1] and found[2].removesuffix(":latest") in bases
    }


def _clear(engine: Engine, before: set[str]) -> None:
    """Remove the containers that a build which was ended has left, but none that were there ``before``."""
    left = sorted(_working(engine) - before)
    if left:
        engine.call("rm", "--force", *left)


def carries_wheels(context: Path) -> bool:
    """Whether a context brings its packages along."""
    return next((context / "wheels").glob("*.whl"), None) is not None


def step_of(line: str) -> tuple[float, str] | None:
    """Return the share done and what is being done, where a line of an engine's output tells.

    >>> step_of("[2/2] STEP 5/10: COPY --from=build /deps /deps")
    (0.7, 'Copying the model')
    >>> step_of("#9 [build 2/6] RUN set -eu; python3 -m pip install")
    (0.16666666666666666, 'Installing the packages')
    >>> step_of("Collecting numpy")
    """
    match = _STEP.match(line)
    if match is None:
        return None
    stage, stages, step, steps = (int(number or 1) for number in match.groups()[:4])
    share = (stage - 1 + (step - 1) / max(steps, 1)) / max(stages, 1)
    return min(max(share, 0.0), 1.0), _DOING.get(match[5].upper(), "Putting the image together")


def _why_not_built(engine: Engine, ended: Ended) -> str:
    if ended.code is None:
        return f"{engine.kind} did not finish the build within an hour and was stopped. There is no new image."
    return f"{engine.kind} could not build the image. {reason_for(ended)}"


def reason_for(ended: Ended) -> str:
    """Return what a failed command's last words mean, and the words themselves."""
    said = "\n".join(line for line in ended.lines if line.strip() and step_of(line) is None)
    lower = said.lower()
    meaning = next((sentence for sign, sentence in _REASONS if sign in lower), "")
    last = " / ".join(said.splitlines()[-_SAID_LINES:])[-600:] or "nothing"
    return f"{meaning} It said: {last}".strip()
