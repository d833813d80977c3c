from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine.arrays import ByteArray
from engine.errors import ModelError
from engine.features.table import FeatureTable, mean_features
from engine.modalities.image import features, samples
from engine.modalities.image.decode import decode
from engine.modalities.image.features import FeatureKind
from engine.modalities.image.learners.frozen_head import FrozenHead
from engine.modalities.image.members.features import FeaturesMember
from engine.modalities.image.samples import ImageSamples
from engine.model.model import Model, WeightedMember
from tests.engine.learners.contract import run_to_the_end
from tests.engine.modalities.image.pictures import class_job, texture

BACKBONE = "efficientnet_lite0"


def trained(folder: Path, middle: bool) -> FeaturesMember:
    settings = {"backbone": BACKBONE, "resolution": 64, "middle": middle}
    member = run_to_the_end(FrozenHead(class_job(folder / "p", each=4), settings)).member()
    assert isinstance(member, FeaturesMember)
    return member


@pytest.mark.parametrize("middle", [False, True])
def test_it_answers_its_head_on_the_mean_over_views(tmp_path: Path, middle: bool) -> None:
    member = trained(tmp_path, middle)
    assert (member.resolution, member.middle) == (64, middle)
    pictures = ImageSamples.from_arrays([texture(label, 90) for label in range(3)])
    views = [FeatureTable(pictures, FeatureKind(BACKBONE, 64, part), "cpu", 1) for part in (False, True)[: 1 + middle]]
    for view in views:
        view.advance(np.arange(3))
    expected = member.head.predict(mean_features(views, np.arange(3)))
    np.testing.assert_allclose(member.predict(pictures), expected)


def test_no_pictures_give_no_answers_and_unreadable_ones_the_shares(tmp_path: Path) -> None:
    member = trained(tmp_path, False)
    assert member.predict(ImageSamples.from_paths([])).shape == (0, 3)
    np.testing.assert_allclose(member.predict(ImageSamples.from_paths([tmp_path / "gone.png"])), member.fallback[None])


def test_pictures_are_unpacked_once_for_all_views_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    member, read = trained(tmp_path, True), list[str]()

    def counted(path: str | Path, least: int = 0) -> ByteArray:
        read.append(Path(path).name)
        return decode(path, least)

    monkeypatch.setattr(samples, "decode", counted)
    paths = sorted((tmp_path / "p").iterdir())[:3]
    member.predict(ImageSamples.from_paths(paths))
    assert sorted(read) == [path.name for path in paths]


class Blank(nn.Module):
    """Sees nothing."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.new_zeros(len(x), features.LENGTH)


def test_a_model_of_several_networks_loads_each_of_them_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def load(name: str, weights: Path | None) -> nn.Module:
        loaded.append(name)
        return Blank()

    features._loaded.cache_clear()
    monkeypatch.setattr(features, "load_backbone", load)
    member = trained(tmp_path, False)
    members = [replace(member, backbone=f"efficientnet_lite{size}") for size in range(3)]
    model = Model(class_job(tmp_path / "q", each=1).task, tuple(WeightedMember("m", 1 / 3, one) for one in members))
    pictures = ImageSamples.from_arrays([texture(0, 0)])
    model.predict(pictures)
    model.predict(pictures)
    assert sorted(loaded) == [one.backbone for one in members]
    features._loaded.cache_clear()


def test_damage_is_told_in_a_sentence(tmp_path: Path) -> None:
    member = trained(tmp_path, False)
    (tmp_path / "m").mkdir()
    settings = dict(member.save(tmp_path / "m"))
    task = class_job(tmp_path / "q", each=2).task
    with pytest.raises(ModelError, match="does not know"):
        FeaturesMember.load(tmp_path / "m", settings | {"backbone": "other"}, task)
    with pytest.raises(ModelError, match="does not know"):
        FeaturesMember.load(tmp_path / "m", settings | {"backbone": "residual-1024-8-5-5-relu-plain"}, task)
    with pytest.raises(ModelError, match="1024"):
        FeaturesMember.load(tmp_path / "m", settings | {"resolution": 100_000}, task)
    earlier = {name: value for name, value in settings.items() if name != "middle"}
    assert not FeaturesMember.load(tmp_path / "m", earlier | {"flip": False}, task).middle
    with pytest.raises(ModelError, match="earlier version"):
        FeaturesMember.load(tmp_path / "m", earlier | {"flip": True}, task)
    with pytest.raises(ModelError, match="resolution"):
        FeaturesMember.load(tmp_path / "m", {"backbone": BACKBONE}, task)
    (tmp_path / "m" / "head.safetensors").unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        FeaturesMember.load(tmp_path / "m", settings, task)
