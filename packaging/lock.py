"""Write the locks in ``resources/requirements``: what an exported model is installed with, each file by its SHA-256.

``make lock`` asks the package index, through pip, which wheels of the pinned versions there are for every system that
bundles and containers run on. Nothing is asked when a model is exported. `make lock ARGS="server"` writes one alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LOCKS = Path(__file__).resolve().parent.parent / "resources" / "requirements"
SETS = {  # what is imported where samples of that kind are read
    "table": ("onnxruntime", "numpy"),
    "image": ("onnxruntime", "numpy", "pillow"),
    "audio": ("onnxruntime", "numpy", "soundfile"),
    "text": ("onnxruntime", "numpy"),
    "words": ("onnxruntime", "numpy", "tokenizers", "colorama"),  # the last is needed on Windows, which pip cannot see
    "server": ("uvicorn", "starlette", "python-multipart", "typing-extensions"),
}
IN_CONTAINERS = {"server"}  # sets that go into containers alone, which are Linux
PYTHONS = ("3.11", "3.12", "3.13")
GLIBC = (34, 31, 28, 27, 26, 24, 17, 12, 5)
MACOS = (14, 13, 12, 11)
PLATFORMS = {
    "Linux x86_64": [f"manylinux_2_{minor}_x86_64" for minor in GLIBC] + ["manylinux2014_x86_64", "linux_x86_64"],
    "Linux aarch64": [f"manylinux_2_{minor}_aarch64" for minor in GLIBC] + ["manylinux2014_aarch64", "linux_aarch64"],
    "macOS arm64": [f"macosx_{major}_0_{cpu}" for major in MACOS for cpu in ("arm64", "universal2")],
    "macOS x86_64": [f"macosx_{major}_0_{cpu}" for major in MACOS for cpu in ("x86_64", "universal2")]
    + [f"macosx_10_{minor}_{cpu}" for minor in (15, 13, 12, 9) for cpu in ("x86_64", "universal2")],
    "Windows x86_64": ["win_amd64"],
    "Windows arm64": ["win_arm64"],
}
HEAD = "# Made by `make lock`: the wheels of {packages} and what they need, for CPython {pythons}, by SHA-256.\n"


def main() -> int:
    """Write every lock, or those named; return 1 where no system has wheels for all of a set."""
    pins: dict[str, str] = {}
    for name, packages in SETS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        hashes = _collected(name, packages, pins)
        if not hashes:
            print(f"{name}: no system has wheels for all of it, so its lock was left as it is", file=sys.stderr)
            return 1
        LOCKS.mkdir(parents=True, exist_ok=True)
        lines = [HEAD.format(packages=", ".join(packages), pythons=", ".join(PYTHONS))]
        for package in sorted(hashes):
            pinned = "".join(f" \\\n    --hash=sha256:{digest}" for digest in sorted(hashes[package]))
            lines.append(f"{package}=={pins[package]}{pinned}\n")
        (LOCKS / f"{name}.txt").write_text("".join(lines), encoding="utf-8")
    return 0


def _collected(name: str, packages: tuple[str, ...], pins: dict[str, str]) -> dict[str, set[str]]:
    """Return the hashes of one set's wheels by package; ``pins`` holds all versions and takes in new ones."""
    hashes: dict[str, set[str]] = {}
    for system, platforms in PLATFORMS.items():
        if name in IN_CONTAINERS and not system.startswith("Linux"):
            continue
        for python in PYTHONS:
            found = _resolved(packages, pins, python, platforms)
            if not found:
                print(f"{name}: no wheels for {system}, Python {python}", file=sys.stderr)
            for package, release, digest in found:
                pins.setdefault(package, release)
                hashes.setdefault(package, set()).add(digest)
    return hashes


def _resolved(
    packages: tuple[str, ...], pins: dict[str, str], python: str, platforms: list[str]
) -> list[tuple[str, str, str]]:
    """Return name, version and SHA-256 of what pip would install on such a system; nothing where it cannot."""
    with tempfile.TemporaryDirectory() as folder:
        constraints, report = Path(folder) / "pins.txt", Path(folder) / "report.json"
        known = {**{package: release for package in packages if (release := _installed(package))}, **pins}
        constraints.write_text("".join(f"{package}=={release}\n" for package, release in known.items()))
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        command += ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}"]
        command += [f"--platform={platform}" for platform in platforms]
        command += [f"--target={folder}/target", f"--report={report}", f"--constraint={constraints}", *packages]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return []
        return [
            (
                part["metadata"]["name"].lower().replace("_", "-"),
                part["metadata"]["version"],
                part["download_info"]["archive_info"]["hashes"]["sha256"],
            )
            for part in json.loads(report.read_text())["install"]
        ]


def _installed(package: str) -> str | None:
    """Return the version that is tested here, None for what only other systems need."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
