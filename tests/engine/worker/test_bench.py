"""The bench gives slices, keeps what they reach, and never sees the labels of the test part."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
import pytest
from typing_extensions import override

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.dataset import Dataset, Split
from engine.learners.base import Job, Progress
from engine.learners.constant import ConstantLearner, ConstantMember
from engine.modalities.table.learners.search import Search
from engine.modalities.text.samples import TextSamples
from engine.run.folder import RunFolder, RunOptions
from engine.search import strategy_class
from engine.task import Kind, Modality, Task
from engine.worker.bench import Bench
from engine.worker.checkpoint import Checkpoint
from tests.engine.flowers import flower_run


def test_a_slice_leaves_a_candidate_with_all_its_predictions(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", predict=True)
    bench = Bench(run)
    name = next(iter(bench._entries))
    report = bench.advance(name, Deadline(20.0))
    candidate = Checkpoint(run.checkpoints_path, name).candidate()
    assert report.version == 1
    assert candidate is not None
    data = run.dataset()
    assert candidate.validation.shape == (len(data.part(Split.TRAIN)), 2)
    assert candidate.answers is None  # nobody has asked
    assert bench.answer(name, Deadline(20.0))
    asked = Checkpoint(run.checkpoints_path, name).candidate()
    assert asked is not None
    assert asked.answers is not None
    assert asked.answers["test"].shape == (len(data.part(Split.TEST)), 2)
    assert asked.answers["predict"].shape == (30, 2)
    assert np.allclose(asked.answers["test"].sum(axis=1), 1.0)


def test_answers_are_those_of_the_candidate_on_disk_whatever_its_learner_did_since(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    bench = Bench(run)
    name = next(iter(bench._entries))
    bench.advance(name, Deadline(20.0))
    offered = bench._offered[name]
    bench.advance(name, Deadline(0.0))  # works on, without a new candidate
    assert name not in bench._offered
    assert bench.answer(name, Deadline(20.0))
    candidate = Checkpoint(run.checkpoints_path, name).candidate()
    assert candidate is not None
    assert candidate.answers is not None
    assert np.allclose(candidate.answers["test"], offered.predict(bench._parts["test"]))


def test_answers_stop_at_the_deadline(tmp_path: Path) -> None:
    bench = Bench(flower_run(tmp_path / "run"))
    name = next(iter(bench._entries))
    bench.advance(name, Deadline(20.0))
    assert not bench.answer(name, Deadline(0.0))
    assert bench.answered(name) == 0.0
    assert bench.answer(name, Deadline(20.0))
    assert bench.answered(name) == 1.0


def test_without_time_for_the_samples_to_predict_the_test_part_is_answered_alone(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", predict=True)
    bench = Bench(run)
    name = next(iter(bench._entries))
    bench.advance(name, Deadline(20.0))
    assert not bench.answer(name, Deadline(0.0))
    assert bench.answer(name, Deadline(20.0), leave_out=("predict",))
    candidate = Checkpoint(run.checkpoints_path, name).candidate()
    assert candidate is not None
    assert candidate.answers is not None
    assert np.allclose(candidate.answers["test"].sum(axis=1), 1.0)
    assert candidate.answers["predict"].shape == (30, 2)
    assert np.isnan(candidate.answers["predict"]).all()


def test_with_a_limit_every_candidate_is_measured_at_once_and_without_one_when_it_matters(tmp_path: Path) -> None:
    for limit in (None, 50.0):
        run = flower_run(tmp_path / f"run-{limit}")
        bench = Bench(replace(run, options=replace(run.options, max_latency_ms=limit)))
        name = next(iter(bench._entries))
        bench.advance(name, Deadline(20.0))
        candidate = Checkpoint(run.checkpoints_path, name).candidate()
        assert candidate is not None
        assert candidate.unmeasured == (limit is None)
        pace = bench.measure(name)
        assert 0.0 < pace.batch_s <= pace.single_s < 1.0


def test_with_a_limit_one_that_reads_more_is_measured_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = flower_run(tmp_path / "run")
    bench = Bench(replace(run, options=replace(run.options, max_latency_ms=50.0)))
    name = next(iter(bench._entries))
    bench.advance(name, Deadline(20.0))
    before = bench.measure(name)
    monkeypatch.setattr("engine.worker.bench.measure", lambda *_: replace(before, single_s=8 * before.single_s))
    assert bench.measure(name) == before
    member = bench._member(name)
    bench._offer(name, bench._learners[name], Checkpoint(run.checkpoints_path, name))
    assert member is not None
    assert bench.measure(name).single_s == 8 * before.single_s


@pytest.mark.parametrize(("search", "shares"), [("auto", set()), ("evolution", set()), ("halving", {1 / 9})])
def test_a_learner_searches_by_the_strategy_of_the_plan_also_once_it_goes_on(
    search: str, shares: set[float], tmp_path: Path
) -> None:
    run = flower_run(tmp_path / "run")
    run = replace(run, options=replace(run.options, search=search))
    name = "LightGBM, searched"
    for slice_ in (1, 2):
        bench = Bench(run)  # the trainer may have been ended since
        bench.advance(name, Deadline(0.0))
        state = json.loads((run.checkpoints_path / name / f"state-{slice_:04d}" / "state.json").read_text())
        asked = {state["share"], *(share for _, share, _ in state["begun"])}
        assert asked - {None} == shares
        learner = bench._learners[name]
        assert isinstance(learner, Search)
        assert type(learner._strategy) is strategy_class("tpe" if search == "auto" else search)


def test_the_test_part_is_not_in_the_job(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    job = Bench(run).job
    assert len(job.labels) == len(job.samples) == len(run.dataset().part(Split.TRAIN))


def test_a_candidate_left_unscored_is_scored_by_the_next_bench(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run")
    first = Bench(run)
    name = next(iter(first._entries))
    checkpoint = Checkpoint(run.checkpoints_path, name)
    learner = first._learner(name, checkpoint, 0, Deadline(20.0))
    assert learner is not None
    progress = learner.advance(Deadline(20.0))
    checkpoint.save_state(learner, done=progress.done, unscored=True)  # then the power goes
    report = Bench(run).advance(name, Deadline(20.0))
    assert report.version == 1
    assert report.share is None  # no learning was done


class Forgetful(ConstantLearner):
    """Makes nothing of what an older program left it, and has no candidate before it has worked."""

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self.worked = False

    @override
    def advance(self, deadline: Deadline) -> Progress:
        self.worked = True
        return Progress(improved=True, done=True, share=1.0)

    @override
    def validation(self) -> FloatArray:
        return super().validation() if self.worked else np.full_like(super().validation(), np.nan)

    @override
    def member(self) -> ConstantMember:
        assert self.worked
        return super().member()


def test_what_was_left_unscored_and_does_not_fit_any_more_is_learned_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.bench.learner_class", lambda kind: Forgetful)
    run = flower_run(tmp_path / "run")
    first = Bench(run)
    name = next(iter(first._entries))
    checkpoint = Checkpoint(run.checkpoints_path, name)
    checkpoint.save_state(Forgetful(first.job, {}), done=False, unscored=True)
    report = Bench(run).advance(name, Deadline(20.0))
    assert (report.version, report.share, report.done) == (1, 1.0, True)


class Reader(ConstantLearner):
    """Has to read first, which takes three slices."""

    pages: ClassVar[list[bool]] = []

    @classmethod
    @override
    def prepare(cls, job: Job, settings: Mapping[str, Any], deadline: Deadline, *, begun: bool) -> bool:
        cls.pages.append(begun)
        return len(cls.pages) >= 3

    @override
    def advance(self, deadline: Deadline) -> Progress:
        return Progress(improved=True, done=len(self.pages) > 3, share=0.5)


def test_a_learner_that_has_to_get_ready_does_so_in_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.worker.bench.learner_class", lambda kind: Reader)
    monkeypatch.setattr(Reader, "pages", [])
    run = flower_run(tmp_path / "run")
    bench = Bench(run)
    name = next(iter(bench._entries))
    early = [bench.advance(name, Deadline(1.0)) for _ in range(2)]
    assert [(report.done, report.version, report.share) for report in early] == [(False, None, None)] * 2
    assert all(report.aside_s == report.seconds for report in early)
    assert bench.advance(name, Deadline(1.0)).version == 1
    Bench(run).advance(name, Deadline(1.0))
    assert Reader.pages == [False, False, False, True]


class Planner(ConstantLearner):
    """Does nothing but say how much time it was told is left."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        return Progress(improved=True, done=True, share=1.0, message=f"planned for {deadline.left:.0f} s")


def test_a_learner_is_told_what_time_is_left_and_may_say_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(flower_run(tmp_path / "run"))
    name = next(iter(bench._entries))
    monkeypatch.setitem(bench._learners, name, Planner(bench.job, {}))
    report = bench.advance(name, Deadline(5.0, left=70.0))
    assert (report.message, report.done, report.version) == ("planned for 70 s", True, 1)
    assert report.share == 1.0


def test_an_unknown_learner_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Bench(flower_run(tmp_path / "run")).advance("nobody", Deadline(1.0))


def test_a_learner_that_is_done_is_let_go_and_what_it_offered_too_once_another_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = flower_run(tmp_path / "run")
    bench = Bench(run)
    first, second, *_ = bench._entries
    monkeypatch.setitem(bench._learners, first, Planner(bench.job, {}))
    kept = weakref.ref(bench._learners[first])
    assert bench.advance(first, Deadline(5.0)).done
    offered = weakref.ref(bench._offered[first])
    monkeypatch.undo()
    gc.collect()
    assert kept() is None
    bench.advance(second, Deadline(0.0))
    gc.collect()
    assert offered() is None
    assert bench.answer(first, Deadline(20.0))  # from disk
    candidate = Checkpoint(run.checkpoints_path, first).candidate()
    assert candidate is not None
    assert candidate.answers is not None


@pytest.mark.parametrize("asked", ["advance", "answer"])
def test_after_a_lack_of_memory_nothing_that_was_read_from_files_stays_there(asked: str, tmp_path: Path) -> None:
    run = text_run(tmp_path)
    bench = Bench(run)
    name = next(iter(bench._entries))
    assert bench.advance(name, Deadline(20.0)).version
    for samples in (bench.job.samples, *bench._parts.values()):
        assert isinstance(samples, TextSamples)
        samples.texts()
        assert len(samples._files._kept) == len(samples) > 0
    getattr(bench, asked)(name, Deadline(20.0), 1)
    for samples in (bench.job.samples, *bench._parts.values()):
        assert isinstance(samples, TextSamples)
        samples.texts()
        assert not samples._files._kept


class Counter(ConstantLearner):
    """Counts its slices, and those who are in memory; never done."""

    here: ClassVar[weakref.WeakSet[Counter]] = weakref.WeakSet()

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self.count = 0
        self.looks = self.validation  # parts refer to each other, as those of networks do
        self.here.add(self)

    @override
    def advance(self, deadline: Deadline) -> Progress:
        self.count += 1
        return Progress(improved=True, done=False, message=f"{self.count} of {len(self.here)}")

    @override
    def save(self, folder: Path) -> None:
        (folder / "count").write_text(str(self.count))

    @override
    def restore(self, folder: Path) -> None:
        self.count = int((folder / "count").read_text())


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """All learners count."""
    monkeypatch.setattr("engine.worker.bench.learner_class", lambda kind: Counter)
    monkeypatch.setattr(Counter, "here", weakref.WeakSet())


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("still_short", [False, True])
def test_while_memory_is_short_whoever_works_is_alone_in_it_and_nobody_begins_anew(
    still_short: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.bench.tight", lambda device: still_short)
    bench = Bench(flower_run(tmp_path / "run"))
    a, b, c, *_ = bench._entries

    def said(turns: list[tuple[str, int]]) -> list[str]:
        return [bench.advance(name, Deadline(1.0), frugality).message for name, frugality in turns]

    assert said([(a, 0), (b, 0), (a, 0)]) == ["1 of 1", "1 of 2", "2 of 2"]
    alone = ["1 of 1", "3 of 1", "4 of 1", "2 of 1", "2 of 1"]
    together = ["1 of 1", "3 of 2", "4 of 2", "2 of 3", "2 of 1"]
    assert said([(c, 1), (a, 0), (a, 0), (b, 0), (c, 1)]) == (alone if still_short else together)


@pytest.mark.usefixtures("counted")
def test_answers_under_way_stay_when_who_gives_them_has_to_make_room(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", predict=True)
    bench = Bench(run)
    a, b, *_ = bench._entries
    bench.advance(a, Deadline(1.0))
    looks, asked = iter([False]), weakref.ref(bench._offered[a])
    assert not bench.answer(a, Deadline(20.0, lambda: next(looks, True)))
    share = bench.answered(a)
    assert 0.0 < share < 1.0
    bench.advance(b, Deadline(1.0), 1)
    assert asked() is None
    assert bench.answered(a) == share
    assert bench.answer(a, Deadline(20.0))
    candidate = Checkpoint(run.checkpoints_path, a).candidate()
    assert candidate is not None
    assert candidate.answers is not None
    assert candidate.answers["predict"].shape == (30, 2)


def text_run(folder: Path) -> RunFolder:
    """Return a run on 24 files of text, 8 of them held out and 8 to predict."""
    task = Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b"))
    for row in range(32):
        (folder / f"{row}.txt").write_text(("the goal", "a bank")[row % 2] * 2, encoding="utf-8")
    frame = pl.DataFrame(
        {
            "id": [str(row) for row in range(32)],
            "reference": [str(folder / f"{row}.txt") for row in range(32)],
            "content": pl.Series([None] * 32, dtype=pl.String),
            "label": ["ab"[row % 2] for row in range(32)],
            "split": ["train"] * 16 + ["test"] * 16,
            "fold": [row // 2 % 4 for row in range(16)] + [-2] * 16,
        },
        schema_overrides={"fold": pl.Int32},
    )
    learned, asked = Dataset(frame.head(24)), Dataset(frame.tail(8))
    return RunFolder.create(folder / "run", task, learned, RunOptions(60.0), asked)
