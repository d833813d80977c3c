from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.backbones import load_backbone, load_source_head
from engine.backbones.efficientnet_lite import LENGTH, EfficientNetLite, load_classifier, load_lite0
from engine.backbones.weights import verified
from engine.errors import WeightsError
from engine.transfer.joint import watching

LITE0, LITE1, LITE2 = (f"efficientnet_lite{number}" for number in range(3))


@pytest.mark.parametrize(("name", "size"), [(LITE0, 64), (LITE0, 97), (LITE0, 130), (LITE1, 97), (LITE2, 97)])
def test_it_equals_timm(name: str, size: int) -> None:
    timm = pytest.importorskip("timm")
    other = timm.create_model(f"tf_{name}").eval()
    tensors = torch.load(verified(name), weights_only=True).values()
    other.load_state_dict(dict(zip(other.state_dict(), tensors, strict=True)))
    pictures = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = other.global_pool(other.forward_features(pictures))
        found = load_backbone(name)(pictures)
        head = load_source_head(name)
        assert head is not None
        logits = head(found)
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(logits, other(pictures), atol=1e-3, rtol=1e-4)


def test_memory_layout_does_not_change_the_answer() -> None:
    network = load_backbone("efficientnet_lite0")
    pictures = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        plain = network(pictures)
        last = network.to(memory_format=torch.channels_last)(pictures.contiguous(memory_format=torch.channels_last))
    assert plain.shape == (2, LENGTH)
    assert (plain >= 0).all()
    torch.testing.assert_close(last, plain, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", [LITE0, LITE1, LITE2])
def test_it_names_the_last_block_at_each_size_of_its_maps(name: str) -> None:
    network = load_backbone(name)
    assert isinstance(network, EfficientNetLite)
    with torch.inference_mode(), watching(network, network.last_of_size) as maps:
        network(torch.zeros(1, 3, 64, 64))
    assert [tuple(seen.shape[2:]) for seen in maps] == [(16, 16), (8, 8), (4, 4), (2, 2)]
    first, last = network.last_of_size[0], network.last_of_size[-1]
    assert first == ("layers.3" if name == LITE0 else "layers.4")
    assert int(last.removeprefix("layers.")) == len(network.layers) - 2  # behind it is the convolution to the features


def test_it_is_frozen() -> None:
    network = load_backbone("efficientnet_lite0")
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_damaged_weights_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "junk.pth").write_bytes(b"junk")
    with pytest.raises(WeightsError, match=r"junk\.pth cannot be read"):
        load_lite0(tmp_path / "junk.pth")
    torch.save({"one": torch.zeros(3), "two": torch.zeros(3)}, tmp_path / "short.pth")
    with pytest.raises(WeightsError, match="should hold 296 tensors, but got 2"):
        load_lite0(tmp_path / "short.pth")
    torch.save({str(number): torch.zeros(3) for number in range(296)}, tmp_path / "shape.pth")
    with pytest.raises(WeightsError, match="does not fit"):
        load_lite0(tmp_path / "shape.pth")
    with pytest.raises(WeightsError, match="should end with a classifier"):
        load_classifier(tmp_path / "shape.pth")
    torch.save({}, tmp_path / "empty.pth")
    with pytest.raises(WeightsError, match="should hold the tensors of a network, but got 0"):
        load_classifier(tmp_path / "empty.pth")


def test_an_unknown_network_has_no_classifier() -> None:
    with pytest.raises(WeightsError, match="no network named 'resnet'"):
        load_source_head("resnet")
