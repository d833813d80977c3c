from __future__ import annotations

import pytest

from engine.learners import learner_class
from engine.modalities import portfolio
from engine.modalities.text.members.network import BACKBONE, NetworkMember
from engine.run.journal import Replay
from engine.transfer.guard import Verdict
from engine.worker.roster import Roster
from tests.engine.learners import contract
from tests.engine.modalities.text.texts import class_job, foreign_job


def test_few_texts_part_classes_and_many_tune() -> None:
    job = class_job()
    few, many = (portfolio(job.task, size, "cpu") for size in (48, 49))
    assert [entry.name for entry in few if entry.tunes] == ["Sentences, classes parted"]
    tuned, *repeated = (entry for entry in many if entry.tunes)
    assert tuned.name == "Sentences, tuned"
    assert {entry.repeats for entry in repeated} == {tuned.name}


def test_a_sentence_network_that_does_not_help_is_told_and_what_builds_on_it_waits() -> None:
    entries = portfolio(class_job().task, 49, "cpu")
    assert {entry.kind for entry in entries if entry.network == BACKBONE} == {"text.frozen_head", "text.finetune"}
    assert {entry.kind for entry in entries if not entry.network} == {"text.ngrams", "text.scratch"}
    roster = Roster(entries, Replay(), judged=lambda *_: [Verdict(BACKBONE, -0.1, 0.02)])
    (sentence,) = roster.doubts()
    assert "does not help" in sentence
    waiting = {standing.name for standing in roster.standings() if standing.unhelped}
    assert waiting == {"Sentences", "Sentences, tuned"}


def test_every_entry_can_be_learned_under_a_name_of_its_own() -> None:
    job = class_job()
    entries = portfolio(job.task, len(job.labels), "cpu")
    assert len({entry.name for entry in entries}) == len(entries)
    for entry in entries:
        if entry.repeats:  # it differs in what is held out alone
            continue
        mine = foreign_job() if entry.settings.get("foreign") else job
        contract.run_to_the_end(learner_class(entry.kind)(mine, {**entry.settings, "epochs": 1}))


@pytest.mark.parametrize(
    ("size", "name"), [(48, "Sentences, classes parted by all layers"), (49, "Sentences, all layers tuned")]
)
def test_a_card_tunes_the_whole_network(size: int, name: str) -> None:
    job = class_job(each=4)
    entries = portfolio(job.task, size, "cuda")
    usual = portfolio(job.task, size, "cpu")
    assert [entry.kind for entry in entries] == [entry.kind for entry in usual]
    (tuned,) = (entry for entry in entries if entry not in usual and not entry.repeats)
    assert tuned.name == name
    one = contract.run_to_the_end(learner_class(tuned.kind)(job, {**tuned.settings, "epochs": 1, "fewest": 1}))
    member = one.member()
    assert isinstance(member, NetworkMember)
    for part in member.parts:
        assert {weight.split(".")[1] for weight in part if "." in weight} == set("012345")
