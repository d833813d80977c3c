"""The pieces of a fine-tune on their own: order, averages, plan, heads, precision."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from engine.budget import Deadline
from engine.finetune import precision
from engine.finetune.ema import Average
from engine.finetune.full import in_full
from engine.finetune.precision import fast, half_type, is_fast
from engine.finetune.schedule import Plan, pace
from engine.finetune.stream import Stream
from engine.finetune.targets import Targets
from engine.finetune.warm import warm
from engine.heads.answer import Answer
from engine.task import Kind
from tests.engine.finetune.nets import Rows, job


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_a_stream_is_the_same_in_pieces_of_any_size_and_holds_each_row_once_a_turn(size: int) -> None:
    rows = np.array([2, 3, 5, 7, 11])
    stream = Stream(rows, 3, (0, 1))
    pieces = [stream.piece(first, size) for first in range(0, stream.length, size)]
    taken = np.concatenate(pieces)
    np.testing.assert_array_equal(np.sort(taken.reshape(3, 5), axis=1), np.tile(rows, (3, 1)))
    np.testing.assert_array_equal(taken, stream.piece(0, 15))
    assert (taken != Stream(rows, 3, (0, 2)).piece(0, 15)).any()


def test_each_order_of_a_stream_is_drawn_once_though_every_step_also_asks_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows, plain, drawn = np.array([2, 3, 5, 7, 11]), np.random.default_rng, list[tuple[int, ...]]()
    orders = [plain((0, 1, turn)).permutation(rows) for turn in range(4)]

    def counted(seed: tuple[int, ...]) -> np.random.Generator:
        drawn.append(seed)
        return plain(seed)

    monkeypatch.setattr(np.random, "default_rng", counted)
    stream = Stream(rows, 4, (0, 1))
    asked = [(stream.piece(first, 3), stream.piece(first + 3, 3)) for first in range(0, stream.length, 3)]
    np.testing.assert_array_equal(np.concatenate([now for now, _ in asked]), np.concatenate(orders))
    np.testing.assert_array_equal(np.concatenate([later for _, later in asked]), np.concatenate(orders)[3:])
    assert drawn == [(0, 1, turn) for turn in range(4)]
    np.testing.assert_array_equal(stream.piece(1, 8), np.concatenate(orders)[1:9])  # long gone, and drawn again


@pytest.mark.parametrize("each", [16, 3, 1])
def test_of_many_classes_samples_come_in_pairs_of_one(each: int) -> None:
    rows, classes = np.arange(0, 80 * each, 2), np.repeat(np.arange(40), each)
    stream = Stream(rows, 2, (0, 1), classes)
    taken = stream.piece(0, stream.length).reshape(2, -1)
    np.testing.assert_array_equal(np.sort(taken, axis=1), np.tile(rows, (2, 1)))
    assert (taken[0] != taken[1]).any()
    np.testing.assert_array_equal(taken.ravel(), np.concatenate([stream.piece(at, 7) for at in range(0, 80 * each, 7)]))
    for turn in taken:
        mine = classes[turn // 2]
        beside = np.zeros(len(mine), dtype=np.bool_)
        beside[1:] |= mine[1:] == mine[:-1]
        beside[:-1] |= mine[1:] == mine[:-1]
        assert (~beside).sum() <= 40 * (each % 2)


def test_an_average_follows_and_is_given_back() -> None:
    weight = torch.zeros(2)
    average = Average({"w": weight})
    for step in range(400):
        average.take({"w": torch.ones(2)}, step)
    average.give({"w": weight})
    torch.testing.assert_close(weight, torch.ones(2), atol=1e-2, rtol=0.0)
    average.begin_anew({"w": torch.full((2,), 5.0)}, ("w",))
    assert average.values["w"].tolist() == [5.0, 5.0]


def test_an_average_takes_in_all_weights_at_once_what_it_would_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernels = torch.rand(4, 3, 3, 3).to(memory_format=torch.channels_last)
    steps = [{"k": kernels * step, "b": torch.rand(5), "s": torch.rand(())} for step in range(6)]
    average, expected = Average(steps[0]), {name: value.clone() for name, value in steps[0].items()}
    for step, weights in enumerate(steps):
        for name, value in expected.items():
            value.lerp_(weights[name], 1.0 - (1.0 + step) / (10.0 + step))
    monkeypatch.setattr(torch.Tensor, "lerp_", lambda *_: pytest.fail("a card is told of each weight by itself"))
    for step, weights in enumerate(steps):
        average.take(weights, step)
    for name, value in expected.items():
        assert torch.equal(average.values[name], value)


def test_the_pace_rises_then_falls() -> None:
    paces = [pace(progress) for progress in np.linspace(0.0, 1.0, 101)]
    assert max(paces) == paces[10] == 1.0
    assert paces[10:] == sorted(paces[10:], reverse=True)
    assert min(paces) > 0.0


def test_a_plan_takes_its_share_of_what_is_left_and_keeps_time_for_the_check() -> None:
    plan = Plan(share=0.5)
    deadline = Deadline(1.0, now=lambda: 0.0, left=102.0)
    assert plan.affordable(deadline, 10.0) == math.inf
    for seconds in (9.0, 1.0, 1.0):
        plan.note(seconds, rows=10)
    assert plan.affordable(deadline, 10.0) == pytest.approx((51.0 - 11.0) / 0.1 - 10.0)
    assert plan.affordable(Deadline(1.0, now=lambda: 0.0, left=5.0), 10.0) == pytest.approx(3.0 / 0.1 - 10.0)
    assert plan.affordable(Deadline(1.0, now=lambda: 0.0), 10.0) == math.inf


def test_a_plan_foresees_by_the_quickest_look_how_much_there_is_time_for() -> None:
    plan, deadline = Plan(share=0.5), Deadline(1.0, now=lambda: 0.0, left=60.0)
    assert plan.foreseen(deadline) == math.inf
    for seconds in (9.0, 1.0, 2.0):
        plan.foresee(seconds, rows=10 / 3)
    assert plan.row_s == pytest.approx(0.3)
    assert plan.foreseen(deadline) == pytest.approx(100.0)
    assert plan.foreseen(Deadline(1.0, now=lambda: 0.0)) == math.inf
    plan.note(4.0, rows=10)
    plan.foresee(0.1, rows=10)
    plan.note(5.0, rows=10)
    assert plan.row_s == pytest.approx(0.5)


def test_a_plan_believes_the_pace_of_a_card_only_once_it_is_awake_unless_it_is_quick() -> None:
    plan, found = Plan(share=0.5, row_s=0.2), list[float]()
    for seconds in (9.0, 5.0, 1.0, 3.0, 1.0):
        plan.note(seconds, rows=10, trusted=4)
        found.append(plan.row_s)
    assert found == pytest.approx([0.2, 0.2, 0.1, 0.3, 0.26])
    new = Plan(share=0.5)
    for seconds in (9.0, 5.0):
        new.note(seconds, rows=10, trusted=4)
    assert new.row_s == pytest.approx(0.5)


@pytest.mark.parametrize("kind", Kind)
def test_a_warm_head_answers_well_at_once(kind: Kind) -> None:
    given = job(kind, size=400)
    assert isinstance(given.samples, Rows)
    features, targets = given.samples.values, Targets(given)
    head = nn.Linear(4, given.task.outputs)
    rows = np.arange(400)
    warm(head, features * 50.0 + 7.0, targets, rows)
    with torch.no_grad():
        outputs = head(torch.from_numpy(features * 50.0 + 7.0))
    begun = float(targets.loss(outputs, targets.tensor(rows, "cpu")))
    nothing = float(targets.loss(torch.zeros_like(outputs), targets.tensor(rows, "cpu")))
    assert begun < 0.75 * nothing


def test_a_warm_head_is_that_of_ridge_regression_with_few_samples_as_with_many() -> None:
    given = job(Kind.REGRESSION, size=60)
    assert isinstance(given.samples, Rows)
    targets, rows = Targets(given), np.arange(60)
    few, many = nn.Linear(80, 1), nn.Linear(4, 1)
    warm(many, given.samples.values, targets, rows)
    warm(few, np.tile(given.samples.values, 20), targets, rows)
    with torch.no_grad():
        guesses = many(torch.from_numpy(given.samples.values))
        same = few(torch.from_numpy(np.tile(given.samples.values, 20)))
    wanted = torch.from_numpy(targets.values)
    assert float(((guesses - wanted) ** 2).mean()) < 0.05
    torch.testing.assert_close(same, guesses, atol=0.05, rtol=0.0)


def test_sharpness_undoes_what_was_too_bold_or_too_shy() -> None:
    random = np.random.default_rng(0)
    given = job(size=600)
    chances = Answer.SOFTMAX.apply(random.normal(0, 2, (600, 3)))
    given.labels[:] = [random.choice(3, p=row) for row in chances]
    targets, rows = Targets(given), np.arange(600)
    for factor in (0.25, 4.0):
        assert targets.sharpness(np.log(chances) * factor, rows) == pytest.approx(1.0 / factor, rel=0.2)


def test_a_few_right_answers_do_not_make_sure() -> None:
    targets, rows = Targets(job(size=600)), np.arange(4)
    assert 1.0 < targets.sharpness(targets.values[rows].astype(np.float64), rows) < 5.0


@pytest.mark.parametrize(("faster", "computed_in"), [(True, torch.bfloat16), (False, torch.float32)])
def test_half_precision_is_used_only_where_it_is_said_to_be_faster_and_is(
    faster: bool, computed_in: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "processor_is_faster", lambda: faster)
    layer, inputs = nn.Linear(4, 4), torch.ones(1, 4)
    with fast("cpu", frozenset({"cuda"})):
        assert layer(inputs).dtype == torch.float32
    with fast("cpu", frozenset({"cpu"})):
        assert layer(inputs).dtype == computed_in
    with in_full(), fast("cpu", frozenset({"cpu"})):
        assert layer(inputs).dtype == torch.float32


@pytest.mark.parametrize(("full_s", "half_s", "faster"), [(3.0, 1.0, True), (1.4, 1.0, False), (1.0, 4.0, False)])
def test_a_processor_is_said_to_be_faster_in_half_precision_only_where_it_clearly_is(
    full_s: float, half_s: float, faster: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "_seconds", lambda left, _: half_s if left.dtype == torch.bfloat16 else full_s)
    assert precision.processor_is_faster.__wrapped__() is faster


@pytest.mark.parametrize(
    ("card", "able", "bfloat16", "quick", "spared"),
    [
        ("NVIDIA A100", (8, 0), True, torch.bfloat16, torch.bfloat16),
        ("Tesla V100", (7, 0), False, torch.float16, torch.float16),
        ("NVIDIA GeForce RTX 2080", (7, 5), False, torch.float16, torch.float16),
        ("NVIDIA GeForce GTX 1660", (7, 5), False, None, None),  # gives NaN
        ("NVIDIA GeForce GTX 1080", (6, 1), False, None, torch.float16),  # slow, but half of the memory
    ],
)
def test_each_card_computes_in_what_it_is_quick_in_and_in_half_of_the_bits_where_memory_is_short(
    card: str,
    able: tuple[int, int],
    bfloat16: bool,
    quick: torch.dtype | None,
    spared: torch.dtype | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: bfloat16)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda *_: able)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda *_: card)
    both = frozenset({"cpu", "cuda"})
    assert half_type("cuda", both) is quick
    assert half_type("cuda", frozenset(), spare=True) is spared
    assert is_fast("cuda", both) == bfloat16
    with in_full():
        assert half_type("cuda", both, spare=True) is None


def test_apples_graphics_spare_memory_in_half_precision_and_the_processor_does_not() -> None:
    assert half_type("mps", frozenset({"cuda"})) is None
    assert half_type("mps", frozenset({"cuda"}), spare=True) is torch.bfloat16
    assert half_type("cpu", frozenset(), spare=True) is None
