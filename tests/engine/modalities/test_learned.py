from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.modalities.learned import Meta, Record, Step, neighbours, read, reorder
from engine.modalities.portfolio import Entry
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
    assert names(reorder(ENTRIES, META, [RUN])) == ["instant", "quick", "slow", "new", "useless"]


def test_who_makes_use_of_the_work_of_others_comes_behind_them() -> None:
    built = tuple(replace(entry, after=("slow", "unheard of")) if entry.name == "quick" else entry for entry in ENTRIES)
    assert names(reorder(built, META, [RUN])) == ["instant", "slow", "quick", "new", "useless"]


def test_the_nearest_run_has_most_to_say() -> None:
    other = run_of("instant", "useless", "slow", "quick", meta=replace(META, samples=9000))
    assert names(reorder(ENTRIES, META, [other, RUN])) == ["instant", "quick", "slow", "new", "useless"]
    near_the_other = replace(META, samples=8900)
    assert names(reorder(ENTRIES, near_the_other, [other, RUN])) == ["instant", "useless", "slow", "new", "quick"]


def test_runs_that_are_little_alike_do_not_overturn_the_order_by_hand() -> None:
    other = run_of("instant", "useless", "quick", "slow", meta=replace(META, samples=9000))
    assert reorder(ENTRIES, META, [other]) == ENTRIES


def test_nothing_recorded_is_the_order_by_hand() -> None:
    assert reorder(ENTRIES, META, []) == ENTRIES


@pytest.mark.parametrize(
    "change", [{"modality": "table"}, {"kind": "regression"}, {"device": "cuda"}, {"samples": 10**9}]
)
def test_runs_that_are_not_alike_teach_nothing(change: dict[str, object]) -> None:
    assert reorder(ENTRIES, META, [replace(RUN, meta=replace(META, **change))]) == ENTRIES  # type: ignore[arg-type]


def test_the_nearer_run_counts_more() -> None:
    far = replace(RUN, meta=replace(META, samples=5000))
    found = neighbours(replace(META, samples=2100), [far, RUN])
    assert [record for _, record in found] == [RUN, far]
    assert found[0][0] > 2 * found[1][0]


def test_an_unknown_extent_is_no_difference() -> None:
    assert neighbours(replace(META, extent=None), [RUN])[0][0] == pytest.approx(10.0)


def test_a_task_tells_its_facts() -> None:
    task = Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b", "c"))
    assert Meta.of(task, 100, "auto", 50.0) == Meta("text", "multiclass", 100, 3, 50.0, "cpu")


def test_records_come_back_from_json() -> None:
    assert Record.from_json(RUN.to_json()) == RUN


def test_another_format_teaches_nothing(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"format": 99, "shape": "unknown"}', encoding="utf-8")
    assert read(tmp_path / "p.json") == ()
    assert read(tmp_path / "absent.json") == ()


runs = st.lists(st.sampled_from(NAMES), max_size=6, unique=True)


@given(st.lists(runs, max_size=4), st.permutations(NAMES))
def test_whatever_was_recorded_nothing_is_lost_and_the_first_stays(found: list[list[str]], order: list[str]) -> None:
    entries = tuple(Entry(name, "image.thumbnail_ridge") for name in order)
    result = reorder(entries, META, [run_of(*run) for run in found])
    assert sorted(names(result)) == sorted(order)
    assert result[0] == entries[0]
    known = {name for run in found for name in run}
    assert all(after == before for after, before in zip(result, entries, strict=True) if before.name not in known)
