"""Take over the weights of networks that others stored as ONNX files."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from engine.errors import WeightsError

AnyArray = np.ndarray[Any, Any]
N = TypeVar("N", bound=nn.Module)


def filled(network: N, path: Path, stored: Callable[[Path], Iterator[tuple[AnyArray, AnyArray]]]) -> N:
    """Return the network, frozen and in evaluation mode, with the kernels and biases that ``stored`` finds in ``path``.

    They come one pair a convolution in the order of computation, and any that the file holds beyond are left out.

    Raises:
        WeightsError: the file cannot be read, or its tensors are not those of this network.
    """
    from google.protobuf.message import DecodeError

    convolutions = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    try:
        for convolution, found in zip(convolutions, islice(stored(path), len(convolutions)), strict=True):
            assert convolution.bias is not None
            for parameter, values in zip((convolution.weight, convolution.bias), found, strict=True):
                if values.shape != parameter.shape:
                    raise ValueError("a convolution is of another shape")
                parameter.data = torch.from_numpy(values.copy())
    except (OSError, ValueError, LookupError, zipfile.BadZipFile, DecodeError) as error:
        raise WeightsError(f"The pretrained weights {path.name} cannot be read: {error!r}.") from error
    return network.eval().requires_grad_(False)
