"""The registry of targets: what a model can be exported as, and with which options. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporters.edge.options import DEVICES, number

PLATFORMS = ("x86_64", "aarch64")
"""The processors that containers are made for, by their names in wheels."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a target, an argument of its exporter's constructor by the same name.

    Attributes:
        name: as in Python; on the command line ``_`` becomes ``-``.
        help: what it does, for the command line.
        metavar: what stands for its value there; empty for a flag, which is False unless given.
        parse: makes the value of the words typed, raising ValueError with a sentence.
        choices: the words allowed; empty for any.
    """

    name: str
    help: str
    metavar: str = ""
    parse: Callable[[str], Any] = str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What a model can be exported as: where its exporter is (``module:Class``), a summary, and its options."""

    exporter: str
    summary: str
    options: tuple[Option, ...] = ()


_WHEELS = Option("wheels", "a folder of wheels to put inside, so that it builds without a network", "DIR", Path)
_FETCH = Option("fetch_wheels", "download those wheels and put them inside")
_PLATFORM = Option("platform", "the processor that the wheels are for (default: x86_64)", "CPU", str, PLATFORMS)
_TRITON = Option("triton", "write a model repository for the Triton inference server too")
_DEVICE = Option("target", "where it is to run (default: computer)", "DEVICE", str, DEVICES)
_LOSS = Option("max_loss", "points of accuracy that may be lost (default: 1)", "POINTS", number)
_LATENCY = Option("max_latency", "the most that one answer may take on this computer", "MS", number)
_TEACH = Option(
    "teach", "how long a small network may be taught by the model (default: 240; 0: not)", "SECONDS", number
)

TARGETS: dict[str, Target] = {
    "onnx": Target("exporters.onnx.exporter:OnnxExporter", "one ONNX file, proven equal to the model"),
    "bundle": Target(
        "exporters.bundle.exporter:BundleExporter",
        "a zip that answers to a short command wherever Python is, without this program",
    ),
    "docker": Target(
        "exporters.container.exporter:DockerExporter",
        "a folder from which docker or podman makes a small server",
        (_WHEELS, _FETCH, _PLATFORM, _TRITON),
    ),
    "edge": Target(
        "exporters.edge.exporter:EdgeExporter",
        "the smallest and quickest form for one device that keeps the accuracy",
        (_DEVICE, _LOSS, _LATENCY, _TEACH),
    ),
    "report": Target(
        "exporters.report.exporter:ReportExporter",
        "a model card as HTML and PDF: what it learned from, how good it is, where it fails, what is inside",
    ),
}
