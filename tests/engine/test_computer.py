"""What is noted of the computer."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from engine import computer
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


def test_graphics_cards_and_what_torch_computes_with_on_them_are_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computer, "_CARDS", tmp_path)
    monkeypatch.setattr(computer, "_version", lambda library: "13.2" if library == "nvidia-cuda-runtime" else None)
    assert (described()["cards"], described()["versions"]) == ([], {})
    for place, name in (("0000:01:00.0", "NVIDIA H100 80GB HBM3"), ("0000:41:00.0", "Tesla V100")):
        (tmp_path / place.replace(":", "_")).mkdir()
        said = f"Model: \t\t {name}\nIRQ:   \t\t 0\nGPU UUID: \t GPU-1\nBus Type: \t PCIe\n"
        (tmp_path / place.replace(":", "_") / "information").write_text(said, encoding="utf-8")
    assert described()["cards"] == ["NVIDIA H100 80GB HBM3", "Tesla V100"]
    assert described()["versions"] == {"nvidia-cuda-runtime": "13.2"}
