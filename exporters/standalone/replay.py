"""The sample that goes along with a package, asked again: does the model still say what it said at the export?"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exporters.standalone.errors import NotAPackage, Unreadable
from exporters.standalone.package import Item, Package

SAMPLE, EXPECTED = "sample", "expected.json"
TOLERANCE = 1e-4


def read_sample(package: Package, content: bytes) -> Item:
    """Return the sample in the bytes of its file: a row of a CSV where the model takes rows."""
    return package.read(package.rows(content)[0] if package.columns else content)


def main(folder: str) -> None:
    """Print as JSON how far the answer of the package in ``folder`` is from what is expected, or what is wrong."""
    start = time.perf_counter()
    try:
        name, difference = replay(Package.open(Path(folder)))
        said: dict[str, Any] = {"sample": name, "seconds": round(time.perf_counter() - start, 3)}
        said["difference"] = difference if math.isfinite(difference) else None
    except (NotAPackage, Unreadable) as error:
        said = {"problem": str(error)}
    print(json.dumps(said))


def replay(package: Package) -> tuple[str, float]:
    """Ask the package about its sample; return the sample's name and how far the answer is from what is expected.

    Raises:
        NotAPackage: there is no sample, or no answer to compare with.
        Unreadable: the sample cannot be read.
    """
    folder = package.folder / SAMPLE
    files = package.manifest["files"]
    try:
        if f"{SAMPLE}/{EXPECTED}" not in files:
            raise KeyError(EXPECTED)
        said = json.loads((folder / EXPECTED).read_bytes())
        name, expected = said["file"], said["answer"]
        if f"{SAMPLE}/{name}" not in files:  # whose place and size were checked
            raise KeyError(name)
        content = (folder / name).read_bytes()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotAPackage("The sample that goes along is missing or damaged. Export the model again.") from error
    answer = package.predict([read_sample(package, content)])[0]
    return name, apart(answer.to_json(), expected)


def apart(answer: Mapping[str, Any], expected: Any) -> float:
    """Return the largest difference between two answers in JSON: of probabilities, or of numbers as a share of them.

    Infinite where they are of another kind, have other classes, or one of them is no number.
    """
    if not isinstance(expected, Mapping) or set(answer) != set(expected):
        return math.inf
    if "number" in answer:
        return _numbers_apart(answer["number"], expected["number"])
    mine, theirs = answer["probabilities"], expected["probabilities"]
    if not isinstance(theirs, Mapping) or list(mine) != list(theirs):
        return math.inf
    return max((_shares_apart(mine[name], theirs[name]) for name in mine), default=0.0)


def _shares_apart(one: Any, other: Any) -> float:
    if one is None or isinstance(other, bool) or not isinstance(other, int | float):
        return math.inf
    try:
        difference = abs(float(one) - float(other))
    except OverflowError:  # a whole number of hundreds of digits
        return math.inf
    return math.inf if math.isnan(difference) else difference


def _numbers_apart(one: float | None, other: Any) -> float:
    if one is None or other is None:
        return 0.0 if one is other else math.inf
    return _shares_apart(one, other) / max(1.0, abs(one))
