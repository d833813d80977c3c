"""What every table member does with rows and files that are not as expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.errors import ModelError
from engine.learners import learner_class
from engine.modalities.table.samples import TableSamples
from engine.model.member import Member
from engine.model.registry import MEMBERS, member_class
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import a_job, a_task, rows

LEARNERS: dict[str, tuple[str, dict[str, Any]]] = {
    "table.lightgbm": ("table.lightgbm", {"stages": [{"rounds": 30}]}),
    "table.trees": ("table.extra_trees", {"trees": 8}),
    "table.linear": ("table.linear", {"knots": 4}),
    "table.network": ("table.network", {"epochs": 2, "hidden": 16}),
}


@pytest.fixture(scope="module", params=sorted(LEARNERS))
def member(request: pytest.FixtureRequest) -> Member:
    kind, settings = LEARNERS[request.param]
    return contract.run_to_the_end(learner_class(kind)(a_job(3), settings)).member()


def test_all_table_members_are_tried_here() -> None:
    assert {kind for kind in MEMBERS if kind.startswith("table.")} == set(LEARNERS)


def test_one_row_is_answered_as_among_others(member: Member) -> None:
    many = rows(50, seed=3)
    np.testing.assert_allclose(member.predict(many.take(np.array([7])))[0], member.predict(many)[7], rtol=1e-12)


def test_no_rows_give_no_answers(member: Member) -> None:
    assert member.predict(rows(5).take(np.array([], dtype=np.int64))).shape == (0, 3)


def test_strange_values_are_answered(member: Member) -> None:
    strange: list[dict[str, Any]] = [
        {},
        {"weight": float("inf"), "bought": float("-inf"), "colour": "never seen", "shop": "🏪\n"},
        {"weight": 1e308, "bought": -1e308},
        {"weight": -0.0, "bought": 5e-324, "colour": "red" * 10_000},
    ]
    answers = member.predict(TableSamples.from_rows(strange, a_task(3)))
    assert np.isfinite(answers).all()
    np.testing.assert_allclose(answers.sum(axis=1), 1.0)


def test_infinite_is_missing(member: Member) -> None:
    frame = rows(3).frame
    infinite = TableSamples(frame.with_columns(weight=pl.lit(np.inf)))
    missing = TableSamples(frame.with_columns(weight=pl.lit(None, dtype=pl.Float64)))
    np.testing.assert_array_equal(member.predict(infinite), member.predict(missing))


def test_lost_files_are_a_model_error(member: Member, tmp_path: Path) -> None:
    settings = member.save(tmp_path)
    for file in tmp_path.iterdir():
        file.unlink()
    with pytest.raises(ModelError, match="missing or damaged"):
        member_class(member.kind).load(tmp_path, settings, a_task(3))


def test_damaged_files_are_a_model_error(member: Member, tmp_path: Path) -> None:
    settings = member.save(tmp_path)
    for file in tmp_path.iterdir():
        file.write_bytes(b"\x00\x01 not a model")
    with pytest.raises(ModelError):
        member_class(member.kind).load(tmp_path, settings, a_task(3))


def test_lost_settings_are_a_model_error(member: Member, tmp_path: Path) -> None:
    member.save(tmp_path)
    with pytest.raises(ModelError):
        member_class(member.kind).load(tmp_path, {}, a_task(3))


@pytest.mark.parametrize(
    ("member", "parts"), [("table.lightgbm", "boosters"), ("table.trees", "parts")], indirect=["member"]
)
def test_as_many_parts_as_there_cannot_be_are_a_model_error(member: Member, parts: str, tmp_path: Path) -> None:
    settings = member.save(tmp_path)
    assert parts in settings
    for count in (0, -1, 10**15, float("inf")):
        with pytest.raises(ModelError):
            member_class(member.kind).load(tmp_path, {**settings, parts: count}, a_task(3))
