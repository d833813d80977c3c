"""A model predicts samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pytest
from typing_extensions import override

from engine.arrays import FloatArray
from engine.learners.constant import ConstantMember
from engine.model.member import Member
from engine.model.model import AT_ONCE, Model, WeightedMember
from engine.model.registry import MEMBERS
from engine.samples import Samples
from engine.task import Kind, Modality, Task
from engine.worker.first import Headcount
from tests.engine.finetune.nets import Rows


def test_it_answers_with_a_probability_for_each_class() -> None:
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))
    members = (
        WeightedMember("x", 0.25, ConstantMember(np.array([0.2, 0.8]))),
        WeightedMember("y", 0.75, ConstantMember(np.array([0.6, 0.4]))),
    )
    assert np.allclose(Model(task, members).predict(Headcount(3)), [[0.5, 0.5]] * 3)


def test_it_answers_with_a_number() -> None:
    members = (WeightedMember("x", 1.0, ConstantMember(np.array([2.5]))),)
    assert Model(Task(Modality.TABLE, Kind.REGRESSION), members).predict(Headcount(2)).tolist() == [[2.5], [2.5]]


class Watched(Member):
    """Answers with a sample's number, and remembers how many it was asked about at a time."""

    kind: ClassVar[str] = "watched"

    def __init__(self) -> None:
        self.asked: list[int] = []

    @override
    def predict(self, samples: Samples) -> FloatArray:
        assert isinstance(samples, Rows)
        self.asked.append(len(samples))
        return samples.values.astype(np.float64)

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        return {}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        return cls()


@pytest.mark.parametrize("size", [0, 1, AT_ONCE, 2 * AT_ONCE + 1])
def test_of_very_many_samples_only_so_many_are_looked_at_together(size: int) -> None:
    watched, values = Watched(), np.arange(size, dtype=np.float32)[:, None]
    model = Model(Task(Modality.TABLE, Kind.REGRESSION), (WeightedMember("x", 1.0, watched),))
    np.testing.assert_array_equal(model.predict(Rows(values)), values)
    assert sum(watched.asked) == size
    assert max(watched.asked) <= AT_ONCE


class Filed(ConstantMember):
    """Lies in a file; before that is read, the next of what happens ``meanwhile`` does."""

    kind: ClassVar[str] = "filed"
    meanwhile: ClassVar[list[Callable[[], None]]] = []

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        np.save(folder / "answer.npy", self.answer)
        return {}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        if cls.meanwhile:
            cls.meanwhile.pop()()
        return cls(np.load(folder / "answer.npy"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder."""
    monkeypatch.setitem(MEMBERS, "filed", f"{__name__}:Filed")
    publish_all(tmp_path / "model", 1.0)
    return tmp_path / "model"


def publish_all(folder: Path, *numbers: float) -> None:
    for number in numbers:
        part = WeightedMember("x", 1.0, Filed(np.array([number])))
        Model(Task(Modality.TABLE, Kind.REGRESSION), (part,)).save(folder)


def test_one_whose_files_go_while_it_is_loaded_gives_way_to_the_newest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Filed, "meanwhile", [lambda: publish_all(folder, 2.0, 3.0)])
    assert Model.load(folder).predict(Headcount(1)).tolist() == [[3.0]]


def test_nobody_waits_for_ever_for_a_model_that_is_always_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = [lambda: publish_all(folder, 2.0, 3.0)] * 20
    monkeypatch.setattr(Filed, "meanwhile", times)
    with pytest.raises(FileNotFoundError):
        Model.load(folder)
    assert times


def test_what_is_damaged_is_told_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = list[None]()
    (damaged,) = folder.rglob("answer.npy")
    damaged.unlink()
    monkeypatch.setattr(Filed, "meanwhile", [lambda: looks.append(None)] * 5)
    with pytest.raises(FileNotFoundError):
        Model.load(folder)
    assert len(looks) == 1
