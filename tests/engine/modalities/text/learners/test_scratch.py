from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from torch.utils._python_dispatch import TorchDispatchMode
from typing_extensions import override

from engine.budget import Deadline
from engine.errors import ModelError
from engine.finetune.base import Part, View
from engine.learners.base import Job, Learner
from engine.modalities.text.learners.scratch import Scratch, ShallowNet
from engine.modalities.text.members.shallow import ShallowMember
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.tokens import tokens_of
from tests.engine.learners import contract
from tests.engine.modalities.text.texts import class_job, foreign_job, number_job, several_job

SETTINGS: dict[str, Any] = {"epochs": 1, "batch": 8}
JOBS = {"classes": class_job, "several": several_job, "numbers": number_job}


def learner(job: Job, **changed: Any) -> Scratch:
    return Scratch(job, SETTINGS | changed)


@pytest.fixture(scope="module")
def trained() -> Learner:
    return contract.run_to_the_end(learner(class_job(each=4), folds=2))


@pytest.mark.parametrize("kind", JOBS)
def test_it_answers_every_kind_well_formed(kind: str) -> None:
    contract.predictions_are_well_formed(lambda: learner(JOBS[kind](each=4)))


def test_slices_and_restarts_change_nothing(trained: Learner, tmp_path: Path) -> None:
    job = trained.job
    contract.tiny_slices_equal_one_long_one(lambda: learner(job))
    contract.restored_midway_goes_on_to_the_same_end(lambda: learner(job), tmp_path / "a")
    contract.restored_when_done_is_done(lambda: learner(job), tmp_path / "b")
    contract.an_interrupted_slice_ends_soon(lambda: learner(job))


def test_it_tells_topics_apart_in_any_language() -> None:
    job = foreign_job()
    one = contract.run_to_the_end(learner(job, epochs=8, folds=2))
    checked = job.folds < 2
    assert (one.validation()[checked].argmax(axis=1) == job.labels[checked]).mean() > 0.9


def test_where_the_language_is_known_it_leaves_the_texts_to_others() -> None:
    assert learner(class_job(), foreign=True).advance(Deadline(contract.LONG)).done
    assert not learner(foreign_job(), foreign=True).advance(Deadline(0.0)).done


def test_a_saved_member_answers_the_same(trained: Learner, tmp_path: Path) -> None:
    member, rows = trained.member(), trained.job.samples
    loaded = ShallowMember.load(tmp_path, member.save(tmp_path), trained.job.task)
    np.testing.assert_allclose(loaded.predict(rows), member.predict(rows), atol=1e-6)


def prepared(job: Job) -> ShallowNet:
    net = ShallowNet(job)
    while not net.prepare():
        pass
    return net


def test_the_member_sees_what_the_network_sees() -> None:
    job = class_job(each=4)
    texts = TextSamples.from_texts(["", "goal", "match team of the day", "unheard words here", "goal " * 3000])
    net = prepared(replace(job, samples=texts, labels=job.labels[:5], folds=job.folds[:5]))
    net.body.eval()
    with torch.inference_mode():
        seen = net.body(*net.inputs(np.arange(5), View())).numpy()
    part = Part(net.body.state_dict(), torch.eye(net.length)[:3], torch.zeros(3))
    member = net.to_member([part])
    scores = np.log(member.predict(texts))
    expected = seen[:, :3].astype(np.float64)
    np.testing.assert_allclose(scores - scores[:, :1], expected - expected[:, :1], atol=1e-5)


def test_of_long_texts_it_learns_from_windows_and_hides_words() -> None:
    job = class_job(each=4)
    net = prepared(replace(job, samples=TextSamples.from_texts(["goal " * 600] * 12)))
    row, lengths = net.inputs(np.array([0, 1]), View(train=True, random=np.random.default_rng(0)))
    assert lengths.tolist() == [256, 256]
    assert 10 < int((row == 1).sum()) < 100
    assert net.lighter()
    assert net.inputs(np.array([0]), View(train=True))[1].tolist() == [128]
    assert net.inputs(np.array([0]), View())[1].tolist() == [600]


def test_a_damaged_member_is_refused(trained: Learner, tmp_path: Path) -> None:
    settings = trained.member().save(tmp_path)
    file = tmp_path / "networks.safetensors"
    arrays = load_file(file)
    flat = arrays["0:words"].ravel()
    for change in ({"0:words": arrays["0:words"][:-1]}, {"0:words": flat}, {"1:kernel3": arrays["1:kernel2"]}):
        save_file(arrays | change, file)
        with pytest.raises(ModelError, match="damaged"):
            ShallowMember.load(tmp_path, settings, trained.job.task)
    save_file(arrays, file)
    for networks in (0, -1, 3, float("inf"), 10**15):
        with pytest.raises(ModelError, match="damaged"):
            ShallowMember.load(tmp_path, {**settings, "networks": networks}, trained.job.task)
    shutil.copy(__file__, file)
    with pytest.raises(ModelError, match="damaged"):
        ShallowMember.load(tmp_path, settings, trained.job.task)


def test_answers_need_no_library_of_networks() -> None:
    code = "import engine.modalities.text.members.shallow, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_words_are_found_with_looks_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def watched(text: str) -> list[str]:
        seen.append(text)
        return tokens_of(text)

    monkeypatch.setattr("engine.modalities.text.tokens.tokens_of", watched)
    monkeypatch.setattr("engine.modalities.text.learners.scratch._LETTERS_A_STEP", 50)
    job, steps = class_job(), []
    one = learner(job)
    while len(seen) < len(job.labels):
        before = len(seen)
        one.advance(Deadline(0.0))
        steps.append(len(seen) - before)
    assert max(steps) <= 3
    assert seen == [text for (text,) in cast(TextSamples, job.samples).texts()]


def test_words_found_bit_by_bit_are_those_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    job = foreign_job()
    whole = prepared(job)
    monkeypatch.setattr("engine.modalities.text.learners.scratch._ROWS_A_STEP", 7)
    monkeypatch.setattr("engine.modalities.text.learners.scratch._LETTERS_A_STEP", 20)
    bit_by_bit = prepared(job)
    np.testing.assert_array_equal(bit_by_bit.keys, whole.keys)
    expected, _ = whole.inputs(np.arange(60), View())
    torch.testing.assert_close(bit_by_bit.inputs(np.arange(60), View())[0], expected)


def test_after_a_restart_the_words_are_the_same_without_a_look_at_the_texts(
    trained: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained.save(tmp_path)
    again = learner(trained.job, folds=2)
    again.restore(tmp_path)
    monkeypatch.setattr("engine.modalities.text.learners.scratch.Tokens", None)
    member, before = again.member(), trained.member()
    assert isinstance(member, ShallowMember)
    assert isinstance(before, ShallowMember)
    np.testing.assert_array_equal(member.keys, before.keys)


def test_checkpoints_of_earlier_versions_without_words_are_opened(trained: Learner, tmp_path: Path) -> None:
    trained.save(tmp_path)
    state = json.loads((tmp_path / "state.json").read_text(encoding="utf-8"))
    (tmp_path / "state.json").write_text(json.dumps(state | {"choices": {}}), encoding="utf-8")
    again = learner(trained.job, folds=2)
    again.restore(tmp_path)
    rows = trained.job.samples
    np.testing.assert_allclose(again.member().predict(rows), trained.member().predict(rows), atol=1e-6)


def test_the_strongest_answers_are_those_of_each_text() -> None:
    net = prepared(class_job())
    row, lengths = net.inputs(np.arange(9), View())
    each = [net.inputs(np.array([place]), View()) for place in range(9)]
    net.body.eval()
    with torch.inference_mode():
        alone = torch.cat([net.body(*inputs) for inputs in each])
        torch.testing.assert_close(net.body(row, lengths), alone)


class Calls(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Remembers what PyTorch is asked to compute."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names: set[str] = set()

    @override
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.add(func.overloadpacket.__name__)
        return func(*args, **(kwargs or {}))


def test_it_asks_for_nothing_that_graphics_cards_of_apple_cannot_compute() -> None:
    net = prepared(class_job())
    with Calls() as calls:
        net.body(*net.inputs(np.arange(9), View(train=True))).sum().backward()
    assert not any("segment_reduce" in name for name in calls.names)
