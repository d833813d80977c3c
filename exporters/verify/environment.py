"""Somewhere clean to ask a package: an interpreter that sees what the export needs and nothing else.

Only programs of this version run there, never those that came with the package.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from engine.task import Modality
from exporters.errors import NotInstallable
from exporters.requirements import lock_text
from exporters.vendoring import vendored

LIMIT_S = 600
_ASKING_S = 120
_MEMORY = 8 << 30
_REPLAY = "exporters.standalone.replay"
_OPENING = "exporters.verify.opening"
_LONGEST = 400

_BOOT = """
import importlib, json, sys
paths, allowed, place, memory, module = json.loads(sys.argv[1])
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
except (ImportError, ValueError, OSError):
    pass
sys.path[:0] = paths
class Only:
    def find_spec(self, name, path=None, target=None):
        if allowed is not None and name.partition(".")[0] not in allowed:
            raise ModuleNotFoundError(f"{name} does not belong to the export", name=name)
sys.meta_path.insert(0, Only())
importlib.import_module(module).main(place)
"""


@dataclass(frozen=True)
class Environment:
    """Where to ask: the interpreter, what it is told to see, and how to name it to a person."""

    python: Path
    flags: tuple[str, ...]
    paths: tuple[str, ...]
    allowed: tuple[str, ...] | None
    words: str

    def replay(self, folder: Path, scratch: Path) -> dict[str, Any]:
        """Ask the package in ``folder`` about its sample; return what :func:`exporters.standalone.replay.main` said."""
        return self._said(_REPLAY, folder, scratch)

    def open_lone(self, path: Path, scratch: Path) -> dict[str, Any]:
        """Open an ``.onnx`` file; return what :func:`exporters.verify.opening.main` said."""
        return self._said(_OPENING, path, scratch)

    def _said(self, module: str, place: Path, scratch: Path) -> dict[str, Any]:
        """Return the last line that ``main`` of a module says of a place, within limits of time and memory."""
        told = json.dumps([self.paths, self.allowed, str(place.resolve()), _MEMORY, module])
        command = [str(self.python), *self.flags, "-B", "-c", _BOOT, told]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,  # on Windows a pipe that is being watched would keep it from starting
                cwd=scratch,
                env=_bare(scratch),
                capture_output=True,
                timeout=_ASKING_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"problem": f"The model did not answer within {_ASKING_S} seconds."}
        lines = done.stdout.decode(errors="replace").splitlines()
        try:
            said: dict[str, Any] = json.loads(lines[-1])
        except (IndexError, ValueError):
            last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            return {"problem": f"The program that asks the model ended with code {done.returncode}: {last[:_LONGEST]}"}
        return said


def whole_interpreter() -> Environment:
    """Return this interpreter with all that it has, for a process of its own that may fail."""
    paths = tuple(str(Path(place).resolve()) for place in sys.path)
    return Environment(Path(sys.executable), ("-I",), paths, None, "this interpreter")


def own_interpreter(modality: Modality, lock: str, scratch: Path) -> Environment:
    """Return this interpreter, seeing only the packages that the lock names; torch and all others are as if absent."""
    code = _written(modality, scratch)
    found = [part for name in names_of(lock_text(lock)) if (part := _installed(name)) is not None]
    seen = {top for part in found for top in _top_levels(part)}
    allowed = sorted({*sys.stdlib_module_names, "engine", "exporters", *seen})
    homes = sorted({str(Path(str(part.locate_file(""))).resolve()) for part in found})
    shown = ", ".join(f"{part.name} {part.version}" for part in found)
    words = f"an interpreter that sees nothing but Python and {shown}"
    return Environment(Path(sys.executable), ("-I", "-S"), (str(code), *homes), tuple(allowed), words)


def fresh_environment(modality: Modality, lock: str, scratch: Path, wheels: Path | None) -> Environment:
    """Return a new virtual environment with the lock installed, from the folder ``wheels`` or from pip's index.

    Raises:
        NotInstallable: a wheel is missing or not the one that the lock names.
    """
    home = scratch / "venv"
    ours = importlib.util.find_spec("pip") is not None  # takes a second, and one of its own five
    venv.create(home, with_pip=not ours, symlinks=os.name != "nt")
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [sys.executable, "-m", "pip", f"--python={python}"] if ours else [str(python), "-m", "pip"]
    requirements = scratch / "requirements.txt"
    requirements.write_text(lock_text(lock), encoding="utf-8")
    command = [*pip, "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
    command += ["--require-hashes", "--requirement", str(requirements)]
    if wheels is not None:
        command += ["--isolated", "--no-index", "--find-links", str(wheels.resolve())]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotInstallable(f"The packages were not installed within {LIMIT_S // 60} minutes. Try again.") from error
    if done.returncode:
        lines = [line for line in done.stderr.decode(errors="replace").splitlines() if line.startswith("ERROR")]
        where = f"from {wheels}" if wheels is not None else "from the package index"
        why = (lines or ["pip did not say why"])[0].removeprefix("ERROR: ")[:_LONGEST]
        raise NotInstallable(f"What the model needs cannot be installed {where}: {why}")
    words = f"a fresh environment with the {len(names_of(lock_text(lock)))} packages of requirements.txt"
    return Environment(python, ("-I",), (str(_written(modality, scratch)),), None, words)


def names_of(lock: str) -> list[str]:
    """Return the names of the packages in a lock."""
    return [line.partition("==")[0] for line in lock.splitlines() if "==" in line and not line.startswith("#")]


def _written(modality: Modality, scratch: Path) -> Path:
    code = scratch / "code"
    for name, content in vendored(modality, (_REPLAY,)).items():
        (code / name).parent.mkdir(parents=True, exist_ok=True)
        (code / name).write_bytes(content)
    return code


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:  # not needed on this system
        return None


def _top_levels(part: Distribution) -> set[str]:
    """Return the names that a package can be imported by."""
    tops = {file.parts[0] for file in part.files or () if file.parts[0] != ".."} or {part.name.replace("-", "_")}
    return {top.partition(".")[0] for top in tops if not top.endswith((".dist-info", ".libs"))}


def _bare(scratch: Path) -> dict[str, str]:
    """Return the least of an environment: no paths of ours, no locale, a home that is empty."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": str(scratch), "TMPDIR": str(scratch), "ORT_DISABLE_TELEMETRY": "1", "LC_ALL": "C"}
