"""Members of tuned networks: mirroring, and networks of every family."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.models import VisionTransformer

from engine.backbones.adopting import adopt
from engine.backbones.outside import plain
from engine.modalities.image.members.features import FeaturesMember
from engine.modalities.image.samples import ImageSamples
from tests.exporters.models import PICTURES, apart, exported, kernel_head, model_of, pictures, tuned


@pytest.mark.parametrize("mirror", [False, True])
def test_only_a_member_that_looks_at_both_answers_alike_for_a_mirrored_picture(mirror: bool) -> None:
    artefact, samples = exported(model_of(PICTURES, tuned(PICTURES, mirror=mirror, count=1))), pictures(3)
    mirrored = ImageSamples.from_arrays([samples.picture(row)[:, ::-1].copy() for row in range(3)])
    difference = np.abs(artefact.predict(samples) - artefact.predict(mirrored)).max()
    assert difference < 1e-5 if mirror else difference > 1e-4


def test_a_larger_network_is_written_too() -> None:
    assert apart(model_of(PICTURES, tuned(PICTURES, "efficientnet_lite2", count=1)), pictures(4)) <= 1e-5


def test_a_head_on_a_network_from_outside_is_written(tmp_path: Path) -> None:
    torch.save(plain("torchvision/shufflenet_v2_x0_5").state_dict(), path := tmp_path / "shufflenet_v2_x0_5.pth")
    adopted = adopt(path, tmp_path)
    head = kernel_head(PICTURES, 1024, root=None)
    member = FeaturesMember(adopted.name, 64, True, head, np.full(3, 1 / 3), weights=adopted.file)
    assert apart(model_of(PICTURES, member), pictures(4)) <= 1e-5


def test_a_head_on_a_network_of_one_size_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tiny(name: str, weights: None = None) -> torch.nn.Module:
        network: torch.nn.Module = VisionTransformer(
            96, patch_size=32, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=24
        )
        return network

    monkeypatch.setattr("torchvision.models.get_model", tiny)  # the smallest one with a name has 86 million weights
    torch.save(plain("torchvision/vit_b_16").state_dict(), path := tmp_path / "vit_b_16.pth")
    adopted = adopt(path, tmp_path)
    assert adopted.side is not None
    head = kernel_head(PICTURES, 16, root=None)
    member = FeaturesMember(adopted.name, adopted.side, False, head, np.full(3, 1 / 3), weights=adopted.file)
    assert apart(model_of(PICTURES, member), pictures(4)) <= 1e-5
