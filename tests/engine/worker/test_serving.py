"""What is served gets better, survives the worker, and is scored on the untouched part only at the end."""

from __future__ import annotations

import errno
import os
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.arrays import FloatArray
from engine.curve import Point
from engine.dataset import Split
from engine.ensemble.leaderboard import Entrant, Lineup, line_up
from engine.learners.constant import ConstantMember
from engine.metrics import OF_KIND
from engine.model.folder import read_manifest
from engine.results.verdicts import read_verdicts
from engine.run.folder import RunFolder
from engine.task import Task
from engine.worker import serving
from engine.worker.checkpoint import Candidate, Checkpoint, _Answers
from engine.worker.desk import Errand
from engine.worker.first import serve_constant
from engine.worker.loop import JUDGINGS
from engine.worker.pace import Pace
from engine.worker.result import final_result
from engine.worker.serving import Server, tidy
from tests.engine.flowers import flower_run


def guess(labels: FloatArray, right: float, seed: int = 0) -> FloatArray:
    """Probabilities that are right with a chance of ``right``."""
    rng = np.random.default_rng(seed)
    rose = np.where(rng.random(len(labels)) < right, labels, 1 - labels) * 0.8 + 0.1
    return np.stack([1 - rose, rose], axis=1)


def offer(
    run: RunFolder, server: Server, name: str, right: float, single_s: float = 0.001, size: int = 0, seed: int = 0
) -> Candidate:
    """Leave a candidate that is right so often; a constant member stands in for it, since predictions decide."""
    checkpoint = Checkpoint(run.checkpoints_path, name)
    version = checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), guess(server.labels, right, seed))
    checkpoint.mark.kind = name
    checkpoint.save_pace(Pace(single_s, single_s / 2, size=10**9))
    found = checkpoint.candidate()
    assert found is not None
    assert found.version == version
    return replace(found, size=size or found.size)


def answer(run: RunFolder, server: Server, name: str, right: float, predict: int = 0) -> None:
    """Let the newest candidate of a learner answer the parts that nobody learns from."""
    test = run.dataset().part(Split.TEST).labels(run.task)
    checkpoint = Checkpoint(run.checkpoints_path, name)
    checkpoint.save_answers(
        checkpoint.mark.version, {"test": guess(test, right), "predict": np.full((predict, 2), 0.5)}
    )
    server.carried_out(name)


def add(run: RunFolder, server: Server, name: str, right: float, single_s: float = 0.001, predict: int = 0) -> bool:
    """Offer a candidate and do what the server asks for; return whether something new is served."""
    server.weigh(offer(run, server, name, right, single_s))
    while (errand := server.errand()) is not None:
        assert errand.job == "answer"  # its pace is known
        answer(run, server, errand.learner, right, predict)
        if server.serve_if_ready():
            return True
    return server.serve_if_ready()


@pytest.fixture
def served(tmp_path: Path) -> tuple[RunFolder, Server]:
    run = flower_run(tmp_path / "run", size=400)
    server = Server(run, clock=iter(np.arange(1.0, 99.0)).__next__)
    serve_constant(server)
    return run, server


def test_a_model_is_there_from_the_start(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    assert read_manifest(run.model_path).members[0].kind == "constant"
    assert server.served is not None
    assert server.served.lineup.leader == "constant"
    assert not run.small_path.exists()


def test_nothing_that_serving_needs_is_an_input_of_a_sample(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", size=400, predict=True)
    server = Server(run, clock=iter(np.arange(1.0, 99.0)).__next__)
    before = server.sizes, server.ids_to_predict
    server.forget_inputs()
    assert (server.sizes, server.ids_to_predict) == before
    frames = [part.frame for part in (server.train, server._test, server._to_predict) if part is not None]
    assert len(frames) == 3
    assert {name for frame in frames for name in frame.columns} == {"id", "label", "fold"}
    serve_constant(server)
    assert add(run, server, "good", 0.9, predict=30)
    assert server.test_scores() is not None


def test_only_what_is_better_than_the_noise_is_served(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    assert add(run, server, "good", 0.9)
    before = (run.model_path / "model.json").read_bytes()
    assert not add(run, server, "poor", 0.6)
    assert server.own_score("poor") < 0.5
    assert server.own_interval("poor").low < server.own_score("poor")
    assert (run.model_path / "model.json").read_bytes() == before


def test_who_is_not_to_be_served_is_not_asked_about_other_samples(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    assert server.weigh(offer(run, server, "good", 0.9))
    assert server.errand() == Errand("answer", "good")
    assert not server.serve_if_ready()  # not before it has answered
    answer(run, server, "good", 0.9)
    assert server.serve_if_ready()
    assert not server.weigh(offer(run, server, "poor", 0.6))
    assert server.errand() is None
    poor = Checkpoint(run.checkpoints_path, "poor").candidate()
    assert poor is not None
    assert poor.answers is None


def test_what_is_served_is_measured_afterwards(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    checkpoint = Checkpoint(run.checkpoints_path, "good")
    checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), guess(server.labels, 0.9))
    checkpoint.mark.kind = "good"
    checkpoint.save_answers(1, {"test": guess(server.labels[:80], 0.9), "predict": np.zeros((0, 2))})
    found = checkpoint.candidate()
    assert found is not None
    server.weigh(replace(found, record=replace(found.record, kind="good")))
    assert server.serve_if_ready()  # without waiting for its pace
    assert read_manifest(run.model_path).info["ms_per_sample"] is None
    assert server.errand() == Errand("measure", "good")
    assert server.waiting  # the run does not end before
    checkpoint.save_pace(Pace(0.004, 0.002, size=10**9))
    server.carried_out("good")
    assert server.errand() is None
    assert not server.waiting
    assert read_manifest(run.model_path).info["ms_per_sample"] == {"single": 4.0, "batch": 2.0}
    again = Server(run, clock=lambda: 50.0)
    again.recall()
    assert again.served is not None
    assert again.served.facts["ms_per_sample"] == {"single": 4.0, "batch": 2.0}
    assert again.served.cost_s == pytest.approx(0.004)


def test_who_cannot_be_asked_is_done_without(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "fair", 0.8)
    server.weigh(offer(run, server, "good", 0.95))
    assert server.errand() is not None
    server.withdraw("good")
    assert server.errand() is None
    assert not server.serve_if_ready()
    assert server.served is not None
    assert set(server.served.lineup.weights) == {"fair"}


def test_what_is_held_is_served_before_what_is_learned_meanwhile(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    server.weigh(offer(run, server, "fair", 0.8))
    assert set(server.hold()) == set(server.asked) == {"fair"}
    assert not server.weigh(offer(run, server, "good", 0.99))
    assert server.asked == ["fair"]
    answer(run, server, "fair", 0.8)
    assert server.serve_if_ready()
    assert set(server.members) == {"fair"}
    assert server.asked == ["good"]  # it is better, and comes next
    answer(run, server, "good", 0.99)
    assert server.serve_if_ready()
    assert not server.serve_if_ready()
    assert "good" in server.members


def test_what_is_served_is_measured_though_something_better_is_held(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    checkpoint = Checkpoint(run.checkpoints_path, "fair")
    checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), guess(server.labels, 0.8))
    checkpoint.save_answers(1, {"test": guess(server.labels[:80], 0.8), "predict": np.zeros((0, 2))})
    found = checkpoint.candidate()
    assert found is not None
    server.weigh(replace(found, record=replace(found.record, kind="fair")))
    assert server.serve_if_ready()
    assert server.weigh(offer(run, server, "good", 0.99))
    assert server.errand() == Errand("answer", "good")  # which takes but a moment as a rule
    server.hold()
    assert server.errand() == Errand("measure", "fair")
    checkpoint.save_pace(Pace(0.004, 0.002, size=10**9))
    server.carried_out("fair")
    assert server.errand() == Errand("answer", "good")


def test_others_are_served_while_one_that_would_answer_too_late_is_set_aside(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "fair", 0.8)
    server.weigh(offer(run, server, "best", 0.99))
    server.hold()
    server.set_aside("best")
    assert server.errand() is None  # though as the small model, too, it has not answered
    assert not server.weigh(offer(run, server, "best", 0.98))  # nor does it come in with what it offers next
    assert add(run, server, "good", 0.9)
    assert "best" not in server.members
    assert any("Something better was learned" in sentence for sentence in server.left_unanswered())


def test_of_a_run_that_had_time_for_all_answers_nothing_is_said(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "good", 0.9)
    assert server.left_unanswered() == []


@pytest.fixture
def asked(tmp_path: Path) -> tuple[RunFolder, Server]:
    """A run with samples to predict."""
    run = flower_run(tmp_path / "run", size=400, predict=True)
    server = Server(run, clock=iter(np.arange(1.0, 99.0)).__next__)
    serve_constant(server)
    return run, server


def test_what_was_learned_is_served_in_the_end_however_little_it_was_asked(asked: tuple[RunFolder, Server]) -> None:
    run, server = asked
    server.weigh(offer(run, server, "good", 0.9))
    assert server.serve_unanswered()
    assert not server.serve_unanswered()
    assert set(server.members) == {"good"}
    assert read_manifest(run.model_path).members[0].name == "good"
    result = final_result(run, server, [Point(1.0, 0.0, "constant"), Point(2.0, 0.8, "good")], [], "budget")
    assert result["score"]["validation"] > 0.5
    assert (result["score"]["test"], result["scores"]["test"], result["alc"]["test"]) == (None, None, None)
    verdicts = read_verdicts(run.model_path, run.task)
    assert verdicts is not None
    assert verdicts.part == "validation"
    assert [path.stem for path in run.predictions_path.iterdir()] == ["1000"]  # the plain guess's
    untested, unpredicted = server.left_unanswered()
    assert "test part" in untested
    assert unpredicted.endswith("autodidact predict RUN DATA2 --out predictions.csv")


def test_where_nobody_answered_in_time_the_best_is_served_though_another_was_held(
    served: tuple[RunFolder, Server],
) -> None:
    run, server = served
    server.weigh(offer(run, server, "fair", 0.8))
    server.hold()
    server.weigh(offer(run, server, "best", 0.99))
    assert server.asked == ["fair"]
    assert server.serve_unanswered()
    assert server.leader == "best"


def test_without_time_to_predict_the_test_part_is_waited_for_alone_in_later_sittings_too(
    asked: tuple[RunFolder, Server],
) -> None:
    run, server = asked
    server.weigh(offer(run, server, "good", 0.8))
    assert server.errand() == Errand("answer", "good")
    assert server.predicts
    server.stop_predicting()
    assert server.errand() == Errand("answer_test", "good")
    checkpoint = Checkpoint(run.checkpoints_path, "good")
    test = guess(run.dataset().part(Split.TEST).labels(run.task), 0.8)
    checkpoint.save_answers(checkpoint.mark.version, {"test": test, "predict": np.full((30, 2), np.nan)})
    server.carried_out("good")
    assert server.serve_if_ready()
    assert [path.stem for path in run.predictions_path.iterdir()] == ["1000"]
    assert server.test_scores() is not None
    assert len(server.left_unanswered()) == 1
    again = Server(run, clock=lambda: 50.0)
    again.recall()
    assert not again.predicts
    again.weigh(offer(run, again, "better", 0.97))
    assert again.errand() == Errand("answer_test", "better")


def test_who_is_held_and_cannot_be_asked_holds_nobody_up(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    server.weigh(offer(run, server, "fair", 0.8))
    server.hold()
    server.weigh(offer(run, server, "good", 0.99))
    server.withdraw("fair")
    assert server.asked == ["good"]


def test_where_nobody_is_left_to_be_asked_nothing_is_waited_for(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", size=400)
    server = Server(run, clock=lambda: 1.0)
    server.weigh(offer(run, server, "good", 0.9))
    server.withdraw("good")
    assert server.errand() is None
    assert not server.waiting


def test_who_could_not_be_asked_is_done_without_in_later_sittings_too(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "fair", 0.8)
    server.weigh(offer(run, server, "good", 0.95))
    assert server.withdraw("good") == 1
    again = Server(run, clock=lambda: 50.0)
    again.withdrawn = {"good": 1}
    again.recall()
    assert again.errand() is None
    assert again.weigh(offer(run, again, "good", 0.95))  # what it offers next may be better


def test_who_was_checked_on_nothing_is_left_where_it_is(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "fair", 0.8)
    checkpoint = Checkpoint(run.checkpoints_path, "mumbling")
    checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), np.full((len(server.labels), 2), np.nan))
    candidate = checkpoint.candidate()
    assert candidate is not None

    assert not server.weigh(candidate)
    assert not server.knows(candidate)
    assert server.errand() is None
    again = Server(run, clock=lambda: 50.0)
    again.recall()
    assert set(again.members) == {"fair"}
    assert not again.knows(candidate)


def test_who_cannot_be_measured_after_all_is_served_on(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    for seed, (name, right) in enumerate((("fair", 0.85), ("good", 0.87))):
        candidate = offer(run, server, name, right, seed=seed)
        checkpoint = Checkpoint(run.checkpoints_path, name)
        checkpoint.mark.pace = None
        checkpoint._commit()
        server.weigh(replace(candidate, pace=None))
        while (errand := server.errand()) is not None and errand.job == "answer":
            answer(run, server, errand.learner, right)
            server.serve_if_ready()
    assert len(server.members) == 2
    server.withdraw("good")
    Checkpoint(run.checkpoints_path, "fair").save_pace(Pace(0.001, 0.001))
    server.carried_out("fair")

    assert server.served is not None
    assert server.served.facts["ms_per_sample"] is None
    assert len(server.members) == 2


def test_very_many_answers_are_scored_in_part_but_for_the_last(
    served: tuple[RunFolder, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, server = served
    curve = []
    for name, right in (("fair", 0.8), ("good", 0.95)):
        add(run, server, name, right)
        assert server.served is not None
        curve.append(Point(server.served.moment, 0.0, name))
    whole = [point.score for point in server.test_curve(curve)]
    monkeypatch.setattr("engine.worker.serving._CURVE_CELLS", 60)
    enough = [point.score for point in server.test_curve(curve)]
    monkeypatch.setattr("engine.worker.serving._LEAST_ROWS", 15)
    part = [point.score for point in server.test_curve(curve)]

    assert len(whole) == 2
    assert enough == whole  # so few samples are scored however little time there is
    assert part[1] == whole[1]
    assert part[0] == pytest.approx(whole[0], abs=0.3)
    assert part[0] != whole[0]


def test_the_end_takes_no_longer_than_is_kept_for_it(
    served: tuple[RunFolder, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, server = served
    for name, right in (("fair", 0.8), ("good", 0.95)):
        add(run, server, name, right)
    assert server.served is not None
    curve = [Point(float(moment), 0.0, "good") for moment in range(100, 200)]
    for point in curve:
        np.save(server._test_point(point.active_s), server.served.test)
    spent: list[int] = []  # on a clock that goes on by the cells looked at

    def timed(name: str, looks: int) -> None:
        function = getattr(serving, name)

        def counted(*asked: Any) -> Any:
            spent.append(looks * asked[-1].size)
            return function(*asked)

        monkeypatch.setattr(serving, name, counted)

    metrics = len(OF_KIND[run.task.kind])
    for name, looks in (("all_scores", metrics), ("intervals", 200 * metrics), ("bootstrap", 200), ("score", 1)):
        timed(name, looks)
    monkeypatch.setattr(serving, "_CURVE_CELLS", 1600)
    monkeypatch.setattr(serving, "_LEAST_ROWS", 1)
    server.standing()
    kept = JUDGINGS * sum(spent)
    spent.clear()
    scored = [point.active_s for point in server.test_curve(curve)]
    assert len(scored) == len(set(scored)) == 50
    assert (scored[0], scored[-1]) == (curve[0].active_s, curve[-1].active_s)
    assert sum(spent) <= 1600 + server.served.test.size
    spent.clear()
    result = final_result(run, server, curve, [], "budget")
    assert result["small"] is not None
    assert sum(spent) <= kept


def test_a_candidate_cut_off_before_it_was_served_is_served_later(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    server.weigh(offer(run, server, "good", 0.9))
    again = Server(run, clock=lambda: 50.0)
    again.recall()
    assert again.errand() == Errand("answer", "good")
    answer(run, again, "good", 0.9)
    assert again.serve_if_ready()
    assert set(again.members) == {"good"}
    assert again.leader == "good"


def test_a_candidate_cut_off_after_its_answers_is_served_at_once(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    server.weigh(offer(run, server, "good", 0.9))
    answer(run, server, "good", 0.9)
    again = Server(run, clock=lambda: 50.0)
    again.recall()
    assert again.serve_if_ready()
    assert set(again.members) == {"good"}


def tear(path: Path) -> None:
    """Leave a file as a power cut does that came before all of it was on disk."""
    path.write_bytes(path.read_bytes()[:70])


def test_a_candidate_that_cannot_be_read_is_done_without(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "fair", 0.8)
    offer(run, server, "torn", 0.9)
    offer(run, server, "empty", 0.9)
    tear(run.checkpoints_path / "torn" / "torn-0001.npy")
    (run.checkpoints_path / "empty" / "standing.json").write_bytes(b"")
    again = Server(run, clock=lambda: 50.0)
    told = again.recall()
    assert [sentence.split(":")[0] for sentence in told] == ["empty", "torn"]
    assert again.errand() is None
    assert set(again.members) == {"fair"}


@pytest.mark.parametrize("part", ["*.npz", "served.json"])
def test_where_nobody_knows_what_was_served_the_best_is_chosen_anew(
    served: tuple[RunFolder, Server], part: str
) -> None:
    run, server = served
    add(run, server, "good", 0.9)
    (path,) = (run.checkpoints_path / ".served").glob(part)
    tear(path)
    again = Server(run, clock=lambda: 50.0)
    (told,) = again.recall()
    assert "damaged" in told
    assert again.serve_if_ready()
    assert set(again.members) == {"good"}


def test_where_nothing_has_answered_either_the_plain_guess_is_served_meanwhile(
    served: tuple[RunFolder, Server],
) -> None:
    run, server = served
    add(run, server, "good", 0.9)
    tear(run.checkpoints_path / ".served" / "served.json")
    tear(run.checkpoints_path / "good" / "good-0001.npz")
    again = Server(run, clock=iter(np.arange(50.0, 99.0)).__next__)
    again.recall()
    assert not again.serve_if_ready()
    serve_constant(again)
    assert again.leader == "constant"
    assert again.errand() == Errand("answer", "good")
    answer(run, again, "good", 0.9)
    assert again.serve_if_ready()
    assert again.leader == "good"


def test_the_plain_guess_is_served_once_though_its_first_answers_were_lost(served: tuple[RunFolder, Server]) -> None:
    run, _ = served
    tear(run.checkpoints_path / ".served" / "served.json")
    tear(run.checkpoints_path / "constant" / "constant-0001.npz")
    again = Server(run, clock=iter(np.arange(50.0, 99.0)).__next__)
    again.recall()
    assert not again.serve_if_ready()
    serve_constant(again)
    assert not again.waiting
    assert not again.serve_if_ready()


def test_a_point_that_cannot_be_read_is_missing_from_the_curve(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    curve = []
    for name, right in (("fair", 0.8), ("good", 0.95)):
        add(run, server, name, right)
        assert server.served is not None
        curve.append(Point(server.served.moment, 0.0, name))
    tear(run.checkpoints_path / ".served" / f"test-{round(1000 * curve[0].active_s)}.npy")
    assert [point.learner for point in server.test_curve(curve)] == ["good"]


def test_another_sitting_weighs_all_candidates_together_once(
    served: tuple[RunFolder, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, server = served
    for seed, name in enumerate(("fair", "good", "poor")):
        server.weigh(offer(run, server, name, 0.8, seed=seed))
    weighed: list[list[str]] = []

    def counted(task: Task, labels: FloatArray, entrants: Sequence[Entrant], *others: Any) -> Lineup:
        weighed.append([entrant.name for entrant in entrants])
        return line_up(task, labels, entrants, *others)

    monkeypatch.setattr("engine.worker.serving.line_up", counted)
    again = Server(run, clock=lambda: 50.0)
    again.recall()
    assert again.errand() == server.errand()
    assert [names for names in weighed if len(names) > 1] == [["fair", "good", "poor"]]


def limited(tmp_path: Path, most_ms: float) -> tuple[RunFolder, Server]:
    run = flower_run(tmp_path / "run", size=400)
    run = replace(run, options=replace(run.options, max_latency_ms=most_ms))
    server = Server(run, clock=iter(np.arange(1.0, 99.0)).__next__)
    serve_constant(server)
    return run, server


def test_a_limit_leaves_slow_members_out(tmp_path: Path) -> None:
    run, server = limited(tmp_path, most_ms=5.0)
    add(run, server, "quick", 0.8, single_s=0.003)
    assert not add(run, server, "slow", 0.95, single_s=0.02)
    assert server.served is not None
    assert set(server.served.lineup.weights) == {"quick"}
    assert server.too_slow is None
    info = read_manifest(run.model_path).info
    assert info["ms_per_sample"] == {"single": 3.0, "batch": 1.5}


def test_where_none_is_quick_enough_the_quickest_is_kept_with_a_sentence(tmp_path: Path) -> None:
    run, server = limited(tmp_path, most_ms=5.0)
    assert add(run, server, "slow", 0.95, single_s=0.02)
    assert "20.0 ms" in (server.too_slow or "")
    assert add(run, server, "quicker", 0.8, single_s=0.01)  # though it is right less often
    assert "10.0 ms" in (server.too_slow or "")
    assert add(run, server, "quick", 0.7, single_s=0.004)
    assert server.too_slow is None
    assert not add(run, server, "slow again", 0.99, single_s=0.02)


def test_another_sitting_takes_up_what_was_served(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "good", 0.9)
    add(run, server, "poor", 0.6)
    again = Server(run, clock=lambda: 50.0)
    again.recall()
    assert again.served is not None
    assert server.served is not None
    assert again.served.lineup.weights == server.served.lineup.weights
    assert np.array_equal(again.served.test, server.served.test)
    assert not add(run, again, "worse", 0.55)


def test_the_end_scores_the_untouched_part(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "good", 0.9)
    scores = server.test_scores()
    assert scores is not None
    accuracy = scores["accuracy"]
    assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert accuracy["value"] == pytest.approx(0.9, abs=0.1)
    table = pl.read_parquet(run.model_path / "test.parquet")
    assert (table["label"] == table["prediction"]).mean() == pytest.approx(accuracy["value"])


def test_the_result_tells_on_how_many_samples_its_score_rests(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    said = guess(server.labels, 0.9)
    said[::2] = np.nan
    checkpoint = Checkpoint(run.checkpoints_path, "network")
    checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), said)
    checkpoint.mark.kind = "network"
    checkpoint.save_pace(Pace(0.001, 0.001, size=10**9))
    found = checkpoint.candidate()
    assert found is not None
    server.weigh(found)
    answer(run, server, "network", 0.9)
    assert server.serve_if_ready()
    result = final_result(run, server, [], [], "budget")
    assert result["n_checked"] == len(server.labels) // 2
    assert result["n_train"] == len(server.labels)


def test_what_only_a_run_that_goes_on_reads_is_removed_in_the_end(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "good", 0.9)
    state = run.checkpoints_path / "good" / "state-0001"
    state.mkdir()
    tidy(run)
    assert not state.exists()
    assert not (run.checkpoints_path / ".served").exists()
    found = Checkpoint(run.checkpoints_path, "good").candidate()
    assert found is not None
    assert np.array_equal(found.validation, guess(server.labels, 0.9))


def test_answers_of_earlier_versions_that_are_no_numbers_do_not_keep_a_run_from_ending(
    served: tuple[RunFolder, Server],
) -> None:
    run, server = served
    add(run, server, "good", 0.9)
    assert server.served is not None
    moment = server.served.moment
    server.served.test[3] = np.nan
    np.save(server._test_point(moment), server.served.test)
    scores = server.test_scores()
    assert scores is not None
    assert scores["accuracy"]["value"] == pytest.approx(0.9, abs=0.1)
    points = server.test_curve([Point(moment, 0.0, "good")])
    assert [point.score for point in points] == [scores["nauc"]["value"]]


def in_memory(array: FloatArray) -> bool:
    """Whether an array lies in this process's own memory."""
    base: object = array
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    return not isinstance(base, np.memmap)


def test_what_candidates_say_stays_on_disk(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "fair", 0.8)
    add(run, server, "good", 0.9)
    for again in (server, Server(run, clock=lambda: 50.0)):
        again.recall()
        candidates = list(again._candidates.values())
        assert len(candidates) == 3
        assert not any(in_memory(candidate.validation) for candidate in candidates)
        assert not any(isinstance(candidate.answers, dict) for candidate in candidates)


def test_no_more_than_two_members_answers_are_in_memory_at_once(
    served: tuple[RunFolder, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, server = served
    names = ("first", "second", "third", "fourth")
    for name in names:
        server.weigh(offer(run, server, name, 0.8))
        answer(run, server, name, 0.8)
    read, heard, kept = _Answers.__getitem__, list[weakref.ref[FloatArray]](), list[int]()

    def watched(answers: _Answers, part: str) -> FloatArray:
        found = read(answers, part)
        heard.append(weakref.ref(found))
        kept.append(sum(one() is not None for one in heard))
        return found

    monkeypatch.setattr(_Answers, "__getitem__", watched)
    server._serve(Lineup(dict.fromkeys(names, 0.25), 1.0, guess(server.labels, 0.8)))
    assert len(kept) == 2 * len(names)
    assert max(kept) == 2


def test_a_drive_that_maps_no_files_is_as_good(
    served: tuple[RunFolder, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    run, server = served
    monkeypatch.setattr("mmap.mmap", refuse)
    assert add(run, server, "good", 0.9)
    assert server.served is not None
    again = Server(run, clock=lambda: 50.0)
    assert again.recall() == []
    assert set(again.members) == {"good"}
    assert len(again.test_curve([Point(server.served.moment, 0.0, "good")])) == 1


def test_discarding_leaves_no_model(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    server.discard()
    assert not run.model_path.exists()
    assert server.served is None
    assert not run.small_path.exists()
