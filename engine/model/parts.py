"""The file of a member's tuned networks: the tensors of each by its place and their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")

_FILE = "networks.safetensors"


def write_parts(folder: Path, parts: Sequence[Mapping[str, Tensor]]) -> None:
    """Write the tensors of each network into the member's folder."""
    from safetensors.torch import save_file

    named = {f"{place}:{name}": value for place, part in enumerate(parts) for name, value in part.items()}
    save_file({name: value.contiguous() for name, value in named.items()}, folder / _FILE)


def read_parts(folder: Path, count: int) -> list[dict[str, Tensor]]:
    """Return the tensors of ``count`` networks.

    Raises:
        ValueError: the file is damaged, or holds none for one of them.
        OSError: it cannot be read.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        named = load_file(folder / _FILE)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    return in_parts(named, count)


def in_parts(named: Mapping[str, T], count: int) -> list[dict[str, T]]:
    """Return by their own names the arrays of ``count`` networks, each named by the network's place and its own name.

    Raises:
        ValueError: there are none of one of the networks.
    """
    parts: dict[str, dict[str, T]] = {}
    for name, value in named.items():
        place, _, own_name = name.partition(":")
        parts.setdefault(place, {})[own_name] = value
    places = [str(place) for place in range(min(count, len(parts) + 1))]  # of a billion, no more than there can be
    if not places or not all(place in parts for place in places):
        raise ValueError("networks are missing")
    return [parts[place] for place in places]
