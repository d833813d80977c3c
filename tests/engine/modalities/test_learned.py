from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError
from engine.modalities.image.learners import search
from engine.modalities.learned import (
    FORMAT,
    MOST_STARTS,
    NAMED,
    Meta,
    Record,
    Step,
    as_taught,
    neighbours,
    recorded,
    reorder,
    with_starts,
)
from engine.modalities.portfolio import Entry
from engine.modalities.table import trials
from engine.search.base import inside
from engine.task import Kind, Modality, Task

META = Meta("image", "multiclass", 2000, 6, 224.0, "cpu")
NAMES = ("instant", "slow", "quick", "new", "useless")
ENTRIES = tuple(Entry(name, "image.thumbnail_ridge") for name in NAMES)


def run_of(*names: str, meta: Meta = META) -> Record:
    """A run in which these learners, in this order, would have served best."""
    return Record(meta, tuple(Step(name, 1.0 + place, 0.8) for place, name in enumerate(names)))


RUN = run_of("instant", "quick", "slow", "useless")


def names(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.name for entry in entries]


def test_the_order_that_served_best_is_taken_and_the_unknown_stays() -> None:
    assert names(reorder(ENTRIES, META, [RUN] * 5)) == ["instant", "quick", "slow", "new", "useless"]


def test_who_makes_use_of_the_work_of_others_comes_behind_them() -> None:
    built = tuple(replace(entry, after=("slow", "unheard of")) if entry.name == "quick" else entry for entry in ENTRIES)
    assert names(reorder(built, META, [RUN] * 5)) == ["instant", "slow", "quick", "new", "useless"]


def test_the_nearest_runs_have_most_to_say() -> None:
    other = run_of("instant", "useless", "slow", "quick", meta=replace(META, samples=9000))
    runs = [*[other] * 5, *[RUN] * 5]
    assert names(reorder(ENTRIES, META, runs)) == ["instant", "quick", "slow", "new", "useless"]
    near_the_other = replace(META, samples=8900)
    assert names(reorder(ENTRIES, near_the_other, runs)) == ["instant", "slow", "useless", "new", "quick"]


def test_one_run_or_several_that_are_little_alike_do_not_overturn_the_order_by_hand() -> None:
    assert reorder(ENTRIES, META, [RUN]) == ENTRIES
    other = run_of("instant", "useless", "quick", "slow", meta=replace(META, samples=9000))
    assert reorder(ENTRIES, META, [other] * 5) == ENTRIES


def test_one_run_moves_what_was_of_much_more_use_than_its_place_by_hand_tells() -> None:
    many = tuple(Entry(name, "table.linear") for name in "abcdefgh")
    assert names(reorder(many, META, [run_of(*"abhcdefg")])) == [*"abcdefhg"]


def test_entries_that_no_run_knows_have_no_say() -> None:
    many = tuple(Entry(name, "table.linear") for name in "abcdefgh")
    own = tuple(Entry(f"own {number}", "image.finetune") for number in range(4))
    runs = [run_of(*"adbcefgh")] * 3
    usual = names(reorder(many, META, runs))
    assert usual != [*"abcdefgh"]
    joined = names(reorder((*many[:3], *own, *many[3:]), META, runs))
    assert [name for name in joined if name in set(usual)] == usual
    assert joined[3:7] == [entry.name for entry in own]


def test_a_run_that_had_enough_early_says_nothing_of_those_it_did_not_try() -> None:
    assert reorder(ENTRIES, META, [run_of("instant", "slow")] * 5) == ENTRIES
    swapped = names(reorder(ENTRIES, META, [run_of("instant", "quick", "slow")] * 5))
    assert swapped == ["instant", "quick", "slow", "new", "useless"]


def test_nothing_recorded_is_the_order_by_hand() -> None:
    assert reorder(ENTRIES, META, []) == ENTRIES


@pytest.mark.parametrize(
    "change", [{"modality": "table"}, {"kind": "regression"}, {"device": "cuda"}, {"samples": 10**9}]
)
def test_runs_that_are_not_alike_teach_nothing(change: dict[str, object]) -> None:
    runs = [replace(RUN, meta=replace(META, **change))] * 5  # type: ignore[arg-type]
    assert reorder(ENTRIES, META, runs) == ENTRIES


def test_the_nearer_run_counts_more() -> None:
    far = replace(RUN, meta=replace(META, samples=5000))
    found = neighbours(replace(META, samples=2100), [far, RUN])
    assert [record for _, record in found] == [RUN, far]
    assert found[0][0] > 2 * found[1][0]


def test_an_unknown_extent_is_no_difference() -> None:
    assert neighbours(replace(META, extent=None), [RUN])[0][0] == pytest.approx(2.0)


def test_a_task_tells_its_facts() -> None:
    task = Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b", "c"))
    assert Meta.of(task, 100, "auto", 50.0) == Meta("text", "multiclass", 100, 3, 50.0, "cpu")


@pytest.mark.parametrize("record", [RUN, Record(META, (Step("search", 1.0, 0.8, {"leaves": 8}),))])
def test_records_come_back_from_json(record: Record) -> None:
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


SEARCH = Entry("search", "table.search", {"starts": ({"leaves": 4},), "seed": 1})


def found_by(leaves: int, meta: Meta = META) -> Record:
    """A run in which the search found this to be best."""
    return Record(meta, (Step("instant", 1.0, 0.7), Step("search", 9.0, 0.8, {"leaves": leaves})))


def starts(meta: Meta, records: list[Record]) -> list[object]:
    instant, search = with_starts((ENTRIES[0], SEARCH), meta, records)
    assert instant == ENTRIES[0]
    return [point["leaves"] for point in search.settings["starts"]]


def test_a_search_begins_by_hand_and_then_with_what_the_nearest_found_best() -> None:
    far, near = replace(META, samples=4000), replace(META, samples=2200)
    assert starts(META, [found_by(40, far), found_by(22, near)]) == [4, 22, 40]


def test_several_runs_on_one_dataset_count_once_and_no_more_than_a_few_datasets_do() -> None:
    others = [found_by(100 + more, replace(META, samples=2010 + more)) for more in range(MOST_STARTS + 1)]
    assert starts(META, [found_by(7), found_by(8), *others]) == [4, 7, *range(100, 99 + MOST_STARTS)]


def test_the_run_of_a_dataset_whose_search_came_to_something_counts() -> None:
    nothing = replace(found_by(0), steps=(Step("instant", 1.0, 0.7), Step("search", 9.0, 0.8)))
    far = replace(META, samples=4000)
    assert starts(META, [*[nothing] * 5, found_by(7), found_by(9, far)]) == [4, 7, 9]


def test_what_suits_the_data_suits_it_on_any_device() -> None:
    assert starts(META, [found_by(7, replace(META, device="cuda"))]) == [4, 7]


def test_a_search_without_near_runs_and_who_searches_nothing_begin_as_they_are() -> None:
    assert starts(META, [found_by(7, replace(META, kind="regression"))]) == [4]
    plain = Entry("search", "table.linear")
    assert with_starts((plain,), META, [found_by(7)]) == (plain,)


def test_order_and_first_settings_are_taught_together() -> None:
    first, second, third = as_taught((ENTRIES[0], ENTRIES[1], SEARCH), META, [found_by(7)])
    assert (first.name, second.name, third.name) == ("instant", "slow", "search")
    assert third.settings["starts"][1:] == ({"leaves": 7},)


def test_what_the_package_teaches_lies_in_the_spaces_that_are_searched() -> None:
    spaces = {"table": trials.SPACE, "image": search.SPACE}
    for run in recorded():
        for step in run.steps:
            assert step.found is None or inside(spaces[run.meta.modality], step.found)


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of recorded runs that the environment names."""
    monkeypatch.setenv(NAMED, str(tmp_path / "own.json"))
    recorded.cache_clear()
    yield tmp_path / "own.json"
    recorded.cache_clear()


def test_runs_of_ones_own_teach_in_the_place_of_those_of_the_package(named: Path) -> None:
    named.write_text(json.dumps({"format": FORMAT, "runs": [RUN.to_json()]}), encoding="utf-8")
    assert recorded() == (RUN,)


def test_a_file_without_runs_is_the_order_by_hand(named: Path) -> None:
    named.write_text(json.dumps({"format": FORMAT, "runs": []}), encoding="utf-8")
    assert recorded() == ()


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"format": 3, "runs": [{}]}', '{"format": 99, "runs": []}'])
def test_a_file_that_is_none_of_recorded_runs_is_told_of(named: Path, content: str | None) -> None:
    if content is not None:
        named.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=f"own.json holds no recorded runs. If {NAMED} names it, name"):
        recorded()


runs = st.lists(st.sampled_from(NAMES), max_size=6, unique=True)


@given(st.lists(runs, max_size=4), st.permutations(NAMES))
def test_whatever_was_recorded_nothing_is_lost_and_the_first_stays(found: list[list[str]], order: list[str]) -> None:
    entries = tuple(Entry(name, "image.thumbnail_ridge") for name in order)
    result = reorder(entries, META, [run_of(*run) for run in found])
    assert sorted(names(result)) == sorted(order)
    assert result[0] == entries[0]
    known = {name for run in found for name in run}
    assert all(after == before for after, before in zip(result, entries, strict=True) if before.name not in known)
