from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.modalities.text.memory import Memory

WIDTH = 3


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), max_size=30), st.integers(0, 300))
def test_it_gives_back_what_was_kept_and_holds_no_more_than_its_limit(kept: list[tuple[int, int]], limit: int) -> None:
    memory, expected = Memory(limit), dict[tuple[int, int], torch.Tensor]()
    for value, (text, length) in enumerate(kept):
        state = torch.full((length, WIDTH), float(value))
        memory.keep((text, 0), state)
        if (text, 0) in memory:
            expected.setdefault((text, 0), state)
    for place, state in expected.items():
        assert torch.equal(memory[place], state)
    assert sum(state.numel() * state.element_size() for state in expected.values()) <= limit
    assert bool(memory) == (limit > 0)


def test_all_that_fits_is_kept() -> None:
    memory = Memory(10 * WIDTH * 4)
    for text in range(5):
        memory.keep((text, 0), torch.ones(2, WIDTH))
    memory.keep((5, 0), torch.ones(1, WIDTH))
    assert [(text, 0) in memory for text in range(6)] == [True] * 5 + [False]


def test_what_is_kept_while_looking_can_be_used_while_learning() -> None:
    memory = Memory(4 * WIDTH * 4)
    with torch.inference_mode():
        memory.keep((0, 0), torch.ones(2, WIDTH))
    memory.keep((1, 0), torch.zeros(2, WIDTH))
    weight = torch.ones(WIDTH, requires_grad=True)
    (slope,) = torch.autograd.grad((memory[0, 0] @ weight).sum(), weight)
    assert torch.equal(slope, torch.full((WIDTH,), 2.0))
