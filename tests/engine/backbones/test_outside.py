from __future__ import annotations

import os
import pickle
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import nn

from engine.backbones import adopting, bare_backbone, load_backbone, load_source_head
from engine.backbones.adopting import Adopted, adopt
from engine.backbones.outside import last_linear, names, plain, weights_in
from engine.backbones.weights import SUFFIXES
from engine.errors import WeightsError

NAME = "torchvision/shufflenet_v2_x0_5"


@pytest.fixture(scope="module")
def network() -> nn.Module:
    return plain(NAME)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def pth(network: nn.Module, tmp_path: Path) -> Path:
    torch.save(network.state_dict(), path := tmp_path / "shufflenet_v2_x0.5-f707e7126e.pth")
    return path


def refusal(path: Path, shelf: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        adopt(path, shelf)
    sentence = str(caught.value)
    assert path.name in sentence
    assert "left out" in sentence
    assert "\n" not in sentence
    return sentence


def test_it_sees_what_the_library_s_network_sees(network: nn.Module, pth: Path, tmp_path: Path) -> None:
    adopted = adopt(pth, tmp_path / "shelf")
    assert adopted.name == NAME
    pth.unlink()
    levels = torch.randint(0, 256, (2, 3, 64, 96), generator=torch.Generator().manual_seed(0)).float()
    mean, spread = (torch.tensor(three)[:, None, None] for three in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    body, head = load_backbone(NAME, adopted.file), load_source_head(NAME, adopted.file)
    assert head is not None
    with torch.no_grad():
        expected = network((levels / 255.0 - mean) / spread)
        found = head(body((levels - 127.0) / 128.0))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_the_same_file_is_copied_once(pth: Path, shelf: Path, tmp_path: Path) -> None:
    first = adopt(pth, shelf)
    (other := tmp_path / "shufflenet_v2_x0_5.pt").write_bytes(pth.read_bytes())
    assert adopt(other, shelf) == first
    assert len(list(shelf.iterdir())) == 1


@pytest.mark.parametrize("wrapped", ["state_dict", "model"])
def test_checkpoints_of_training_scripts_are_unpacked(wrapped: str, network: nn.Module, tmp_path: Path) -> None:
    inner = {f"module.{name}": value.half() if value.is_floating_point() else value
             for name, value in network.state_dict().items()}  # fmt: skip
    path = tmp_path / "shufflenet_v2_x0_5 mine.pth"
    torch.save({wrapped: inner, "epoch": 7}, path)
    assert adopt(path, tmp_path / "shelf").name == NAME


def test_densely_connected_networks_are_taken_as_torchvision_s_files_name_their_layers(tmp_path: Path) -> None:
    tensors = {re.sub(r"(denselayer\d+\.(?:norm|conv))([12]\.)", r"\1.\2", name): 0.5 * value
               for name, value in plain("torchvision/densenet121").state_dict().items()
               if not name.endswith("num_batches_tracked")}  # fmt: skip
    assert "features.denseblock1.denselayer1.norm.1.weight" in tensors
    torch.save(tensors, path := tmp_path / "densenet121-a639ec97.pth")
    adopted = adopt(path, tmp_path / "shelf")
    assert adopted.name == "torchvision/densenet121"
    kept = load_backbone(adopted.name, adopted.file).state_dict()
    given = tensors["features.denseblock4.denselayer16.conv.2.weight"]
    assert torch.equal(kept["network.features.denseblock4.denselayer16.conv2.weight"], given)


def test_the_person_s_own_classes_are_welcome(network: nn.Module, tmp_path: Path) -> None:
    tensors = {**network.state_dict(), "fc.weight": torch.zeros(4, 1024), "fc.bias": torch.zeros(4)}
    save_file(tensors, path := tmp_path / "shufflenet_v2_x0_5.safetensors")
    head = load_source_head(NAME, adopt(path, tmp_path / "shelf").file)
    assert head is not None
    assert head.out_features == 4


def test_tuning_leaves_the_statistics_of_batches_alone() -> None:
    network = bare_backbone(NAME).train()
    before = {name: value.clone() for name, value in network.named_buffers()}
    network(torch.randn(2, 3, 64, 64))
    assert all(torch.equal(before[name], value) for name, value in network.named_buffers())


@pytest.mark.parametrize(
    "name",
    # the last has a weight of its own beside its modules
    [NAME, "torchvision/resnet18", "torchvision/convnext_tiny", "timm/resnet10t", "timm/xcit_nano_12_p16_224"],
)
def test_stages_hold_all_weights_once_and_none_nearly_all(name: str) -> None:
    network: Any = bare_backbone(name)
    groups = [network.weights_of(stage) for stage in network.stages]
    held = sorted(id(weight) for group in groups for weight in group)
    assert held == sorted(id(weight) for weight in network.parameters())
    assert len(groups) > 3


def test_an_adopted_file_tells_how_large_its_network_is(network: nn.Module, pth: Path, tmp_path: Path) -> None:
    learned = sum(weight.numel() for weight in network.parameters()) - 1025 * 1000
    file = adopt(pth, tmp_path / "shelf").file
    assert learned < weights_in(file) < 1.1 * learned
    file.write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="cannot be read"):
        weights_in(file)


def test_a_network_of_timm_is_taken_as_timm_normalises(tmp_path: Path) -> None:
    torch.save(plain("timm/resnet10t").state_dict(), path := tmp_path / "resnet10t.c3_in1k.pth")
    assert adopt(path, tmp_path / "shelf").name == "timm/resnet10t"


def tiny_transformer(name: str, weights: None = None, side: int = 96) -> nn.Module:
    """A network of torchvision's for pictures of one size, much smaller than those with a name."""
    from torchvision.models import VisionTransformer

    network: nn.Module = VisionTransformer(side, patch_size=32, num_layers=1, num_heads=2, hidden_dim=16, mlp_dim=24)
    nn.init.normal_(last_linear(network)[1].weight)  # which it makes zero
    return network


@pytest.fixture
def of_one_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights of such a network, under a name and with names as in torchvision's files."""
    monkeypatch.setattr("torchvision.models.get_model", tiny_transformer)
    tensors = {
        name.replace(".mlp.0.", ".mlp.linear_1.").replace(".mlp.3.", ".mlp.linear_2."): value
        for name, value in plain("torchvision/vit_b_16").state_dict().items()
    }
    assert "encoder.layers.encoder_layer_0.mlp.linear_1.weight" in tensors
    torch.save(tensors, path := tmp_path / "vit_b_16-c867db91.pth")
    return path


def test_a_network_that_sees_pictures_of_one_size_alone_sees_them_at_that_size(
    of_one_size: Path, tmp_path: Path
) -> None:
    adopted = adopt(of_one_size, tmp_path / "shelf")
    assert (adopted.name, adopted.side) == ("torchvision/vit_b_16", 96)
    assert adopt(of_one_size, tmp_path / "shelf") == adopted  # as the copy says
    levels = torch.randint(0, 256, (2, 3, 96, 96), generator=torch.Generator().manual_seed(0)).float()
    mean, spread = (torch.tensor(three)[:, None, None] for three in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    body, head = load_backbone(adopted.name, adopted.file), load_source_head(adopted.name, adopted.file)
    assert head is not None
    with torch.no_grad():
        expected = plain("torchvision/vit_b_16")((levels / 255.0 - mean) / spread)
        found = head(body((levels - 127.0) / 128.0))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_networks_that_see_small_pictures_are_bound_to_no_size(pth: Path, tmp_path: Path) -> None:
    assert adopt(pth, tmp_path / "shelf").side is None
    assert adopt(pth, tmp_path / "shelf").side is None


def test_a_network_of_timm_sees_pictures_of_the_size_that_timm_names(tmp_path: Path) -> None:
    save_file(plain("timm/test_vit3").state_dict(), path := tmp_path / "test_vit3.r160_in1k.safetensors")
    adopted = adopt(path, tmp_path / "shelf")
    assert (adopted.name, adopted.side) == ("timm/test_vit3", 160)


def test_a_network_that_sees_neither_small_pictures_nor_those_it_is_made_for_is_refused(
    of_one_size: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopting, "side_of", lambda network: 80)
    assert "sees pictures of neither 64 nor 80 px" in refusal(of_one_size, shelf)


class Harmful:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("harm-was-done"),))


def test_code_in_a_file_is_not_run(tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"fc.weight": Harmful()}, path := tmp_path / "shufflenet_v2_x0_5.pth")
    assert "cannot be read" in refusal(path, shelf)
    path.write_bytes(pickle.dumps(Harmful()))
    assert "cannot be read" in refusal(path, shelf)
    assert not Path("harm-was-done").exists()


@pytest.mark.parametrize("content", [{}, {"fc.weight": torch.zeros(2, 1024)}, [torch.zeros(3)], torch.zeros(3), "text"])
def test_other_contents_are_refused(content: object, tmp_path: Path, shelf: Path) -> None:
    torch.save(content, path := tmp_path / "shufflenet_v2_x0_5.pth")
    refusal(path, shelf)


def test_weights_of_another_shape_are_refused(network: nn.Module, tmp_path: Path, shelf: Path) -> None:
    tensors = {**network.state_dict(), "conv1.0.weight": torch.zeros(1).expand(24, 3, 9, 9)}
    torch.save(tensors, path := tmp_path / "shufflenet_v2_x0_5.pth")
    assert "not those of the network" in refusal(path, shelf)


def test_weights_that_are_no_numbers_are_refused(network: nn.Module, tmp_path: Path, shelf: Path) -> None:
    tensors = {**network.state_dict(), "conv5.0.weight": torch.full((1024, 192, 1, 1), torch.nan)}
    torch.save(tensors, path := tmp_path / "shufflenet_v2_x0_5.pth")
    assert "make no sense" in refusal(path, shelf)


def test_unknown_names_say_how_to_name_a_file(pth: Path, shelf: Path, tmp_path: Path) -> None:
    renamed = pth.rename(tmp_path / "best.pth")
    assert "like resnet18.pth" in refusal(renamed, tmp_path / "another shelf")


def test_large_files_and_packed_bombs_are_refused(
    pth: Path, tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopting, "MOST_BYTES", 1_000_000)
    assert "larger than" in refusal(pth, shelf)
    with zipfile.ZipFile(bomb := tmp_path / "resnet18.pth", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("archive/data.pkl", b"0" * 2_000_000)
    assert "too large unpacked" in refusal(bomb, shelf)


def test_a_file_that_is_gone_and_a_damaged_copy_are_said_to_be(pth: Path, tmp_path: Path) -> None:
    kept: Adopted = adopt(pth, tmp_path / "shelf")
    kept.file.write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="copy of the weights"):
        adopt(pth, tmp_path / "shelf")
    with pytest.raises(WeightsError, match="cannot be read"):
        load_backbone(NAME, kept.file)
    pth.unlink()
    assert "not there any more" in refusal(pth, tmp_path / "shelf")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes_are_refused_in_one_sentence(content: bytes, suffix: str, tmp_path: Path) -> None:
    (path := tmp_path / f"resnet18{suffix}").write_bytes(content)
    assert re.search(r"^The weights resnet18\S+ cannot be read", refusal(path, tmp_path / "shelf"))


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path, shelf: Path) -> None:
    (path := tmp_path / "resnet18.pth").mkdir()
    assert "cannot be read (" in refusal(path, shelf)


def test_a_file_that_may_not_be_read_is_said_to_be_unreadable(pth: Path, shelf: Path) -> None:
    pth.chmod(0)
    if os.access(pth, os.R_OK):
        pytest.skip("whoever runs this may read everything")
    assert "cannot be read (Permission denied)" in refusal(pth, shelf)


def test_networks_that_need_more_than_their_tensors_are_refused(tmp_path: Path, shelf: Path) -> None:
    import torchvision

    torch.save(torchvision.models.mnasnet0_5(weights=None).state_dict(), path := tmp_path / "mnasnet0.5-3ffadce67e.pth")
    assert "known network" in refusal(path, shelf)


def test_networks_with_several_outputs_are_not_known() -> None:
    assert "torchvision/resnet18" in names()
    assert not any(name.endswith("inception_v3") for name in names() if name.startswith("torchvision"))
