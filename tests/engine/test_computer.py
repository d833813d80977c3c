"""What is noted of the computer."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version

from engine.computer import described


def test_the_computer_and_the_versions_that_computed_are_noted() -> None:
    said = described()
    assert said["cores"] == os.cpu_count()
    assert said["python"] == platform.python_version()
    assert said["processor"]
    assert said["memory_bytes"] > 2**26
    assert said["versions"]["torch"] == version("torch")


def test_it_is_plain_json() -> None:
    said = described()
    assert json.loads(json.dumps(said)) == said


def test_a_library_that_is_not_installed_is_left_out() -> None:
    assert None not in described()["versions"].values()
