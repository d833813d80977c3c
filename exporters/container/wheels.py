"""Wheels that go with a context, so that it builds without a network: given by the person, or fetched when asked.

Every file is checked against the hashes of the lock before it goes in, wherever it came from; the build checks them
once more.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporters.container.facts import PYTHON
from exporters.container.lock import Pinned, normalised, read_lock
from exporters.errors import NotExportable
from exporters.standalone.described import sha256

_MANYLINUX = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_17", "manylinux2014", "manylinux_2_5")
_NEWEST_GLIBC = 36  # 2.36, of Debian 12
_NAMED = 5
_LIMIT_S = 1800


def given_wheels(lock: str, folder: Path, platform: str) -> dict[str, Path]:
    """Return the wheels of ``folder`` that the lock asks for, by file name; others in it are left out.

    Raises:
        NotExportable: some are absent, made for another system, or not the files that the lock names.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".whl" and path.is_file())
    except OSError as error:
        raise NotExportable(
            f"The folder of wheels {folder} cannot be read ({error.strerror}). Nothing was exported. Name another."
        ) from error
    chosen: dict[str, Path] = {}
    problems = []
    for pinned in read_lock(lock):
        same = [path for path in files if _is_release(path.name, pinned)]
        fits = [path for path in same if runs_on(path.name, platform)]
        right = [path for path in fits if sha256(path) in pinned.hashes]
        chosen.update((path.name, path) for path in right[:1])
        if not right:
            problems.append(f"{pinned.name} {pinned.version}: {_why_not(same, fits, platform)}")
    if problems:
        raise NotExportable(_refusal(folder, problems))
    return chosen


def _is_release(file_name: str, pinned: Pinned) -> bool:
    parts = file_name.split("-")
    return len(parts) >= 5 and normalised(parts[0]) == pinned.name and parts[1] == pinned.version


def _why_not(same: list[Path], fits: list[Path], platform: str) -> str:
    if not same:
        return "not there"
    if not fits:
        return f"only for other systems than Python {PYTHON} on Linux {platform} ({same[0].name})"
    return f"{fits[0].name} is not the file that the lock names (its SHA-256 differs)"


def _refusal(folder: Path, problems: list[str]) -> str:
    more = f" and {len(problems) - _NAMED} more" if len(problems) > _NAMED else ""
    return (
        f"The wheels in {folder} do not make up the container: {'; '.join(problems[:_NAMED])}{more}. "
        "Nothing was exported. Download them again with --fetch-wheels, or build with a network."
    )


def runs_on(file_name: str, platform: str) -> bool:
    """Whether a wheel is for the container's Python on ``platform`` (``x86_64`` or ``aarch64``), by its tags.

    >>> runs_on("numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl", "x86_64")
    True
    >>> runs_on("numpy-2.4.6-cp311-cp311-macosx_14_0_arm64.whl", "aarch64")
    False
    """
    pythons, abis, systems = file_name.removesuffix(".whl").split("-")[-3:]
    return (
        any(_python_fits(python, abis.split(".")) for python in pythons.split("."))
        and bool({PYTHON_TAG, "abi3", "none"} & set(abis.split(".")))
        and any(_system_fits(system, platform) for system in systems.split("."))
    )


PYTHON_TAG = "cp" + PYTHON.replace(".", "")


def _python_fits(tag: str, abis: list[str]) -> bool:
    if tag in {PYTHON_TAG, "py3", "py" + PYTHON.replace(".", "")}:
        return True
    stable = re.fullmatch(r"cp3(\d+)", tag)
    return "abi3" in abis and stable is not None and int(stable[1]) <= int(PYTHON.split(".")[1])


def _system_fits(system: str, platform: str) -> bool:
    if system == "any":
        return True
    match = re.fullmatch(rf"manylinux(?:_2_(\d+)|2014|2010|1)_{platform}", system)
    return match is not None and int(match[1] or 0) <= _NEWEST_GLIBC


@contextmanager
def fetched_wheels(lock: str, platform: str) -> Iterator[dict[str, Path]]:
    """Download the lock's wheels for ``platform`` with pip; they are gone when the block ends.

    Raises:
        NotExportable: some cannot be had.
    """
    with tempfile.TemporaryDirectory(prefix="wheels-") as place:
        folder = Path(place)
        requirements = folder / "requirements.txt"
        requirements.write_text(lock, encoding="utf-8")
        systems = [word for name in _MANYLINUX for word in ("--platform", f"{name}_{platform}")]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--require-hashes", "--python-version", PYTHON, *systems]
        command += ["--dest", str(folder), "--requirement", str(requirements)]
        try:
            done = subprocess.run(  # no stdin: on Windows a pipe that is being watched would keep it from starting
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMIT_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise NotExportable(
                "The wheels were not downloaded within half an hour. Nothing was exported. "
                "Try again with a better connection, or export without --fetch-wheels."
            ) from error
        if done.returncode:
            raise NotExportable(
                f"The wheels cannot be downloaded: {_last_words(done.stderr)} Nothing was exported. "
                "Check the connection, or export without --fetch-wheels and build with a network."
            )
        yield given_wheels(lock, folder, platform)


def _last_words(text: str) -> str:
    errors = [line.removeprefix("ERROR:").strip() for line in text.splitlines() if line.startswith("ERROR:")]
    said = (errors or [line.strip() for line in text.splitlines() if line.strip()] or ["pip gave no reason"])[-1]
    return said[:300].rstrip(".") + "."
