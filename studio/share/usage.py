"""How what was exported is run, as commands to be copied."""

from __future__ import annotations

import shlex
import zipfile
from collections.abc import Callable
from pathlib import Path

from engine.task import Modality, Task
from studio.share.exporting import Exported

_DATA = {Modality.IMAGE: "PHOTOS", Modality.AUDIO: "SOUNDS", Modality.TEXT: "TEXTS", Modality.TABLE: "TABLE.csv"}


def run_command(exported: Exported, task: Task, engine: str = "docker") -> str:
    """Return the commands, a line each; empty for what cannot be run, or is not there any more.

    ``engine`` is what runs containers: ``docker`` or ``podman``.
    """
    make = _COMMANDS.get(exported.target)
    said = make(exported.path, task) if make is not None and exported.path.exists() else ""
    if engine == "podman":  # without the format it drops the health check
        said = said.replace("docker build ", "podman build --format docker ", 1).replace(
            "docker run ", "podman run ", 1
        )
    return said


def _onnx(path: Path, task: Task) -> str:
    return f"autodidact predict {_quoted(path)} {_DATA[task.modality]} --out predictions.csv"


def _bundle(path: Path, task: Task) -> str:
    archive, folder = _quoted(Path(path.name)), _quoted(Path(path.stem))
    return "\n".join(
        [
            f"cd {_quoted(path.parent)} && python -m zipfile -e {archive} . && cd {folder}",
            "python -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.txt",
            f".venv/bin/python predict.py {_sample(path)}",
        ]
    )


def _sample(path: Path) -> str:
    """Return the sample in a bundle, as seen from its folder."""
    try:
        with zipfile.ZipFile(path) as content:
            inside = [name.partition("/")[2] for name in content.namelist()]
    except (OSError, zipfile.BadZipFile):  # changed since
        return "FILE"
    found = [name for name in inside if name.startswith("sample/") and not name.endswith("/expected.json")]
    return shlex.quote(found[0]) if found else "FILE"


def _docker(path: Path, task: Task) -> str:
    from exporters.container.engines import carries_wheels
    from exporters.container.facts import PORT, Facts
    from exporters.container.running import hardening
    from exporters.errors import NotOurs

    try:
        facts = Facts.read(path)
    except NotOurs:  # changed since
        return ""
    offline = "--network none " if carries_wheels(path) else ""
    run = [
        f"docker run --rm --publish 127.0.0.1:{PORT}:{PORT}",
        *(" ".join(map(shlex.quote, part)) for part in _by_flag(hardening(facts))),
        facts.image,
    ]
    return f"docker build {offline}--tag {facts.image} {_quoted(path)}\n" + " \\\n    ".join(run)


def _by_flag(words: list[str]) -> list[list[str]]:
    """Return words of a command in groups that begin with a flag.

    >>> _by_flag(["--read-only", "--memory", "64m"])
    [['--read-only'], ['--memory', '64m']]
    """
    groups: list[list[str]] = []
    for word in words:
        if word.startswith("--"):
            groups.append([])
        groups[-1].append(word)
    return groups


def _edge(path: Path, task: Task) -> str:
    if (path / "index.html").is_file():
        return f"python -m http.server --bind 127.0.0.1 --directory {_quoted(path)} 8000"
    return f"autodidact serve {_quoted(path)}" if (path / "model.onnx").is_file() else ""


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


_COMMANDS: dict[str, Callable[[Path, Task], str]] = {
    "onnx": _onnx,
    "bundle": _bundle,
    "docker": _docker,
    "edge": _edge,
}
