from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import torch

from engine.finetune import adamw as module
from engine.finetune.adamw import AdamW

IMPORTS = """
import sys, torch
from engine.finetune.adamw import AdamW
weight = torch.ones(3, requires_grad=True)
optimiser = AdamW([{"params": [weight], "weight_decay": 0.1, "lr": 0.1}])
weight.sum().backward()
optimiser.step()
optimiser.forget_gradients()
print("torch._dynamo" in sys.modules, bool(weight[0] < 1), weight.grad)
"""


def test_it_steps_as_pytorchs_own_class() -> None:
    start = [torch.randn(4, 3), torch.randn(5), torch.randn(2, 3, 4, 4).to(memory_format=torch.channels_last)]
    ours, theirs = ([part.clone().requires_grad_() for part in start] for _ in range(2))
    rates = [{"weight_decay": 0.1, "lr": 0.02}, {"weight_decay": 0.0, "lr": 0.3}]
    mine = AdamW([{"params": ours[:2], **rates[0]}, {"params": ours[2:], **rates[1]}], (0.9, 0.95))
    groups = [{"params": theirs[:2], **rates[0]}, {"params": theirs[2:], **rates[1]}]
    reference = torch.optim.AdamW(groups, betas=(0.9, 0.95), fused=True)
    for turn in range(5):
        for weights in (ours, theirs):
            seen = weights[1:] if turn == 2 else weights  # one weight without a gradient
            sum((part**3).sum() * (turn + 1) for part in seen).backward()  # type: ignore[union-attr]
        mine.step()
        reference.step()
        mine.forget_gradients()
        reference.zero_grad(set_to_none=True)
    for part, other in zip(ours, theirs, strict=True):
        assert torch.allclose(part, other, rtol=1e-6, atol=1e-7)
    assert mine.state[ours[2]]["exp_avg"].is_contiguous(memory_format=torch.channels_last)


def test_it_does_without_pytorchs_compiler() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "None"]


@pytest.mark.parametrize("device", ["cpu", "meta"])  # the latter stands in for a graphics card
def test_all_weights_are_stepped_in_one_piece_wherever_they_are(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(module, "adamw", lambda *lists, **settings: asked.append({**settings, "steps": lists[5]}))
    weight = torch.ones(3, device=device, requires_grad=True)
    weight.grad = torch.ones(3, device=device)
    AdamW([{"params": [weight], "weight_decay": 0.1, "lr": 0.1}]).step()
    assert [settings["fused"] for settings in asked] == [True]
    assert [step.device.type for step in asked[0]["steps"]] == [device]  # the fused steps count there
