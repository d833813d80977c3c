"""The file of a member's tuned networks: the tensors of each by its place and their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

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
    marks = [f"{place}:" for place in range(count)]
    parts = [
        {name.removeprefix(mark): value for name, value in named.items() if name.startswith(mark)} for mark in marks
    ]
    if not parts or not all(parts):
        raise ValueError("networks are missing")
    return parts
