"""Which strategies a person may ask for, of which runs, and which of their learners search by them."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine.learners import learner_class
from engine.modalities import Entry, portfolio
from engine.modalities.image.learners.search import Search as ShapeSearch
from engine.modalities.table.learners.search import Search as TableSearch
from engine.run.folder import RunOptions
from engine.search import STRATEGIES, strategy_class
from engine.search.asked import AUTO, WORDS, refusal
from engine.task import Kind, Modality, Task
from tests.engine.learners import contract as of_learners
from tests.engine.modalities.image.learners.test_scratch import glyph_job
from tests.engine.modalities.table.tables import COLUMNS, a_job
from tests.engine.search import contract

LONG_ENOUGH = 600.0


def task_of(modality: Modality, classes: int = 2) -> Task:
    columns = COLUMNS if modality is Modality.TABLE else ()
    return Task(modality, Kind.MULTICLASS, tuple(f"class {n}" for n in range(classes)), target="y", columns=columns)


TABLE, PICTURES = task_of(Modality.TABLE), task_of(Modality.IMAGE)


def learners(task: Task, asked: str = AUTO) -> tuple[Entry, ...]:
    return portfolio(task, 240, "cpu", options=RunOptions(60.0, search=asked))


def the_search(entries: tuple[Entry, ...]) -> Entry:
    (found,) = (entry for entry in entries if entry.searches)
    return found


def test_every_strategy_can_be_asked_for() -> None:
    assert set(WORDS) == {AUTO, *STRATEGIES}


@pytest.mark.parametrize("asked", STRATEGIES)
@pytest.mark.parametrize("task", [TABLE, PICTURES])
def test_all_that_search_do_so_by_what_is_asked_for_and_nothing_else_changes(task: Task, asked: str) -> None:
    found, usual = learners(task, asked), learners(task)
    assert [entry for entry in found if not entry.searches] == [entry for entry in usual if not entry.searches]
    searched, before = the_search(found), the_search(usual)
    assert searched.settings == {**before.settings, "strategy": asked}
    assert (searched.name, searched.kind) == (before.name, before.kind)


@pytest.mark.parametrize("size", [240, 2_500])  # as many as a recorded run had
def test_who_needs_much_time_to_search_as_asked_comes_while_it_is_there(size: int) -> None:
    found, usual = (portfolio(PICTURES, size, "cpu", options=RunOptions(60.0, search=asked)) for asked in ("tpe", AUTO))
    assert found.index(the_search(found)) == 3
    assert usual.index(the_search(usual)) > 3


def test_a_search_on_a_table_stays_at_its_place() -> None:
    places = [found.index(the_search(found)) for found in (learners(TABLE, "tpe"), learners(TABLE))]
    assert places[0] == places[1]


@pytest.mark.parametrize("task", [task_of(modality) for modality in Modality])
def test_learners_are_as_they_are_where_no_strategy_is_asked_for(task: Task) -> None:
    assert learners(task) == portfolio(task, 240, "cpu")


@pytest.mark.parametrize("asked", WORDS)
def test_a_learner_of_the_portfolio_searches_by_what_is_asked_for(asked: str) -> None:
    """The real learners, where auto is what they use by themselves."""
    table, shape = (the_search(learners(task, asked)) for task in (TABLE, PICTURES))
    of_table, of_shape = TableSearch(a_job(2), table.settings), ShapeSearch(glyph_job(2), shape.settings)
    assert type(of_table._strategy) is strategy_class("tpe" if asked == AUTO else asked)
    assert type(of_shape.strategy) is strategy_class("evolution" if asked == AUTO else asked)


def test_asked_to_halve_the_search_on_a_table_grows_shares_of_the_folds(caplog: pytest.LogCaptureFixture) -> None:
    grown = dict[str, list[str]]()
    for asked in (AUTO, "halving"):
        entry = the_search(learners(TABLE, asked))
        short = {**entry.settings, "trials": 13, "rounds": 5}
        caplog.clear()
        with caplog.at_level("INFO", "engine.modalities.table"):
            of_learners.run_to_the_end(learner_class(entry.kind)(a_job(2, folds=9), short))
        grown[asked] = [record.getMessage().partition(": gain")[0] for record in caplog.records]
    assert len(grown[AUTO]) == len(grown["halving"]) == 13
    assert not any("of 9 folds" in trial for trial in grown[AUTO])
    few, third, whole = (
        sum(f"on {folds} folds" in trial for trial in grown["halving"]) for folds in ("1 of 9", "3 of 9", "all")
    )
    assert few + third + whole == 13
    assert few > third > whole > 0


@pytest.mark.parametrize(
    ("task", "budget_s"), [(TABLE, 1.0), (task_of(Modality.TABLE, classes=100), 1.0), (PICTURES, LONG_ENOUGH)]
)
def test_where_a_learner_searches_no_strategy_is_refused(task: Task, budget_s: float) -> None:
    assert refusal("halving", learners(task), budget_s) is None


@pytest.mark.parametrize(
    ("task", "budget_s"),
    [
        (task_of(Modality.AUDIO), LONG_ENOUGH),
        (task_of(Modality.TEXT), LONG_ENOUGH),
        (task_of(Modality.TABLE, classes=101), LONG_ENOUGH),
        (PICTURES, LONG_ENOUGH - 1.0),
    ],
)
def test_where_none_does_it_is_said_what_strategies_are_for(task: Task, budget_s: float) -> None:
    sentence = refusal("halving", learners(task), budget_s)
    assert sentence is not None
    assert "no use for halving" in sentence
    assert "tables of at most 100 classes, and pictures of at most 64 px in runs of at least ten minutes" in sentence
    assert sentence.endswith("Leave it out.")


@pytest.mark.parametrize(("side", "refused"), [(64, False), (65, True)])
def test_pictures_too_large_for_a_network_of_a_searched_shape_have_no_use_for_a_strategy(
    side: int, refused: bool
) -> None:
    entries = [entry for entry in learners(PICTURES) if entry.suits(side)]
    assert (refusal("tpe", entries, LONG_ENOUGH) is not None) == refused


@pytest.mark.parametrize(("one", "other"), list(permutations(STRATEGIES, 2)))
def test_what_one_strategy_kept_is_never_taken_up_by_another(one: str, other: str) -> None:
    before = strategy_class(one)(contract.SPACE, 0, contract.STARTS)
    contract.trials(before, 12)
    with pytest.raises((KeyError, TypeError)):
        strategy_class(other)(contract.SPACE, 0, contract.STARTS).restore(before.save())
