"""Where torchvision keeps networks for pictures that are good in general, and how large they are; no torch needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_HOST = "https://download.pytorch.org/models"
_MIB = 1 << 20  # torchvision tells sizes in these


@dataclass(frozen=True, slots=True)
class Source:
    """Where the best weights of a network are kept, and their bytes, exact to about a thousand."""

    url: str
    bytes: int


GOOD: Mapping[str, Source] = {
    "regnet_y_1_6gf": Source(f"{_HOST}/regnet_y_1_6gf-0d7bc02a.pth", round(43.152 * _MIB)),
    "convnext_tiny": Source(f"{_HOST}/convnext_tiny-983f1562.pth", round(109.119 * _MIB)),
}
