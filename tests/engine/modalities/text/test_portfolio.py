from __future__ import annotations

from engine.learners import learner_class
from engine.modalities import portfolio
from tests.engine.learners import contract
from tests.engine.modalities.text.texts import class_job, foreign_job


def test_few_texts_part_classes_and_many_tune() -> None:
    job = class_job()
    few, many = (portfolio(job.task, size, "cpu") for size in (48, 49))
    assert [entry.name for entry in few if entry.tunes] == ["Sentences, classes parted"]
    tuned, *repeated = (entry for entry in many if entry.tunes)
    assert tuned.name == "Sentences, tuned"
    assert {entry.repeats for entry in repeated} == {tuned.name}


def test_every_entry_can_be_learned_under_a_name_of_its_own() -> None:
    job = class_job()
    entries = portfolio(job.task, len(job.labels), "cpu")
    assert len({entry.name for entry in entries}) == len(entries)
    for entry in entries:
        mine = foreign_job() if entry.settings.get("foreign") else job
        contract.run_to_the_end(learner_class(entry.kind)(mine, entry.settings))
