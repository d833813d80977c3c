"""The settings a package is served with: measured once for a model, a machine and a latency target, and kept beside it.

``python -m exporters.server.choosing FOLDER`` measures in a process of its own, whose memory is gone when the server
starts: calls of many samples at once leave the runtime holding far more than serving needs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from exporters.server.log import say
from exporters.server.machine import calls, machine
from exporters.server.settings import Load
from exporters.server.tuning import SECONDS, Tuning, search
from exporters.standalone.described import MODEL, check_place
from exporters.standalone.package import Item, NotAPackage, Package, Unreadable
from exporters.standalone.replay import EXPECTED, SAMPLE, read_sample

FILE = "serving.json"
FORMAT = 1

_MOST_EXTRA_S = 20.0
_MOST_BYTES = 1_000_000


def choose(
    folder: Path, manifest: Mapping[str, Any], seconds: float = SECONDS, max_latency_ms: float | None = None
) -> Load:
    """Return how to serve the package in ``folder`` here: as kept, else as measured for ``seconds``, else by rule.

    ``manifest`` is the package's, checked. What was chosen, and what it was measured against, goes into the log.
    """
    model = str(manifest["files"][MODEL])
    most = _calls(manifest)
    tuning = kept(folder, model, max_latency_ms)
    if tuning is not None and tuning.chosen.load.workers > most:  # there was more memory then
        tuning = None
    was_kept = tuning is not None
    if tuning is None and seconds > 0:
        tuning = _measured(folder, seconds, max_latency_ms)
        if tuning is not None:
            keep(folder, model, tuning)
    if tuning is None:
        return Load(most, 1, 1)
    say(
        "settings",
        chosen=tuning.chosen.sentence(),
        target_ms=max_latency_ms,
        target_met=tuning.kept,
        tried=[trial.sentence() for trial in tuning.tried],
        seconds=tuning.seconds,
        kept=was_kept,
    )
    return tuning.chosen.load


def keep(folder: Path, model: str, tuning: Tuning) -> bool:
    """Keep what was measured beside the model; False where nothing can be written there."""
    content = {"format": FORMAT, "machine": machine(), "model": model, **tuning.to_json()}
    path = folder / FILE
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")
        temporary.replace(path)
    except OSError:  # a container's disk is read-only: it is then measured at every start
        return False
    finally:
        with suppress(OSError):  # it has its name by now, or nothing can be changed there
            temporary.unlink(missing_ok=True)
    return True


def kept(folder: Path, model: str, max_latency_ms: float | None) -> Tuning | None:
    """Return what was measured for this model, machine and target; None where there is nothing of the kind."""
    path = folder / FILE
    if not os.path.lexists(path):
        return None
    try:
        check_place(path, _MOST_BYTES)
        content = json.loads(path.read_bytes())
        key = (content["format"], content["machine"], content["model"], content["max_latency_ms"])
        return Tuning.from_json(content) if key == (FORMAT, machine(), model, max_latency_ms) else None
    except (NotAPackage, OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        say("settings", ignored=FILE, reason=type(error).__name__)
        return None


def measure_package(
    folder: Path,
    seconds: float = SECONDS,
    max_latency_ms: float | None = None,
    told: Callable[[Tuning], None] = lambda tuning: None,
) -> Tuning | None:
    """Search in this process; None where the package has no sample to be asked about. ``told`` hears of it on the way.

    Raises:
        NotAPackage: the folder holds none.
    """
    package = Package.open(folder, threads=1)
    item = sample_of(package)
    if item is None:
        return None

    def opened(threads: int) -> Package:
        return package if threads == 1 else Package(folder, package.manifest, threads)

    most = _calls(package.manifest)
    return search(lambda threads: opened(threads).predict, item, seconds, max_latency_ms, calls=most, told=told)


def _calls(manifest: Mapping[str, Any]) -> int:
    task = manifest.get("task")  # what it says is checked when the package is opened, which comes later
    modality = task.get("modality") if isinstance(task, dict) else None
    return calls(int(manifest["files"][MODEL]["bytes"]), str(modality))


def _measured(folder: Path, seconds: float, max_latency_ms: float | None) -> Tuning | None:
    """Search in a process of its own; None where that failed, which must not keep the server from starting.

    What was found before it failed stands, such as where the calls of many samples took more memory than there is.
    """
    words = [sys.executable, "-m", "exporters.server.choosing", str(folder), "--seconds", str(seconds)]
    words += [] if max_latency_ms is None else ["--max-latency", str(max_latency_ms)]
    try:
        done = subprocess.run(
            words, capture_output=True, timeout=seconds + _MOST_EXTRA_S, check=True, stdin=subprocess.DEVNULL
        )
        return _last_said(done.stdout)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        say("settings", failed=type(error).__name__)
        return _last_said(error.stdout or b"")
    except (OSError, subprocess.SubprocessError) as error:
        say("settings", failed=type(error).__name__)
        return None


def _last_said(lines: bytes) -> Tuning | None:
    """Return what the search said last; None where it said nothing. A line that it was ended in is passed over."""
    for line in reversed(lines.splitlines()):
        try:
            said: Any = json.loads(line)
            return None if said is None else Tuning.from_json(said)
        except (ValueError, KeyError, TypeError) as error:
            say("settings", failed=type(error).__name__)
    return None


def sample_of(package: Package) -> Item | None:
    """Return the sample that goes along with the package; None where it has none."""
    inside = [Path(name) for name in package.manifest["files"] if Path(name).parent == Path(SAMPLE)]
    try:
        first = next(path for path in inside if path.name != EXPECTED)
        return read_sample(package, (package.folder / first).read_bytes())
    except (StopIteration, OSError, Unreadable):
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure one package and print what was found as JSON, on the way a line and at the end one more."""
    parser = argparse.ArgumentParser(prog="python -m exporters.server.choosing", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--max-latency", type=float)
    wanted = parser.parse_args(arguments)
    try:
        found = measure_package(wanted.folder, wanted.seconds, wanted.max_latency, _print)
    except (NotAPackage, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    _print(found)
    return 0


def _print(found: Tuning | None) -> None:
    print(json.dumps(None if found is None else found.to_json()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
