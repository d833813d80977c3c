from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import nn
from typing_extensions import override

from engine.arrays import BoolArray, IntArray
from engine.budget import Deadline
from engine.finetune import learner as module
from engine.finetune.base import View
from engine.finetune.learner import FineTune
from engine.finetune.waiting import sent, wait_for
from engine.learners.base import Job, Progress
from engine.task import Kind, Modality, Task
from tests.engine.clocks import Clock
from tests.engine.finetune.nets import Rows, RowsFineTune, RowsNet, job
from tests.engine.learners import contract

SETTINGS: dict[str, Any] = {"epochs": 6, "folds": 2, "batch": 16, "rate": 0.01, "weight_decay": 0.0}
TRANSFER: dict[str, Any] = {"l2_sp": {}, "rifle": {}}


def learner(settings: dict[str, Any] = SETTINGS, kind: Kind = Kind.MULTICLASS) -> RowsFineTune:
    return RowsFineTune(job(kind), settings)


@pytest.mark.parametrize("kind", Kind)
def test_predictions_are_well_formed(kind: Kind) -> None:
    contract.predictions_are_well_formed(lambda: learner(kind=kind))


@pytest.mark.parametrize("settings", [SETTINGS, SETTINGS | {"transfer": TRANSFER}], ids=["plain", "held"])
def test_slices_and_restarts_change_nothing(settings: dict[str, Any], tmp_path: Path) -> None:
    contract.slices_and_restarts_change_nothing(lambda: learner(settings), tmp_path, alike=1e-9)


@pytest.mark.parametrize("transfer", [{}, TRANSFER, {"co_tuning": {}}, {"delta": {}}])
def test_a_restart_between_any_steps_changes_nothing(transfer: dict[str, Any], tmp_path: Path) -> None:
    settings = SETTINGS | {"transfer": transfer, "epochs": 2}
    whole = contract.run_to_the_end(learner(settings)).validation()
    now, under_way = learner(settings), 0
    for turn in range(60):
        for _ in range(11 + turn % 3):  # enough to prepare anew, and for some steps or checks
            if (progress := now.advance(Deadline(0.0))).done:
                break
        under_way += now._tuning is not None
        (folder := tmp_path / str(turn)).mkdir()
        now.save(folder)
        now = learner(settings)
        now.restore(folder)
        if progress.done:
            break
    assert progress.done
    assert under_way > 2
    np.testing.assert_allclose(now.validation(), whole, atol=1e-9)


def test_tuning_is_better_than_the_head_it_begins_with() -> None:
    tuned = contract.run_to_the_end(learner(SETTINGS | {"epochs": 30, "folds": 1}))
    barely = contract.run_to_the_end(learner(SETTINGS | {"epochs": 0.02, "folds": 1}))
    rows = tuned.job.folds == 0
    labels = tuned.job.labels[rows]

    def right(one: np.ndarray[Any, Any]) -> float:
        return float((one[rows].argmax(axis=1) == labels).mean())

    assert 0.5 < right(barely.validation()) < right(tuned.validation())


def test_only_the_folds_it_held_out_are_answered() -> None:
    one = contract.run_to_the_end(learner())
    known = np.isfinite(one.validation()).all(axis=1)
    np.testing.assert_array_equal(known, np.isin(one.job.folds, (0, 1)))


def test_all_folds_are_held_out_between_a_few_networks_where_wanted() -> None:
    one = learner(SETTINGS | {"cover": True, "folds": 2})
    contract.run_to_the_end(one)
    assert len(one.parts) == 2
    np.testing.assert_array_equal(np.isfinite(one.validation()).all(axis=1), one.job.folds >= 0)


def test_classes_are_parted_by_contrast_and_the_head_follows() -> None:
    settings = SETTINGS | {"epochs": 30, "folds": 1, "contrasts": True}
    one = contract.run_to_the_end(learner(settings))
    rows = one.job.folds == 0
    assert (one.validation()[rows].argmax(axis=1) == one.job.labels[rows]).mean() > 0.8
    contract.they_end_alike(contract.run_to_the_end(learner(settings), contract.TINY), one)


class ManyFineTune(RowsFineTune):
    """Tunes a network that sees each of the numbers it is shown."""

    @override
    def net(self) -> RowsNet:
        net = super().net()
        width = cast(Rows, self.job.samples).values.shape[1]
        net.body, net.length = nn.Linear(width, width), width
        nn.init.eye_(net.body.weight)
        net.layers = lambda: [list(net.body.parameters())]  # type: ignore[method-assign]
        return net


def test_of_many_classes_in_a_row_each_is_known_after_they_are_parted() -> None:
    labels = np.repeat(np.arange(60), 16)
    spots = np.random.default_rng(0).normal(8.0 * np.eye(60)[labels], 1.0).astype(np.float32)
    task = Task(Modality.TABLE, Kind.MULTICLASS, tuple(str(number) for number in range(60)))
    many = Job(task, Rows(spots), labels.astype(np.float64), np.arange(len(labels)) % 4, threads=1)
    settings = {"contrasts": True, "epochs": 1, "batch": 64, "rate": 1e-4}
    answers = contract.run_to_the_end(ManyFineTune(many, settings)).validation()
    assert len(np.unique(answers[many.folds == 0].argmax(axis=1))) == 60


def test_each_candidate_is_better_than_the_one_before_and_comes_during_the_tuning() -> None:
    one, errors, shares = learner(SETTINGS | {"epochs": 8, "folds": 1}), [], []
    rows = np.flatnonzero(one.job.folds == 0)
    done = False
    while not done:
        progress = one.advance(Deadline(contract.LONG))
        done = progress.done
        if progress.improved:
            told = one.validation()[rows, one.job.labels[rows].astype(np.int64)]
            errors.append(-np.log(told).mean())
            shares.append(progress.share)
    assert len(errors) > 1
    assert errors == sorted(errors, reverse=True)
    assert 0.1 < shares[0] < 0.9  # a share of the seconds, which no test can foretell better


def test_numbers_come_in_their_own_units() -> None:
    one = contract.run_to_the_end(learner(SETTINGS | {"epochs": 30, "folds": 1}, Kind.REGRESSION))
    rows = np.isfinite(one.validation()[:, 0])
    error = one.validation()[rows, 0] - one.job.labels[rows]
    assert np.mean(error**2) < 0.3 * one.job.labels.var()


def test_a_pause_ends_its_slice_and_the_share_grows() -> None:
    contract.an_interrupted_slice_ends_soon(learner)
    one, shares, clock = learner(), [0.0], Clock(0.01)
    while shares[-1] < 1.0:
        shares.append(one.advance(Deadline(0.0, now=clock)).share)
    assert shares == sorted(shares)
    assert max(np.diff(shares)) < 0.3


def test_it_plans_for_the_time_that_is_left() -> None:
    def steps(left: float) -> tuple[int, bool]:
        one = learner(SETTINGS | {"epochs": 20, "folds": 1, "share": 1.0})

        clock, improved, done = Clock(1.0), False, False
        while not done:
            progress = one.advance(Deadline(1e9, now=clock, left=left - clock.time))
            improved, done = improved or progress.improved, progress.done
        return sum(size == 16 for size in one.made.asked), improved

    whole, short = steps(1e9), steps(300.0)
    assert whole[1]
    assert short[1]
    assert 20 < short[0] < 0.7 * whole[0]


def test_it_is_left_out_where_there_is_no_time_for_it() -> None:
    one = learner(SETTINGS | {"epochs": 20})
    progress = one.advance(Deadline(1e9, now=Clock(10.0), left=100.0))
    assert progress.done
    assert not progress.improved
    assert "Too little time" in progress.message
    assert progress.share < 1.0
    assert np.isnan(one.validation()).all()


def test_one_that_repeats_it_holds_out_the_next_samples_and_learns_from_others() -> None:
    first, second = (learner(SETTINGS | {"folds": 1, "skipped": skipped}) for skipped in (0, 1))
    held_out = [np.isfinite(contract.run_to_the_end(one).validation()).all(axis=1) for one in (first, second)]
    np.testing.assert_array_equal(held_out[0], first.job.folds == 0)
    np.testing.assert_array_equal(held_out[1], first.job.folds == 1)


@pytest.mark.parametrize(("most", "coarse_most", "words"), [(8, 8, "8 samples"), (4, 99, "smaller"), (2, 2, "2 sam")])
def test_it_lives_on_less_memory(most: int, coarse_most: int, words: str, tmp_path: Path) -> None:
    one = learner()
    one.most, one.coarse_most = most, coarse_most
    said = [one.advance(Deadline(0.0)) for _ in range(30)]
    assert words in [progress.message for progress in said if progress.message][-1]
    one.save(tmp_path)
    again = learner()
    again.restore(tmp_path)
    again.advance(Deadline(0.0))
    assert (again.ladder.batch, again.made.coarse) == (one.ladder.batch, one.made.coarse)


def test_networks_that_memory_makes_see_less_are_not_averaged_with_those_before() -> None:
    one = learner()
    while not one._number:
        one.advance(Deadline(0.0))
    one.made.most = 4
    while not (progress := one.advance(Deadline(0.0))).done:
        pass
    assert "those that were tuned before are kept" in progress.message
    assert one.made.coarse
    known = np.isfinite(one.validation()).all(axis=1)
    np.testing.assert_array_equal(known, one.job.folds == 0)
    answers = one.member().predict(one.job.samples)
    np.testing.assert_allclose(answers[known], one.validation()[known], atol=1e-5)


def test_a_check_during_which_memory_makes_it_see_less_begins_again() -> None:
    one = learner(SETTINGS | {"folds": 1, "batch": 4, "epochs": 1})
    while not one._outputs:
        one.advance(Deadline(0.0))
    one.made.most = 2
    while not one.advance(Deadline(0.0)).improved:
        pass
    assert one.made.coarse
    known = np.isfinite(one.validation()).all(axis=1)
    answers = one.member().predict(one.job.samples)
    np.testing.assert_allclose(answers[known], one.validation()[known], atol=1e-5)


def test_what_was_checked_is_served_as_it_was_seen_also_once_memory_is_short(tmp_path: Path) -> None:
    one, again = learner(SETTINGS | {"folds": 1}), RowsFineTune(job(frugality=2), SETTINGS | {"folds": 1})
    contract.run_to_the_end(one)
    one.save(tmp_path)
    again.restore(tmp_path)
    samples = one.job.samples
    np.testing.assert_allclose(again.member().predict(samples), one.member().predict(samples), atol=1e-6)
    assert again.made.coarse


def test_memory_is_given_back_once_nothing_holds_on_to_what_was_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    one, still_there = learner(), list[bool]()
    one.most = 8
    net = one.net()
    see = net.inputs
    held: list[weakref.ref[torch.Tensor]] = []

    def seen(rows: IntArray, view: View) -> tuple[torch.Tensor, ...]:
        computed = torch.ones(3)
        held.append(weakref.ref(computed))
        return (*see(rows, view), computed)[:1]

    monkeypatch.setattr(net, "inputs", seen)
    monkeypatch.setattr(one, "net", lambda: net)
    monkeypatch.setattr("engine.finetune.learner.release", lambda: still_there.append(held[-1]() is not None))
    while not still_there:
        one.advance(Deadline(0.0))
    assert still_there == [False]


def test_no_step_learns_from_a_single_sample() -> None:
    one = learner(SETTINGS | {"folds": 1, "epochs": 0.97})
    contract.run_to_the_end(one)
    assert (one.job.folds != 0).sum() == 100
    assert 17 in one.made.asked
    assert 1 not in one.made.asked


def test_memory_that_is_never_enough_is_an_error() -> None:
    one = learner()
    one.most = one.coarse_most = 0
    with pytest.raises(torch.OutOfMemoryError):
        contract.run_to_the_end(one)


@pytest.mark.parametrize(("frugality", "batch", "coarse"), [(0, 16, False), (1, 8, False), (2, 8, True), (3, 8, True)])
def test_it_begins_frugal_after_running_out_of_memory(frugality: int, batch: int, coarse: bool) -> None:
    one = RowsFineTune(job(frugality=frugality), SETTINGS)
    assert one.ladder.batch == batch
    assert one.made.coarse is coarse


def test_steps_do_not_look_through_all_samples_for_those_that_are_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    one, asked = learner(), list[int]()
    net = one.net()

    def readable(rows: IntArray) -> BoolArray:
        asked.append(len(rows))
        return np.ones(len(rows), dtype=np.bool_)

    monkeypatch.setattr(net, "readable", readable)
    monkeypatch.setattr(one, "net", lambda: net)
    for number in range(2):
        while one._tuning is None or one._number < number or not one._tuning.steps:
            one.advance(Deadline(0.0))
        before = len(asked)
        while one._tuning.steps < 8:
            one.advance(Deadline(0.0))
        assert len(asked) == before
        assert one._held_out_count() == (one.job.folds == number).sum()


def test_other_errors_are_not_taken_for_a_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("shapes do not fit")

    one = learner()
    make: Callable[[], Any] = one.net
    net = make()
    monkeypatch.setattr(net, "inputs", broken)
    monkeypatch.setattr(one, "net", lambda: net)
    with pytest.raises(RuntimeError, match="shapes"):
        one.advance(Deadline(contract.LONG))


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_a_step_is_timed_until_the_card_is_through_with_it(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []
    for name in ("cuda", "mps"):
        monkeypatch.setattr(f"torch.{name}.synchronize", lambda *_, name=name: waited.append(name))
    wait_for("cpu")
    wait_for(f"{kind}:0")
    assert waited == [kind]


def test_a_slice_says_how_long_its_steps_took_and_how_long_their_samples_took_to_be_made_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, said = learner(SETTINGS | {"folds": 1, "epochs": 1}), list[Progress]()
    net = one.net()
    see = net.inputs

    def slowly(rows: IntArray, view: View) -> tuple[torch.Tensor, ...]:
        time.sleep(0.02 * view.train)
        return see(rows, view)

    monkeypatch.setattr(net, "inputs", slowly)
    monkeypatch.setattr(one, "net", lambda: net)
    while not said or not said[-1].done:
        said.append(one.advance(Deadline(0.0)))
    stepped = [progress for progress in said if progress.stepped_s]
    assert len(stepped) == 7  # of 100 samples
    assert all(0.015 < progress.prepared_s < progress.stepped_s for progress in stepped)
    assert {progress.prepared_s for progress in said if not progress.stepped_s} == {0.0}


def test_a_card_copies_what_it_is_sent_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    values, plain, asked = torch.ones(3), torch.Tensor.to, list[tuple[bool, dict[str, Any]]]()
    pinned = values.clone()
    devices: list[str | torch.device] = ["cpu", "mps", "cuda", torch.device("cuda", 0)]

    def to(tensor: torch.Tensor, device: Any, **how: Any) -> torch.Tensor:
        asked.append((tensor is pinned, how))
        return plain(tensor, "cpu")  # there may be no card

    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda tensor: pinned)
    monkeypatch.setattr(torch.Tensor, "to", to)
    for device in devices:
        assert torch.equal(sent(values, device), values)
    assert asked == [(False, {})] * 2 + [(True, {"non_blocking": True})] * 2


def test_the_share_is_of_what_it_plans_so_that_its_end_can_be_foreseen() -> None:
    one, clock = learner(SETTINGS | {"epochs": 1e6, "folds": 1, "share": 0.5}), Clock(0.05)
    shares, done = [], False
    while not done:
        progress = one.advance(Deadline(0.5, now=clock, left=60.0 - clock.time))
        shares.append(progress.share)
        done = progress.done
    assert one.parts
    assert 20.0 < clock.time < 60.0
    assert 0.2 < shares[len(shares) // 2] < 0.8


def test_a_card_is_waited_for_now_and_then_and_no_step_goes_unnoted(monkeypatch: pytest.MonkeyPatch) -> None:
    def waits(ahead: bool) -> tuple[int, FineTune]:
        waited: list[str] = []
        monkeypatch.setattr(module, "wait_for", waited.append)
        monkeypatch.setattr(module, "works_ahead", lambda device: ahead)
        one, clock = learner(SETTINGS | {"folds": 1}), Clock(1e-4)
        while not one.advance(Deadline(1e9, now=clock, left=1e9)).done:
            pass
        return len(waited), one

    often, at_once = waits(False)
    seldom, ahead = waits(True)
    assert often > 3 * seldom > 0
    np.testing.assert_array_equal(ahead.validation(), at_once.validation())


@pytest.mark.parametrize(
    ("ahead", "slow", "steps"),
    [(False, {2}, 2), (False, set(range(200)), 2), (True, {1, 2}, 125), (True, set(range(200)), 4)],
)
def test_a_card_is_not_left_out_for_one_slow_step_but_for_many(
    ahead: bool, slow: set[int], steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"epochs": 20, "fewest": 3, "folds": 1, "share": 1.0}
    one, clock, stepped = learner(SETTINGS | settings), Clock(0.0), list[int]()
    net = one.net()
    see = net.inputs

    def slowly(rows: IntArray, view: View) -> tuple[torch.Tensor, ...]:
        if view.train:
            stepped.append(len(rows))
        clock.time += 30.0 if view.train and len(stepped) in slow else 0.01
        return see(rows, view)

    monkeypatch.setattr(module, "works_ahead", lambda device: ahead)
    monkeypatch.setattr(net, "inputs", slowly)
    monkeypatch.setattr(one, "net", lambda: net)
    while not (progress := one.advance(Deadline(1e9, now=clock, left=200.0 - clock.time))).done:
        pass
    assert len(stepped) == steps
    assert bool(one.parts) is (steps == 125)
    assert ("Too little time" in progress.message) is (steps != 125)


def test_what_a_card_has_half_tuned_is_gone_on_with_after_a_restart_though_it_is_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def anew() -> FineTune:
        return learner(SETTINGS | {"epochs": 20, "fewest": 3, "folds": 1, "share": 1.0})

    monkeypatch.setattr(module, "works_ahead", lambda device: True)
    begun, clock = anew(), Clock(0.2)
    while begun._tuning is None or begun._tuning.steps < 3:
        begun.advance(Deadline(1e-9, now=clock, left=1e4))
    begun.save(tmp_path)
    after = anew()
    after.restore(tmp_path)
    late = clock.time + 11.0  # in which there is no time for three passes any more
    while not (progress := after.advance(Deadline(1e9, now=clock, left=late - clock.time))).done:
        pass
    assert after.parts
    assert "Too little time" not in progress.message
