"""Every registered member and learner can be found, and they agree on their names."""

from __future__ import annotations

import pytest

from engine.errors import ModelError
from engine.learners import LEARNERS, Learner, learner_class
from engine.model.member import Member
from engine.model.registry import MEMBERS, member_class


@pytest.mark.parametrize("kind", MEMBERS)
def test_a_member_is_registered_under_its_own_kind(kind: str) -> None:
    found = member_class(kind)
    assert issubclass(found, Member)
    assert found.kind == kind


@pytest.mark.parametrize("kind", LEARNERS)
def test_a_learner_is_registered_under_its_own_kind(kind: str) -> None:
    found = learner_class(kind)
    assert issubclass(found, Learner)
    assert found.kind == kind


def test_an_unknown_member_is_a_sentence() -> None:
    with pytest.raises(ModelError, match="newer version"):
        member_class("nobody")
