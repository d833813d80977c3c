from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from engine.arrays import Float32Array
from engine.backbones import load_backbone
from engine.budget import Deadline
from engine.features.table import FeatureTable, mean_features
from engine.finetune.precision import processor_is_faster
from engine.modalities.image import features
from engine.modalities.image.features import FeatureKind, looked_at, to_learn_from
from engine.modalities.image.resize import middle, resize
from engine.modalities.image.samples import ImageSamples
from tests.engine.clocks import Clock
from tests.engine.modalities.image.pictures import samples, texture

KIND = FeatureKind("efficientnet_lite0", 64)
ROWS = np.arange(5)


def table(pictures: ImageSamples, kind: FeatureKind = KIND) -> FeatureTable:
    return FeatureTable(pictures, kind, "cpu", 2)


def test_features_are_the_network_on_resized_pictures() -> None:
    pictures = ImageSamples.from_arrays([texture(label, 0) for label in range(3)])
    made = table(pictures)
    assert made.advance(np.arange(3))
    planes = np.stack([(resize(texture(label, 0), 64) - 127) / 128 for label in range(3)])
    with torch.inference_mode():
        expected = load_backbone(KIND.backbone)(torch.from_numpy(planes)).numpy()
    np.testing.assert_allclose(made.features, expected, atol=1e-4)


def test_features_of_the_middle_are_those_of_the_picture_cut_to_it() -> None:
    picture = texture(0, 3, size=(70, 100))
    whole = table(ImageSamples.from_arrays([picture]), FeatureKind(KIND.backbone, 64, middle=True))
    cut = table(ImageSamples.from_arrays([middle(picture).copy()]))
    whole.advance(np.arange(1))
    cut.advance(np.arange(1))
    np.testing.assert_allclose(whole.features, cut.features, atol=1e-5)


def test_features_in_half_precision_are_nearly_the_same() -> None:
    pictures = ImageSamples.from_arrays([texture(label, 0) for label in range(3)])
    whole, half = table(pictures), table(pictures, FeatureKind(KIND.backbone, 64, half=True))
    whole.advance(np.arange(3))
    half.advance(np.arange(3))
    away = np.linalg.norm(half.features - whole.features) / np.linalg.norm(whole.features)
    assert half.features.dtype == np.float32
    assert 0.001 < away < 0.1 if processor_is_faster() else away < 1e-5


def test_heads_are_fitted_in_half_precision_where_that_is_faster() -> None:
    kind = to_learn_from(KIND.backbone, 64, False, None, "cpu")
    assert kind.half == processor_is_faster()


def test_the_cache_answers_without_the_files(tmp_path: Path) -> None:
    pictures = samples(tmp_path / "p", [0, 1, 2, 0, 1], tmp_path / "cache")
    first = table(pictures)
    first.advance(ROWS)
    for path in (tmp_path / "p").iterdir():
        path.unlink()
    second = table(ImageSamples(pictures.references, pictures.content, tmp_path / "cache"))
    assert second.done.all()
    np.testing.assert_array_equal(second.features, first.features)


def test_a_stop_keeps_what_was_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(features._PIXELS_A_BATCH, "cpu", 64 * 64)
    pictures = samples(tmp_path / "p", [0, 1, 2] * 5)
    made = table(pictures)
    assert not made.advance(np.arange(15), stop=lambda: True)
    assert 1 <= made.done.sum() < 15
    assert np.isfinite(made.features[made.done]).all()
    assert made.advance(np.arange(15))


def test_a_slice_that_ends_within_a_batch_keeps_the_pictures_it_had_by_then(tmp_path: Path) -> None:
    pictures, clock = samples(tmp_path / "p", [0, 1, 2] * 4, tmp_path / "cache"), Clock(2.5)
    deadline = Deadline(10.0, now=clock)
    assert KIND.batch("cpu") > 12
    made = table(pictures)
    assert not made.advance(np.arange(12), stop=lambda: deadline.expired)
    assert 1 <= made.done.sum() <= 5
    assert np.isfinite(made.features[made.done]).all()
    np.testing.assert_array_equal(table(pictures).done, made.done)
    assert made.advance(np.arange(12))
    whole = table(ImageSamples(pictures.references, pictures.content))
    whole.advance(np.arange(12))
    np.testing.assert_allclose(made.features, whole.features, atol=1e-4)


def test_photos_to_learn_from_are_unpacked_in_part_and_look_nearly_the_same(tmp_path: Path) -> None:
    wide = Image.fromarray(texture(0, 0)).resize((720, 600), Image.Resampling.BICUBIC)
    wide.save(path := tmp_path / "photo.jpg", quality=95)
    kinds = (to_learn_from(KIND.backbone, 64, False, None, "cpu"), KIND)
    assert [kind.least for kind in kinds] == [128, 0]
    drafted, whole = (
        replace(kind, half=False).compute(ImageSamples.from_paths([path]), ROWS[:1], "cpu") for kind in kinds
    )
    assert 0.0 < np.linalg.norm(drafted - whole) / np.linalg.norm(whole) < 0.1


def test_pictures_known_to_the_samples_are_not_computed_again() -> None:
    pictures = ImageSamples.from_arrays([texture(0, 0), texture(1, 0)])
    table(pictures).advance(np.arange(2))
    assert table(pictures).done.all()
    assert table(pictures.take(np.array([1]))).done.all()


@pytest.mark.parametrize(("asked", "sizes"), [(4, [2, 2]), (5, [2, 3]), (1, [1]), (400, [98, 98, 98, 98, 8])])
def test_of_few_pictures_all_threads_take_their_share(
    asked: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[int] = []

    def computed(*given: Any) -> list[Float32Array]:
        batches.append(len(given[2]))
        return [np.zeros((len(given[2]), KIND.length), dtype=np.float32)]

    monkeypatch.setattr(features, "_compute", computed)
    pictures = ImageSamples.from_arrays([texture(0, 0)] * asked)
    looked_at(pictures, [KIND], "cpu", 2)
    assert sorted(batches) == sorted(sizes)


def test_an_unreadable_picture_is_done_but_has_no_features(tmp_path: Path) -> None:
    pictures = samples(tmp_path / "p", [0, 1])
    (tmp_path / "p" / "0.png").write_bytes(b"text")
    made = table(pictures)
    assert made.advance(np.arange(2))
    assert np.isnan(made.features[0]).all()
    assert np.isfinite(made.features[1]).all()


def test_means_are_taken_over_tables() -> None:
    pictures = ImageSamples.from_arrays([texture(0, 0)])
    tables = [table(pictures), table(pictures)]
    tables[0].features[:], tables[1].features[:] = 1.0, 3.0
    assert (mean_features(tables, np.arange(1)) == 2.0).all()


def test_features_that_do_not_fit_into_memory_are_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = ImageSamples.from_arrays([texture(0, 0), texture(1, 0)])
    free = SimpleNamespace(available=2 * 1280 * 4)
    monkeypatch.setattr("engine.features.table.psutil.virtual_memory", lambda: free)
    with pytest.raises(MemoryError, match="2 samples, 1280 numbers each"):
        table(pictures)


def test_a_processor_asks_a_large_network_of_the_person_about_few_pictures_at_a_time(tmp_path: Path) -> None:
    def own(millions: int, resolution: int = 224) -> FeatureKind:
        file = tmp_path / f"{millions}.safetensors"
        head = {"source.weight": torch.zeros(9_000_000, dtype=torch.uint8)}
        save_file({"network.weight": torch.zeros(1000, 1000 * millions, dtype=torch.uint8), **head}, file)
        return FeatureKind("torchvision/resnet18", resolution, weights=file)

    usual = FeatureKind(KIND.backbone, 224)
    assert [usual.batch(device) for device in ("cpu", "cuda")] == [8, 24]
    assert [own(millions).batch("cpu") for millions in (11, 40)] == [8, 4]
    assert own(40, resolution=640).batch("cpu") == 1
    assert own(40).batch("cuda") == 24


class Forgetful(nn.Module):
    """A network whose device has memory for two pictures."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > 2:
            raise torch.OutOfMemoryError("full")
        return x.mean(dim=(2, 3))


def test_too_little_memory_halves_the_batch_and_warns(caplog: pytest.LogCaptureFixture) -> None:
    planes = np.random.default_rng(0).random((7, 3, 4, 4)).astype(np.float32)
    computed = features._forward(Forgetful(), planes, "cpu")
    np.testing.assert_allclose(computed, planes.mean(axis=(2, 3)), atol=1e-6)
    assert "too small for 7 pictures at once; going on with 3" in caplog.text


class Hopeless(nn.Module):
    """A network that does not fit at all."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("full")


def test_no_memory_for_one_picture_is_an_error() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        features._forward(Hopeless(), np.zeros((2, 3, 4, 4), dtype=np.float32), "cpu")


def test_kinds_are_named_by_all_that_changes_them() -> None:
    ways = itertools.product((64, 128), (False, True), (False, True), (False, True))
    kinds = (FeatureKind(KIND.backbone, side, middle, None, half, drafted) for side, middle, half, drafted in ways)
    names = {kind.name for kind in kinds}
    assert len(names) == 16
    assert all("57934424" in name and name.endswith("-v2") for name in names)
