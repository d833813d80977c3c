"""Kinds of values that several commands take, checked while the command line is read."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.budget import parse_duration, parse_milliseconds
from engine.transfer.asked import canonical
from studio.cli.errors import UsageError


def duration(text: str) -> float:
    """Return seconds for ``60s``, ``10m``, ``2h``."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def fraction(text: str) -> float:
    """Return a share from 0 up to, but not, 0.9."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 0.9:
        raise argparse.ArgumentTypeError(f"a share looks like 0.15 and lies between 0 and 0.9, but got {text!r}")
    return value


def seed(text: str) -> int:
    """Return a whole number from 0 to 2^32 - 1."""
    if not text.isascii() or not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0 to 4294967295, but got {text!r}")
    return int(text)


def milliseconds(text: str) -> float:
    """Return a time for one answer: a number of milliseconds above 0."""
    try:
        return parse_milliseconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def ways(text: str) -> str:
    """Return words for how tuned networks hold on to what they knew, in the order in which a plan keeps them."""
    try:
        return canonical(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def usable_device(device: str) -> str:
    """Return ``device`` if it is there; what auto means is for the worker to find out, as the budget counts already.

    Raises:
        UsageError: it is not.
    """
    from engine.device import demand
    from engine.errors import DeviceError

    try:
        demand(device)
    except DeviceError as error:
        raise UsageError(str(error)) from error
    return device


def existing(path: Path, what: str = "") -> Path:
    """Return ``path`` if something is there.

    Raises:
        UsageError: nothing is, or its name is no text.
    """
    if not str(path).isascii() and "\ufffd" in str(path).encode(errors="surrogateescape").decode(errors="replace"):
        raise UsageError("The name of that file or folder is not readable text. Rename it, then try again.")
    if not path.exists():
        name = f"{what} " if what else ""
        raise UsageError(f"There is no {name}{path}. Check the name, and whether the drive is connected.")
    return path
