"""Pictures: uint8 RGB of any size, one size a call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import ByteArray
from engine.modalities.image.samples import ImageSamples
from engine.samples import Samples
from exporters.onnx.graph import UINT8, Graph
from exporters.onnx.image_pre import middle, resized
from exporters.onnx.inputs.base import ROWS, Call, Form, Inputs

IMAGE = "image"

_PICTURES_A_CALL = 32
_PIXELS_A_CALL = 4_000_000
_SIZES = "Any height and width; all pictures of one call share one size."


class ImageInputs(Inputs):
    """Pictures, uint8 RGB [N, height, width, 3], of any size."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph, graph.add_input(IMAGE, UINT8, [ROWS, "height", "width", 3]))

    def resized(self, side: int, of_middle: bool = False) -> str:
        """Return the pictures, or their middles, as float32 [N, 3, side, side] in 0..255."""
        pictures = self.shared("middle", lambda: middle(self.graph, IMAGE)) if of_middle else IMAGE
        return self.shared(("resized", side, of_middle), lambda: resized(self.graph, pictures, side))


class ImageForm(Form):
    """Pictures as files decode them."""

    noun: ClassVar[str] = "pictures"
    steps: ClassVar[tuple[str, ...]] = (
        "Client: decode the picture to 8-bit RGB and turn it upright as its EXIF orientation says; lay transparency "
        "over white. Grey of more than 8 bits is divided by the smallest of 1, 255, 4095 and 65535 that "
        "no level exceeds, times 255. Do not resize, crop or scale the levels further.",
        "Graph: each picture, and where the model looks closer its middle, is squashed to the size its networks need "
        "with an antialiasing triangle filter, and its levels are scaled as they need.",
        _SIZES,
    )

    @property
    @override
    def names(self) -> tuple[str, ...]:
        return (IMAGE,)

    @override
    def open(self, graph: Graph) -> ImageInputs:
        return ImageInputs(graph)

    @override
    def described(self) -> list[dict[str, Any]]:
        shape = [ROWS, "height", "width", 3]
        meaning = "RGB pictures, 0 to 255. " + _SIZES
        return [{"name": IMAGE, "type": "uint8", "shape": shape, "meaning": meaning, "missing": None}]

    @override
    def calls(self, samples: Samples) -> Iterator[Call]:
        assert isinstance(samples, ImageSamples)
        waiting: list[tuple[int, ByteArray]] = []
        for row in range(len(samples)):
            picture = samples.picture_or_none(row)
            if picture is None:
                continue
            if waiting and (picture.shape != waiting[0][1].shape or _is_full(waiting)):
                yield _call(waiting)
                waiting = []
            waiting.append((row, picture))
        if waiting:
            yield _call(waiting)

    @override
    def unreadable(self) -> ImageSamples:
        return ImageSamples.from_paths(["a picture that cannot be read"])


def _is_full(waiting: Sequence[tuple[int, ByteArray]]) -> bool:
    pixels: int = waiting[0][1].size // 3
    return len(waiting) >= min(_PICTURES_A_CALL, max(1, _PIXELS_A_CALL // pixels))


def _call(waiting: Sequence[tuple[int, ByteArray]]) -> Call:
    pictures = np.stack([picture for _, picture in waiting])
    height, width = pictures.shape[1:3]
    return Call(np.array([row for row, _ in waiting]), {IMAGE: pictures}, f"{height}x{width}")
