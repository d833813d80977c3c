"""Where memory runs out, as little as possible is given up at a time."""

from __future__ import annotations

import pytest
import torch

from engine.finetune import base
from engine.finetune.memory import Ladder
from tests.engine.finetune.nets import RowsNet, job


def test_precision_goes_before_the_card_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "half_type", lambda device, *_: torch.bfloat16 if _[-1] and device != "cpu" else None)
    net = RowsNet(job())
    net.device = "mps"
    ladder = Ladder(net, 16, frugality=0)
    said = []
    while (sentence := ladder.down()) is not None:
        said.append((sentence, net.coarse, net.half, net.device, ladder.batch))
    assert [facts for _, *facts in said[:4]] == [
        [False, None, "mps", 8],
        [True, None, "mps", 8],
        [True, torch.bfloat16, "mps", 8],
        [True, None, "cpu", 8],
    ]
    assert "fewer digits" in said[2][0]
    again = RowsNet(job())
    again.device = "mps"
    Ladder(again, 16, frugality=0).down_to(3)
    assert again.half is torch.bfloat16


def test_there_is_no_such_step_on_the_processor() -> None:
    net = RowsNet(job())
    assert not net.halve()
    ladder = Ladder(net, 16, frugality=2)
    assert (ladder.batch, net.coarse, net.half) == (8, True, None)
