"""What a person may choose for a training besides its time: plain values, how they are kept, and their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.budget import parse_milliseconds

AUTO = "auto"
DEVICES: Mapping[str, str] = {AUTO: "Automatic", "cpu": "The processor"}  # and what they are called
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Choices:
    """How to train. ``max_latency_ms`` is None for any time; ``networks`` the folder with those of the person's own.

    ``fetch`` allows the internet to be asked for good networks, before the training begins. No project keeps that: it
    may come from somebody else, and who sits at the window decides.
    """

    max_latency_ms: float | None = None
    networks: Path | None = None
    device: str = AUTO
    fetch: bool = False

    def kept(self) -> dict[str, str | float | None]:
        """Return the choices as a project keeps them."""
        folder = str(self.networks) if self.networks is not None else None
        return {"max_latency_ms": self.max_latency_ms, "networks": folder, "device": self.device}


AS_USUAL = Choices()


@dataclass(frozen=True, slots=True)
class Networks:
    """The files of weights that training would take from a folder; where it finds none, a sentence why."""

    folder: Path | None = None
    files: tuple[Path, ...] = ()
    problem: str = ""


def restored(kept: object) -> Choices:
    """Return the choices that a project kept. What is damaged, or of another version, counts as not chosen."""
    told = kept if isinstance(kept, Mapping) else {}
    try:
        limit = parse_milliseconds(str(told.get("max_latency_ms")))
    except ValueError:
        limit = None
    folder, device = told.get("networks"), told.get("device")
    return Choices(
        limit,
        Path(folder) if isinstance(folder, str) and folder else None,
        device if isinstance(device, str) and device in DEVICES else AUTO,
    )


def own_networks(folder: Path | None) -> Networks:
    """Return what training would take from a folder; it may lie on a slow drive."""
    from engine.modalities.image.own import none_found, own_files

    if folder is None:
        return Networks()
    try:
        files = own_files(folder)
        why = "" if files else none_found(folder)
    except OSError as error:
        files, why = (), f"The folder {folder} cannot be read ({error.strerror or error})."
    return Networks(folder, files, why and f"{why} Training does without.")


def in_words(choices: Choices, found: Networks | None) -> str:
    """Return what was chosen other than usual, empty for nothing; ``found`` is None while nobody has looked.

    >>> in_words(Choices(30.0, device="cpu"), None)
    'answers within 30 ms, on the processor'
    """
    said = []
    if choices.max_latency_ms is not None:
        said.append(f"answers within {choices.max_latency_ms:.12g} ms")
    if choices.networks is not None:
        said.append(_networks_in_words(choices.networks, found))
    if choices.fetch:
        said.append("larger networks from the internet")
    if choices.device != AUTO:
        said.append(f"on {DEVICES[choices.device].lower()}")
    return ", ".join(said)


def short(name: str) -> str:
    """Return a name of a file or folder, cut where it would stretch the window."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _networks_in_words(folder: Path, found: Networks | None) -> str:
    if found is None:
        return "networks of your own"
    if not found.files:
        return f"no networks in “{short(folder.name or str(folder))}”"
    return "1 network of your own" if len(found.files) == 1 else f"{len(found.files)} networks of your own"
