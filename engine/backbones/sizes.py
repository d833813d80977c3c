"""Whether weights are those of a network, told before memory is taken for it: files from outside name any network."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from engine.errors import WeightsError


def check_sizes(build: Callable[[], nn.Module], tensors: Mapping[str, Tensor]) -> None:
    """Compare the weights of the network that ``build`` makes, without making it, with ``tensors`` by name.

    Raises:
        WeightsError: one is missing or of another size, or ``build`` says so.
    """
    try:
        with torch.device("meta"):  # weights have sizes there, and no room
            wanted = {name: weight.shape for name, weight in build().named_parameters()}
    except RuntimeError:  # a few networks compute with tensors while they are made; the largest of them takes 3 GB
        return
    if any(name not in tensors or tensors[name].shape != size for name, size in wanted.items()):
        raise WeightsError("The weights are not those of the network that is named with them. Train again.")
