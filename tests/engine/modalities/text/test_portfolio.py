from __future__ import annotations

from engine.learners import learner_class
from engine.modalities import portfolio
from engine.modalities.text.members.network import BACKBONE
from engine.run.journal import Replay
from engine.transfer.guard import unhelped
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


def test_a_sentence_network_that_does_not_help_is_told_and_its_tuning_waits() -> None:
    entries = portfolio(class_job().task, 49, "cpu")
    assert {entry.kind for entry in entries if entry.network == BACKBONE} == {"text.frozen_head", "text.finetune"}
    assert {entry.kind for entry in entries if not entry.network} == {"text.ngrams", "text.scratch"}
    roster = Roster(entries, Replay())
    for name, score in (("Words", 0.9), ("Sentences", 0.8)):
        roster.scored(name, score)
        roster.worked(name, 1.0, done=True)
    (sentence,) = roster.doubts()
    assert "does not help" in sentence
    assert unhelped(roster.standings()) == {"Sentences, tuned"}


def test_every_entry_can_be_learned_under_a_name_of_its_own() -> None:
    job = class_job()
    entries = portfolio(job.task, len(job.labels), "cpu")
    assert len({entry.name for entry in entries}) == len(entries)
    for entry in entries:
        mine = foreign_job() if entry.settings.get("foreign") else job
        contract.run_to_the_end(learner_class(entry.kind)(mine, entry.settings))
