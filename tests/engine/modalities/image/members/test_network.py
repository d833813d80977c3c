from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from engine.backbones import outside
from engine.backbones.small_residual import build
from engine.errors import ModelError
from engine.modalities.image.members.network import NetworkMember
from engine.model.parts import write_parts
from engine.task import Kind, Modality, Task

TASK = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b", "c"))
BACKBONE = "residual-8-0-2-3-relu-plain"
SETTINGS: dict[str, Any] = {
    "backbone": BACKBONE,
    "resolution": 32,
    "mirror": False,
    "networks": 1,
    "fallback": [0.3] * 3,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_parts(tmp_path, [{**build(BACKBONE).state_dict(), "weight": torch.zeros(3, 32), "bias": torch.zeros(3)}])
    return tmp_path


def test_a_network_is_taken_up_as_it_was_written(folder: Path) -> None:
    member = NetworkMember.load(folder, SETTINGS, TASK)
    assert (member.backbone, member.resolution, len(member.networks())) == (BACKBONE, 32, 1)


@pytest.mark.parametrize(
    "named",
    [
        {"networks": 10**9},
        {"networks": float("inf")},
        {"resolution": 10**6},
        {"resolution": 0},
        {"resolution": float("inf")},
        {"backbone": "residual-1024-8-5-5-relu-plain"},
        {"backbone": "residual-16-0-2-3-relu-plain"},
        {"backbone": "torchvision/vit_h_14"},
    ],
    ids=str,
)
def test_what_its_tensors_are_not_takes_no_memory_but_is_refused(
    named: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_on: list[str] = []
    plain = outside.plain

    def watched(name: str) -> torch.nn.Module:
        made_on.append(torch.empty(0).device.type)
        return plain(name)

    monkeypatch.setattr(outside, "plain", watched)
    with pytest.raises(ModelError, match="Train again"):
        NetworkMember.load(folder, SETTINGS | named, TASK)
    assert set(made_on) <= {"meta"}
