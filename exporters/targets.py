"""The registry of targets: what a model can be exported as, and with which options. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.wording import capital
from exporters.edge.options import DEVICES, Device, number

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
        title: what a form calls it.
        shown: the choices as a form names them, in their order.
        usual: what holds where nothing is chosen, as a form begins with it; None for nothing.
        hint: what a person should know before choosing it.
        beside: the name of an option that it cannot be combined with.
    """

    name: str
    help: str
    metavar: str = ""
    parse: Callable[[str], Any] = str
    choices: tuple[str, ...] = ()
    title: str = ""
    shown: tuple[str, ...] = ()
    usual: str | float | None = None
    hint: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What a model can be exported as.

    Attributes:
        exporter: where its exporter is, ``module:Class``.
        summary: what comes of it, for the command line.
        title: what a card calls it.
        purpose: what it is for, in sentences for the person.
        options: what can be asked of it.
        own_folder: whether it fills a folder of its own, absent or empty, rather than writing into one.
        of_either: whether a person chooses between the whole model and the one small model of the run.
    """

    exporter: str
    summary: str
    options: tuple[Option, ...] = ()
    title: str = ""
    purpose: str = ""
    own_folder: bool = False
    of_either: bool = True


_WHEELS = Option(
    "wheels",
    "a folder of wheels to put inside, so that it builds without a network",
    "DIR",
    Path,
    title="Packages from a folder",
    hint="A folder of wheels. With the packages inside, it can be built where there is no network.",
    beside="fetch_wheels",
)
_FETCH = Option(
    "fetch_wheels",
    "download those wheels and put them inside",
    title="Download the packages now",
    hint="This uses the network: packages come from pypi.org, only if you tick this. Your data and model stay here.",
    beside="wheels",
)
_PLATFORM = Option(
    "platform",
    "the processor that the wheels are for (default: x86_64)",
    "CPU",
    str,
    PLATFORMS,
    title="Processor",
    shown=("Intel or AMD (x86_64)", "ARM (aarch64)"),
    usual=PLATFORMS[0],
    hint="Of the computer it will run on. It matters only where the packages are put inside.",
)
_TRITON = Option(
    "triton",
    "write a model repository for the Triton inference server too",
    title="Add a folder for the Triton server",
    hint="For those who run NVIDIA's Triton already.",
)
_DEVICE = Option(
    "target",
    "where it is to run (default: computer)",
    "DEVICE",
    str,
    DEVICES,
    title="Where it will run",
    shown=tuple(capital(device.words) for device in Device),
    usual=DEVICES[0],
)
_LOSS = Option(
    "max_loss",
    "points of accuracy that may be lost (default: 1)",
    "POINTS",
    number,
    title="Points it may lose",
    usual=1.0,
    hint="Of 100 answers, so many more may be wrong. Whatever would lose more is left, and you are told.",
)
_LATENCY = Option(
    "max_latency",
    "the most that one answer may take on this computer",
    "MS",
    number,
    title="Milliseconds for one answer, at most",
    hint="Measured on this computer.",
)
_TEACH = Option(
    "teach",
    "how long small networks may be taught by the model, all together (default: 240; 0: not)",
    "SECONDS",
    number,
    title="Seconds to teach a small network",
    usual=240.0,
    hint="A small network learns from the whole model; so far for photos alone. 0 leaves that out.",
)

TARGETS: dict[str, Target] = {
    "onnx": Target(
        "exporters.onnx.exporter:OnnxExporter",
        "one ONNX file, proven equal to the model",
        title="ONNX file",
        purpose="One file that runs wherever ONNX Runtime does: Windows, Linux, macOS, phones, browsers; Python, C#, "
        "C++, Java. For programmers who build the model into a program of their own.",
    ),
    "bundle": Target(
        "exporters.bundle.exporter:BundleExporter",
        "a zip that answers to a short command wherever Python is, without this program",
        title="Python bundle",
        purpose="A zip with the model, a small program that asks it, a sample and a page that explains all. For "
        "whoever has Python and wants answers without this program.",
    ),
    "docker": Target(
        "exporters.container.exporter:DockerExporter",
        "a folder from which docker or podman makes a small server",
        (_PLATFORM, _FETCH, _WHEELS, _TRITON),
        title="Docker",
        purpose="A folder from which docker or podman makes a small server: other programs send it a sample and get "
        "the answer. It takes the requests of Custom Vision's containers too.",
        own_folder=True,
    ),
    "edge": Target(
        "exporters.edge.exporter:EdgeExporter",
        "the smallest and quickest form for one device that keeps the accuracy",
        (_DEVICE, _LOSS, _LATENCY, _TEACH),
        title="Phone/edge",
        purpose="The smallest and quickest form for one device that keeps the accuracy. Each step is measured; you "
        "see both sides, and never get a worse model without being told.",
        own_folder=True,
        of_either=False,
    ),
    "report": Target(
        "exporters.report.exporter:ReportExporter",
        "a model card as HTML and PDF: what it learned from, how good it is, where it fails, what is inside",
        title="Report",
        purpose="A model card as a page and a PDF: what it learned from, how good it is, where it fails, and the "
        "licences of what is inside. For those who must decide whether to trust it.",
        of_either=False,
    ),
}
