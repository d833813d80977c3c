from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.benchmarks.results import OURS, Outcome, append, is_done, latest, load

RUN = Outcome("titanic", OURS, 60.0, 0, {"alc": 0.5}, ((1.0, 0.6),), {"stopped": "budget"}, {"engine": "abc"})


def test_lines_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "new" / "results.jsonl"
    append(file, RUN)
    append(file, replace(RUN, seed=1))
    assert load(file) == [RUN, replace(RUN, seed=1)]


def test_a_line_torn_by_a_kill_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    append(file, RUN)
    with file.open("a", encoding="utf-8") as lines:
        lines.write('{"case": "titanic", "contender"')
    assert load(file) == [RUN]


def test_the_newest_line_counts() -> None:
    again = replace(RUN, figures={"alc": 0.7})
    assert latest([RUN, replace(RUN, case="esc10"), again]) == [again, replace(RUN, case="esc10")]


def test_lines_of_an_older_state_of_the_code_are_left_out() -> None:
    def line(seed: int, engine: str, date: str) -> Outcome:
        return replace(RUN, seed=seed, machine={"engine": engine, "date": date})

    old, new = line(0, "abc", "2026-01-01 10:00:00"), line(1, "def", "2026-01-02 10:00:00")
    assert latest([old, new]) == [new]
    assert latest([new, replace(old, budget_s=300.0)]) == [new, replace(old, budget_s=300.0)]
    again = line(0, "def", "2026-01-03 10:00:00")
    assert latest([old, new, again]) == [again, new]  # two seeds of one state
    peer = replace(old, contender="FLAML", machine={"method": "1", "engine": "abc", "date": "2026-01-01 10:00:00"})
    other = replace(peer, seed=1, machine={"method": "1", "engine": "def", "date": "2026-01-02 10:00:00"})
    assert latest([peer, other]) == [peer, other]


def test_three_seeds_of_one_state_count_more_than_fewer_of_a_newer_one() -> None:
    def lines(engine: str, day: int, seeds: int) -> list[Outcome]:
        machine = {"engine": engine, "date": f"2026-01-0{day} 10:00:00"}
        return [replace(RUN, seed=seed, machine=machine) for seed in range(seeds)]

    old, new = lines("abc", 1, 3), lines("def", 2, 2)
    assert latest([*old, *new]) == old
    assert latest([*old, *lines("def", 2, 3)]) == lines("def", 2, 3)
    assert latest([*lines("abc", 1, 5), *lines("def", 2, 3)]) == lines("def", 2, 3)
    assert latest([*lines("abc", 1, 2), *new]) == new
    assert latest([*new, *old, *lines("ghi", 3, 1)]) == old


def test_other_tools_are_told_of_as_they_are_run_now() -> None:
    old = [replace(RUN, contender="FLAML", seed=seed, machine={"method": "1", "date": "2026"}) for seed in range(3)]
    new = replace(old[0], machine={"method": "2", "date": "2027"})
    assert latest([*old, new]) == [new]


def test_a_failed_seed_is_told_and_makes_no_other_an_old_one() -> None:
    good = Outcome("titanic", "FLAML", 60.0, 0, {"nauc": 0.7}, machine={"method": "a", "date": "2026-01-01"})
    failed = Outcome("titanic", "FLAML", 60.0, 1, notes={"failed": "no"}, machine={"date": "2026-01-02"})
    alone = Outcome("esc10", "Mel", 60.0, 0, notes={"failed": "no"}, machine={"date": "2026-01-02"})
    assert latest([good, failed, alone]) == [good, failed, alone]


def test_ours_is_done_only_with_the_code_as_it_is() -> None:
    assert is_done([RUN], RUN.key, "abc")
    assert not is_done([RUN], RUN.key, "def")
    assert is_done([RUN], RUN.key, None)


def test_a_failed_run_is_tried_again() -> None:
    failed = replace(RUN, figures={}, notes={"failed": "no"})
    assert not is_done([failed], RUN.key, None)


def test_load_by_other_programs_is_recognised() -> None:
    assert replace(RUN, machine={"others_cores": 0.8}).loaded
    assert not replace(RUN, machine={"others_cores": 0.1}).loaded
