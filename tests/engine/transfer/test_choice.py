from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from engine.task import Kind
from engine.transfer import TRANSFER
from engine.transfer.choice import AUTO, RULES, Settings, chosen, possible
from engine.transfer.joint import Joint
from tests.engine.transfer import networks


def test_what_is_named_is_used() -> None:
    assert chosen({"bss": {"strength": 0.1}}, Kind.MULTICLASS, 10, 2) == {"bss": {"strength": 0.1}}
    assert chosen({}, Kind.MULTICLASS, 10, 2) == {}


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="automatic"):
        chosen("automatic", Kind.MULTICLASS, 10, 2)


def test_the_samples_of_a_class_decide_and_many_need_nothing() -> None:
    for rule in RULES:
        assert chosen(AUTO, Kind.MULTICLASS, int(5 * rule.at_most), 5) == rule.transfer
        assert chosen(AUTO, Kind.MULTICLASS, int(50 * rule.at_most), 50) == rule.transfer
    assert chosen(AUTO, Kind.MULTICLASS, 5000, 5) == {}


def test_nothing_is_chosen_for_tasks_it_was_not_measured_on() -> None:
    assert chosen(AUTO, Kind.REGRESSION, 10, 1) == {}
    assert chosen(AUTO, Kind.MULTILABEL, 10, 3) == {}


def test_rules_are_in_order_and_name_what_there_is() -> None:
    limits = [rule.at_most for rule in RULES]
    assert limits == sorted(limits)
    assert {name for rule in RULES for name in rule.transfer} <= set(TRANSFER)


def test_what_a_network_does_not_allow_is_left_out() -> None:
    whole = networks.start()
    wanted: Settings = {"co_tuning": {}, "delta": {}, "bss": {}}
    assert possible(wanted, whole) == wanted
    bare = replace(whole, source=None, stages=())
    assert possible(wanted, bare) == {"bss": {}}
    assert Joint(bare, possible(wanted, bare)).parameters == []
    assert isinstance(whole.source, nn.Linear)
    assert torch.isfinite(whole.source.weight).all()
