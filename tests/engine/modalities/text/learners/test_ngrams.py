from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.budget import Deadline
from engine.ensemble.leaderboard import Entrant, widely_checked
from engine.errors import DataError, ModelError
from engine.learners.base import Job
from engine.modalities import portfolio
from engine.modalities.text.learners import ngrams
from engine.modalities.text.learners.ngrams import Ngrams, _Problem
from engine.modalities.text.left_out import LeftOut
from engine.modalities.text.members.ngrams import NgramsMember
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.solver import Descent, Fit
from tests.engine.learners import contract
from tests.engine.modalities.text.texts import class_job, number_job, several_job

PLAIN: dict[str, Any] = {"first": 24, "words": 2, "penalties": [0.3, 0.1]}
FULL: dict[str, Any] = {"words": 2, "pieces": [3, 5], "bayes": True, "penalties": [0.3, 0.1]}
JOBS = {"classes": class_job, "several": several_job, "numbers": number_job}


@pytest.mark.parametrize("settings", [PLAIN, FULL])
@pytest.mark.parametrize("kind", JOBS)
def test_it_keeps_the_contract_for_every_kind_of_answer(kind: str, settings: dict[str, Any], tmp_path: Path) -> None:
    job = JOBS[kind]()

    def make() -> Ngrams:
        return Ngrams(job, settings)

    contract.predictions_are_well_formed(make)
    contract.tiny_slices_equal_one_long_one(make)
    contract.an_interrupted_slice_ends_soon(make)
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a")
    contract.restored_when_done_is_done(make, tmp_path / "b")
    contract.a_saved_member_answers_the_same(make, tmp_path / "m")


@pytest.mark.parametrize("settings", [PLAIN, FULL])
def test_it_tells_topics_apart(settings: dict[str, Any]) -> None:
    for job in (class_job(), class_job(classes=2)):
        validation = contract.run_to_the_end(Ngrams(job, settings)).validation()
        assert (validation.argmax(axis=1) == job.labels).mean() > 0.9


@pytest.mark.parametrize("settings", [PLAIN, FULL])
def test_of_many_classes_of_two_texts_each_is_known_by_a_word_that_was_learned_once(settings: dict[str, Any]) -> None:
    classes = [f"class {number}" for number in range(30)]
    texts = [f"the {chr(0x4E00 + number)} was {found} again" for number in range(30) for found in ("lost", "found")]
    task = replace(class_job().task, classes=tuple(classes))
    rows = np.arange(60)
    job = Job(task, TextSamples.from_texts(texts), (rows // 2).astype(np.float64), rows % 4)
    validation = contract.run_to_the_end(Ngrams(job, settings)).validation()
    assert (validation.argmax(axis=1) == job.labels).mean() > 0.9


def test_how_often_a_word_occurs_counts_only_where_it_is_told_to() -> None:
    job = class_job()
    often = TextSamples.from_texts(["goal bank", "goal bank bank bank"])
    for bayes in (False, True):
        member = contract.run_to_the_end(Ngrams(job, PLAIN | {"words": 1, "bayes": bayes})).member()
        once, thrice = member.predict(often)
        assert np.allclose(once, thrice) is bayes


def test_its_share_of_work_rises_with_every_look_at_the_clock() -> None:
    learner = Ngrams(class_job(), FULL | {"first": 24})
    shares = []
    while not (progress := learner.advance(Deadline(0.0))).done:
        shares.append(progress.share)
    assert shares == sorted(shares)
    assert len(set(shares)) > 5
    assert 0.0 <= shares[0] < 0.5 < shares[-1] <= 1.0


def test_a_run_out_of_memory_looks_for_fewer_models_at_once_and_finds_the_same() -> None:
    job = class_job()
    learner = Ngrams(replace(job, frugality=9), {"words": 1, "penalties": [0.3, 0.1]})
    np.testing.assert_allclose(
        contract.run_to_the_end(learner).validation(),
        contract.run_to_the_end(Ngrams(job, learner.settings)).validation(),
        atol=1e-3,
    )


def test_it_finds_several_topics_and_guesses_numbers() -> None:
    job = several_job()
    assert ((contract.run_to_the_end(Ngrams(job, PLAIN)).validation() > 0.5) == job.labels).mean() > 0.9
    job = number_job()
    validation = contract.run_to_the_end(Ngrams(job, PLAIN)).validation()[:, 0]
    assert np.mean((validation - job.labels) ** 2) < 0.3 * job.labels.var()


def test_the_first_candidate_comes_after_a_part_of_the_texts() -> None:
    learner = Ngrams(class_job(), PLAIN)
    progress = learner.advance(Deadline(contract.LONG))
    assert progress.improved
    assert np.isfinite(learner.validation()[:, 0]).sum() == 24


def test_of_long_texts_fewer_are_looked_at_first() -> None:
    words = [f"{'goal match team' if row % 2 else 'bank stock price'} " * 800 for row in range(400)]
    job = replace(
        class_job(classes=2), samples=TextSamples.from_texts(words), labels=np.arange(400, dtype=np.float64) % 2
    )
    learner = Ngrams(replace(job, folds=np.arange(400) // 2 % 3), {**PLAIN, "first": 190})
    learner.advance(Deadline(contract.LONG))
    looked_at = int(np.isfinite(learner.validation()[:, 0]).sum())
    assert looked_at == 100


def test_any_text_is_answered() -> None:
    job = class_job()
    member = contract.run_to_the_end(Ngrams(job, FULL)).member()
    strange = ["", "\ud800", "😀" * 50, "完全不同的语言", "\x00", "goal " * 200_000]
    answers = member.predict(TextSamples.from_texts(strange))
    np.testing.assert_allclose(answers.sum(axis=1), 1.0)
    assert answers[-1].argmax() == 0


def test_texts_without_words_are_reported_in_a_sentence() -> None:
    job = class_job()
    job = Job(job.task, TextSamples.from_texts([" "] * len(job.labels)), job.labels, job.folds)
    with pytest.raises(DataError, match="hold no words"):
        Ngrams(job, PLAIN).advance(Deadline(5.0))


def test_three_texts_none_of_them_checked_are_enough() -> None:
    job = class_job(each=1)
    job = Job(job.task, job.samples, job.labels, np.full(3, -1))
    learner = contract.run_to_the_end(Ngrams(job, PLAIN))
    assert np.isnan(learner.validation()).all()
    assert np.isfinite(learner.member().predict(job.samples)).all()


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    job = class_job()
    settings = contract.run_to_the_end(Ngrams(job, PLAIN)).member().save(tmp_path)
    (tmp_path / "ngrams.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="damaged"):
        NgramsMember.load(tmp_path, settings, job.task)


@pytest.mark.parametrize(
    "change", [{"high": 10**9}, {"low": 0}, {"low": 2, "high": 1}, {"low": 1.5}, {"high": "2"}, {"joined": []}]
)
def test_a_member_of_ngrams_that_cannot_be_counted_is_refused(change: dict[str, Any], tmp_path: Path) -> None:
    job = class_job()
    settings = contract.run_to_the_end(Ngrams(job, PLAIN)).member().save(tmp_path)
    (family,) = settings["families"]
    with pytest.raises(ModelError, match="damaged"):
        NgramsMember.load(tmp_path, {"families": [family | change]}, job.task)


def test_a_member_that_looks_at_nothing_is_refused(tmp_path: Path) -> None:
    nothing = {"weight": np.zeros((0, 3), dtype=np.float32), "bias": np.zeros(3, dtype=np.float32)}
    save_file(nothing, tmp_path / "ngrams.safetensors")
    with pytest.raises(ModelError, match="damaged"):
        NgramsMember.load(tmp_path, {"families": []}, class_job().task)


def test_it_needs_no_heavy_library() -> None:
    code = "import engine.modalities.text.learners.ngrams, sys; sys.exit(bool({'torch', 'sklearn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def learn_from_half(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """See that there is time to learn from half of the job's texts, and to count few at once."""
    assert isinstance(job.samples, TextSamples)
    letters = sum(len(text) for (text,) in job.samples.texts())
    changed = {"_FEWEST_FIRST": 10, "_ROWS_A_STEP": 5, "_MOST_CHARACTERS": letters // 2, "_AT_LEISURE": 1}
    for name, value in changed.items():
        monkeypatch.setattr(f"engine.modalities.text.learners.ngrams.{name}", value)
    monkeypatch.setattr("engine.modalities.text.left_out._LETTERS_A_BLOCK", 100)


@pytest.mark.parametrize("frugality", [0, 1])
def test_of_very_many_texts_the_first_of_every_class_are_learned_from_and_all_answered(
    frugality: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = replace(class_job(), frugality=frugality)
    learn_from_half(job, monkeypatch)
    learner = Ngrams(job, FULL)
    contract.until_improved(learner)
    known = np.isfinite(learner.validation()).all(axis=1)
    assert 0.3 < known.mean() * 4**frugality < 0.7
    assert len(np.unique(job.labels[known])) == job.task.outputs
    answers = contract.run_to_the_end(learner).validation()
    assert np.isfinite(answers).all()
    assert (answers[~known].argmax(axis=1) == job.labels[~known]).mean() > 0.7
    everywhere = Entrant("sentences", np.full_like(answers, 1 / 3))
    assert len(widely_checked([Entrant("words", answers), everywhere])) == 2


def test_answering_what_was_not_learned_from_goes_on_after_a_restart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for job in (class_job(), number_job()):
        learn_from_half(job, monkeypatch)

        def make(job: Job = job) -> Ngrams:
            return Ngrams(job, PLAIN | {"first": 0})

        contract.predictions_are_well_formed(make)
        contract.tiny_slices_equal_one_long_one(make)
        contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / job.task.kind.value)


@pytest.mark.parametrize("settings", [PLAIN | {"first": 0}, FULL])
def test_for_all_that_was_not_learned_from_the_weights_are_made_once(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, made, asked = class_job(), list[None](), list[None]()
    learn_from_half(job, monkeypatch)
    weights, blocks = _Problem.weights, LeftOut.blocks

    def making(problem: _Problem, models: Any) -> Any:
        made.append(None)
        return weights(problem, models)

    def asking(left_out: LeftOut) -> Any:
        for block in blocks(left_out):
            asked.append(None)
            yield block

    monkeypatch.setattr(_Problem, "weights", making)
    monkeypatch.setattr(LeftOut, "blocks", asking)
    contract.run_to_the_end(Ngrams(job, settings))
    assert len(made) == 2 * len(settings["penalties"])  # for what was learned from, and for the rest
    assert len(asked) > 2 * len(made)


def test_where_much_time_is_left_more_texts_are_learned_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    job = class_job()
    learn_from_half(job, monkeypatch)
    monkeypatch.setattr("engine.modalities.text.learners.ngrams._AT_LEISURE", 2)
    learned = {}
    for left in (60.0, 3600.0):
        learner = Ngrams(job, PLAIN | {"first": 0})
        learner.advance(Deadline(0.0, left=left))
        while not learner.advance(Deadline(contract.LONG, left=60.0)).improved:
            pass
        learned[left] = int(np.isfinite(learner.validation()[:, 0]).sum())
        learner.save(tmp_path)
        restored = Ngrams(job, PLAIN | {"first": 0})
        restored.restore(tmp_path)
        contract.run_to_the_end_after_restore(restored)
        np.testing.assert_allclose(restored.validation(), contract.run_to_the_end(learner).validation(), atol=1e-5)
    assert learned[60.0] < 0.7 * len(job.labels)
    assert learned[3600.0] == len(job.labels)


PENALTIES: dict[str, Any] = {"words": 1, "penalties": [0.3, 0.1, 0.03, 0.01]}


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The penalties that models are looked for with, in that order."""
    noted: list[float] = []

    def descent(fit: Fit, penalty: float, models: Any) -> Descent:
        noted.append(penalty)
        return Descent(fit, penalty, models)

    monkeypatch.setattr(ngrams, "Descent", descent)
    return noted


def test_no_penalty_is_solved_again_after_restarts(solved: list[float], tmp_path: Path) -> None:
    for kind, job in JOBS.items():
        solved.clear()
        whole = contract.run_to_the_end(Ngrams(job(), PENALTIES))
        without, learner = list(solved), Ngrams(job(), PENALTIES)
        assert len(without) > 2
        solved.clear()
        while not learner.advance(Deadline(contract.LONG)).done:
            place = tmp_path / f"{kind}-{len(solved)}"
            place.mkdir()
            learner.save(place)
            learner = Ngrams(job(), PENALTIES)
            learner.restore(place)
        assert solved == without
        np.testing.assert_array_equal(learner.validation(), whole.validation())


def test_its_share_of_work_goes_on_after_a_restart(tmp_path: Path) -> None:
    learner, again = Ngrams(class_job(), PENALTIES), Ngrams(class_job(), PENALTIES)
    contract.until_improved(learner)
    share = contract.until_improved(learner).share
    learner.save(tmp_path)
    again.restore(tmp_path)
    shares = []
    while not (progress := again.advance(Deadline(0.0))).done:
        shares.append(progress.share)
    assert shares == sorted(shares)
    assert shares[-1] > share


def test_after_a_restart_it_is_not_at_its_end_before_the_stronger_penalties(
    solved: list[float], tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"words": 1, "penalties": [1e-3, 1e-5, 1e-6, 1e-7], "stronger": [1e-2, 1e-1, 1.0]}
    job = class_job()
    noise = replace(job, labels=np.random.default_rng(0).permutation(job.labels))  # weaker penalties do not pay
    learner, again = Ngrams(noise, settings), Ngrams(noise, settings)
    while learner._stage <= len(settings["penalties"]):
        learner.advance(Deadline(0.0))
    before = len(solved)
    learner.save(tmp_path)
    again.restore(tmp_path)
    shares = []
    while not (progress := again.advance(Deadline(0.0))).done:
        shares.append(progress.share or 0.0)
    assert len(solved) > before and solved[before] == 1e-2
    assert shares == sorted(shares)
    assert shares[len(shares) // 2] < 0.9


@pytest.mark.parametrize("reason", ["too large", "older", "less memory"])
def test_where_models_are_not_kept_penalties_are_solved_again(
    reason: str, solved: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason == "too large":
        monkeypatch.setattr(ngrams, "_MOST_KEPT", 100)
    learner, job = Ngrams(class_job(), PENALTIES), class_job()
    contract.until_improved(learner)
    contract.until_improved(learner)
    learner.save(tmp_path)
    assert (tmp_path / "models.npz").exists() == (reason != "too large")
    if reason == "older":
        state = tmp_path / "state.json"
        state.write_text(state.read_text().replace(', "frugality": 0', ""))
        (tmp_path / "models.npz").unlink()
    again = Ngrams(replace(job, frugality=1) if reason == "less memory" else job, PENALTIES)
    again.restore(tmp_path)
    contract.run_to_the_end(learner)
    solved.clear()
    contract.run_to_the_end_after_restore(again)
    assert solved[:3] == [0.3, 0.1, 0.03]
    np.testing.assert_allclose(again.validation(), learner.validation(), atol=1e-5)


def test_models_are_kept_only_while_a_penalty_starts_from_them(tmp_path: Path) -> None:
    learner = contract.run_to_the_end(Ngrams(class_job(), PENALTIES))
    learner.save(tmp_path)
    assert not (tmp_path / "models.npz").exists()


def test_what_an_earlier_version_left_is_gone_on_from(tmp_path: Path) -> None:
    first, second = Ngrams(class_job(), PLAIN), Ngrams(class_job(), PLAIN)
    contract.until_improved(first)
    first.save(tmp_path)
    state = tmp_path / "state.json"
    state.write_text(state.read_text().replace(', "letters": null', ""))
    second.restore(tmp_path)
    contract.run_to_the_end(first)
    contract.run_to_the_end_after_restore(second)
    np.testing.assert_allclose(second.validation(), first.validation(), atol=1e-5)


def test_of_very_many_texts_all_of_the_holdout_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    job = class_job()
    job = replace(job, folds=np.where(job.folds == 0, 0, -1))
    learn_from_half(job, monkeypatch)
    answers = contract.run_to_the_end(Ngrams(job, FULL)).validation()
    np.testing.assert_array_equal(np.isfinite(answers[:, 0]), job.folds == 0)


def test_a_copy_that_was_learned_gives_away_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = np.random.default_rng(0).integers(0, 2, 30)
    job = class_job(classes=2)
    texts = TextSamples.from_texts([f"w{place} x{place} y{place}" for place in range(30)] * 5)
    job = replace(job, samples=texts, labels=np.tile(chosen, 5).astype(np.float64), folds=np.arange(150) % 30 % 4)
    learn_from_half(job, monkeypatch)
    answers = contract.run_to_the_end(Ngrams(job, PLAIN | {"first": 0})).validation()
    assert (answers.argmax(axis=1) == job.labels).mean() < 0.7


@pytest.mark.parametrize("bayes", [False, True])
def test_a_held_out_text_shares_no_more_words_with_the_learned_than_a_new_one(bayes: bool) -> None:
    random = np.random.default_rng(0)
    pairs, singles = random.integers(0, 2, 100), random.integers(0, 2, 100)
    words = [*(f"pair{place}" for place in range(100)), *(f"pair{place}" for place in range(100))]
    alone = [f"single{place}" for place in range(100)]
    job = class_job(classes=2)
    job = replace(
        job,
        samples=TextSamples.from_texts([f"the {word}" for word in words + alone]),
        labels=np.concatenate([pairs, pairs, singles]).astype(np.float64),
        folds=np.repeat(np.arange(3), 100),
    )
    learner = contract.run_to_the_end(Ngrams(job, {"words": 1, "bayes": bayes, "penalties": [0.3, 0.1]}))
    held_out = learner.validation()[:200].argmax(axis=1) == job.labels[:200]
    new = learner.member().predict(TextSamples.from_texts([f"a {word}" for word in alone])).argmax(axis=1) == singles
    assert abs(held_out.mean() - new.mean()) < 0.15


def noisy_job() -> Job:
    """Return texts and numbers of which one word tells a tenth, and nothing the rest."""
    random = np.random.default_rng(0)
    there = random.integers(0, 2, 600)
    words = [f"w{place}" for place in range(300)]
    texts = [" ".join([*random.choice(words, 8), *["dear"] * int(once)]) for once in there]
    numbers = 100 + 10 * (np.sqrt(0.1) * (2 * there - 1) + np.sqrt(0.9) * random.normal(size=600))
    return replace(number_job(), samples=TextSamples.from_texts(texts), labels=numbers, folds=np.arange(600) % 5)


@pytest.mark.parametrize("entry", ["Words", "Runs of words"])
def test_where_texts_say_little_of_a_number_it_is_no_worse_than_the_mean(entry: str, tmp_path: Path) -> None:
    job = noisy_job()
    settings = next(one for one in portfolio(job.task, 600, "cpu") if one.name == entry).settings

    def make() -> Ngrams:
        return Ngrams(job, settings)

    answers = contract.run_to_the_end(make()).validation()[:, 0]
    assert np.mean((answers - job.labels) ** 2) < job.labels.var()
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a")
    contract.restored_when_done_is_done(make, tmp_path / "b")
