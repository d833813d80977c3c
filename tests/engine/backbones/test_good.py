"""Where good networks lie is written down, so that no torch is needed to know; it must be what torchvision says."""

from __future__ import annotations

import pytest

from engine.backbones.good import GOOD


@pytest.mark.parametrize("name", GOOD)
def test_torchvision_says_the_same(name: str) -> None:
    import torchvision

    weights = torchvision.models.get_model_weights(name).DEFAULT
    assert GOOD[name].url == weights.url
    assert GOOD[name].bytes == round(weights.meta["_file_size"] * 2**20)
    assert GOOD[name].bytes > 4 * weights.meta["num_params"]  # or its size is not told in MiB
