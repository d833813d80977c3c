from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks import publish
from tests.benchmarks.comparing import Tally, compare, medians, spots, tally, verdicts
from tests.benchmarks.curves import draw, telling, title
from tests.benchmarks.peers.contenders import PEERS
from tests.benchmarks.report import report, table
from tests.benchmarks.results import OURS, Outcome, append

MACHINE = {"cpu": "A chip", "cores": 2, "date": "2026-01-02 03:04:05", "commit": "abc", "others_cores": 0.0}


def outcome(contender: str, nauc: float, seed: int = 0, case: str = "adult_census", **figures: float) -> Outcome:
    found = {"nauc": nauc, "accuracy": 0.87, "alc": 0.8, "alc_long": 0.8, **figures}
    return Outcome(case, contender, 300.0, seed, found, ((1.5, 0.1), (20.0, nauc)), {"stopped": "budget"}, MACHINE)


def test_medians_are_over_seeds() -> None:
    found = medians([outcome(OURS, nauc, seed) for seed, nauc in ((0, 0.80), (1, 0.90), (2, 0.86))])
    assert found["adult_census", OURS, 300.0]["nauc"] == 0.86


def test_of_memory_and_overrun_the_most_of_all_seeds_counts() -> None:
    found = medians([outcome(OURS, 0.8, seed, peak_mb=mb, overrun_percent=-mb) for seed, mb in enumerate((1.0, 4.0))])
    assert found["adult_census", OURS, 300.0]["peak_mb"] == 4.0
    assert found["adult_census", OURS, 300.0]["overrun_percent"] == -1.0


def test_goals_are_judged_with_their_ratio() -> None:
    studio = Outcome("studio", OURS, 60.0, 0, {"stall_ms": 50.0, "ticks": 12_000.0})
    written = report([outcome(OURS, 0.86, first_s=3.0), studio])
    assert "| adult_census | 300 | first answers (s) | ≤ 2 | 3.00 | 1.50 | **no** |" in written
    assert "| adult_census | 300 | NAUC | ≥ 0.86 | 0.860 | 1.00 | yes |" in written
    assert "| studio | 60 | longest stall while training (ms) | ≤ 100 | 50 | 0.50 | yes |" in written
    assert "A chip, 2 cores" in written


def test_losses_are_marked_and_counted() -> None:
    lines = [outcome(OURS, 0.80), outcome("FLAML", 0.90), outcome("AutoGluon", 0.70)]
    written = report(lines)
    row = next(line for line in written.splitlines() if line.startswith("| FLAML"))
    assert row.endswith("| 1.000 | 0.889 (worse) |")
    assert (
        "| 300 | 0 better, 1 level, 0 worse | 0 better, 1 level, 0 worse | 0 better, 0 level, 1 worse | adult"
        in written
    )
    assert "0.800 (worse) | 0.900 | FLAML" in publish.block(lines)


def test_a_peer_without_answers_has_lost_and_so_have_we() -> None:
    assert compare(0.1, None) == 1
    assert compare(None, 0.1) == -1
    assert compare(None, None) == 0
    assert compare(0.8001, 0.8004) == 0
    middle = medians([outcome(OURS, 0.8), Outcome("adult_census", "FLAML", 300.0, 0)])
    assert tally(verdicts(middle, "final", spots(middle))) == Tally(1, 0, 0)


def test_a_goal_that_is_missed_is_told_as_such() -> None:
    assert "| NAUC 0.86 | **no**, 0.8598 |" in publish.block([outcome(OURS, 0.8598)])
    assert "| NAUC 0.86 | 0.8610 |" in publish.block([outcome(OURS, 0.861)])


def test_nobody_is_beaten_where_nobody_else_was_measured() -> None:
    alone = replace(outcome(OURS, 0.80), budget_s=60.0)
    lines = [alone, outcome(OURS, 0.85), outcome("FLAML", 0.80)]
    block = publish.block(lines)
    assert "| adult_census | NAUC | **0.850** | 0.800 | FLAML |" in block
    assert "| adult_census | NAUC | 0.800 | – | – | 0.800 | – | – |" in publish.block([alone])
    assert not any(line.startswith("| 60 |") for line in report(lines).splitlines())


def at(pace: float | None, found: Outcome) -> Outcome:
    return replace(found, machine=MACHINE if pace is None else {**MACHINE, "reference_ms": pace})


def test_nobody_is_compared_across_machines_of_another_pace() -> None:
    quick, slow = at(2.0, outcome(OURS, 0.85)), at(4.6, outcome("FLAML", 0.80))
    written = report([quick, slow])
    assert "machine of another pace:** adult_census 300 s." in written
    assert next(line for line in written.splitlines() if line.startswith("| FLAML")).endswith("| † | † |")
    assert "No other tool has been measured" in written
    assert "| 0.850 | † | – | 0.800 | † |" in publish.block([quick, slow])
    for mine, other in ((2.0, 2.3), (None, None)):
        alike = publish.block([at(mine, outcome(OURS, 0.85)), at(other, outcome("FLAML", 0.80))])
        assert "| **0.850** | 0.800 | FLAML |" in alike


@pytest.mark.parametrize(("pace", "compared"), [(1.5, False), (1.9, True), (3.0, True), (4.7, True), (5.0, False)])
def test_who_was_measured_at_a_pace_that_seeds_of_ours_met_is_compared(pace: float, compared: bool) -> None:
    ours = [at(2.2, outcome(OURS, 0.84, 0)), at(2.3, outcome(OURS, 0.85, 1)), at(3.7, outcome(OURS, 0.86, 2))]
    written = publish.block([*ours, at(pace, outcome("FLAML", 0.80))])
    assert ("| **0.850** | 0.800 | FLAML |" in written) == compared


def test_a_tool_without_a_clock_is_compared_across_paces_by_its_last_score_alone() -> None:
    lines = [at(2.0, outcome(OURS, 0.85, alc=0.9)), at(4.6, outcome("LightGBM, default", 0.80))]
    written = report(lines)
    assert "machine of another pace:** adult_census 300 s (ALC alone)." in written
    assert next(line for line in written.splitlines() if line.startswith("| LightGBM")).endswith("| † | 1.062 |")
    nothing = "0 better, 0 level, 0 worse"
    assert f"| 300 | {nothing} | {nothing} | 1 better, 0 level, 0 worse | – |" in written
    assert "| **0.850** | 0.800 | LightGBM, default | 0.900 | † |" in publish.block(lines)
    assert "| **0.900** | 0.800 |" in publish.block([at(2.0, lines[0]), at(2.0, lines[1])])


def test_seeds_and_paces_are_told() -> None:
    ours = [
        replace(outcome(OURS, 0.85), seed=seed, machine={**MACHINE, "reference_ms": 3.0 + seed}) for seed in range(3)
    ]
    written = report([*ours, outcome("FLAML", 0.80)])
    assert (
        "300 s: of ours, 3 seeds on A chip, a fixed piece of work on one core 3.0 to 5.0 ms; of the others, 1 seed"
        in written
    )


def test_seeds_that_some_datasets_lack_are_told() -> None:
    lines = [outcome(OURS, 0.85, seed, case) for case in ("adult_census", "titanic", "esc10") for seed in range(2)]
    assert "300 s: of ours, 1 to 2 seeds (1 for 2 of 3) on A chip" in report([*lines[:3], lines[4]])


def test_lines_of_an_older_way_of_running_a_tool_are_counted() -> None:
    methods = {peer.name: peer.method for peer in PEERS}

    def line(who: str, case: str, method: str) -> Outcome:
        return replace(outcome(who, 0.8, case=case), machine={**MACHINE, "method": method})

    new, old = line("FLAML", "titanic", methods["FLAML"]), line("FLAML", "adult_census", "an older one")
    earlier = replace(old, budget_s=60.0)
    title = "lines of an older way of running them:**"
    assert f"{title} 300 s: FLAML (1)." in report([outcome(OURS, 0.8), new, old])
    assert f"{title} 60 s: all 1; 300 s: FLAML (1)." in report([new, old, earlier])
    assert title not in report([outcome(OURS, 0.8), new])


def test_tools_that_were_not_measured_where_others_were_are_counted() -> None:
    title = "not measured on so many datasets where others were:**"
    lines = [outcome(peer.name, 0.8, case="titanic") for peer in PEERS if "table" in peer.modalities]
    assert title not in report([*lines, outcome(OURS, 0.8), outcome(OURS, 0.8, case="esc10")])
    absent = [line for line in lines if line.contender != "FLAML"]
    assert f"{title} 300 s: FLAML (1)." in report(absent)
    assert title not in report([*absent, replace(lines[0], contender="FLAML", figures={}, notes={"failed": "no"})])
    more = [*absent, outcome("LightGBM, default", 0.8, case="adult_census")]
    assert f"{title} 300 s: FLAML (2), AutoGluon (1), AutoGluon, best quality (1)." in report(more)


def test_what_was_measured_under_load_or_failed_is_named() -> None:
    busy = Outcome("titanic", OURS, 60.0, 1, {"nauc": 0.5}, machine={**MACHINE, "others_cores": 1.0})
    failed = Outcome("esc10", "Mel", 60.0, 0, notes={"failed": "no"}, machine=MACHINE)
    written = report([busy, failed])
    assert "of the host, were busy:** titanic 60 s seed 1 autodidact." in written
    assert "**Failed:** esc10 60 s seed 0 Mel." in written


def test_the_block_is_exchanged_and_nothing_else() -> None:
    text = f"before\n{publish.BEGIN}\nold\n{publish.END}\nafter\n"
    assert publish.replaced(text, "new") == f"before\n{publish.BEGIN}\nnew\n{publish.END}\nafter\n"
    with pytest.raises(ValueError, match="to write between"):
        publish.replaced("nothing here", "new")


def test_one_command_writes_report_picture_and_block(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"{publish.BEGIN}{publish.END}", encoding="utf-8")
    words = ["--results", str(tmp_path / "r.jsonl"), "--reports", str(tmp_path / "out"), "--readme", str(readme)]
    assert publish.main(words) == 1
    append(tmp_path / "r.jsonl", outcome(OURS, 0.86))
    append(tmp_path / "r.jsonl", outcome("FLAML", 0.80))
    assert publish.main(words) == 0
    assert "**0.860**" in readme.read_text(encoding="utf-8")
    assert (tmp_path / "out" / "benchmark.md").read_text(encoding="utf-8").startswith("# Benchmark")


def test_the_picture_of_all_datasets_is_small(tmp_path: Path) -> None:
    from tests.benchmarks.cases import CASES

    lines = [outcome(who, 0.8, seed, case.name) for case in CASES for who in (OURS, "FLAML") for seed in range(3)]
    assert draw(lines, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size < 300_000
    assert not draw([], tmp_path / "none.png")


def test_the_longest_budget_that_compares_is_drawn() -> None:
    short, long = replace(outcome(OURS, 0.8), budget_s=60.0), outcome(OURS, 0.9)
    other = replace(outcome("FLAML", 0.7), budget_s=60.0)
    assert telling("adult_census", [short, long]) == [long]
    assert telling("adult_census", [short, long, other]) == [short, other]


def test_the_panel_of_runs_from_machines_of_other_paces_says_so() -> None:
    for pace, mark in ((4.6, " († machines of other paces)"), (2.3, "")):
        for who in ("FLAML", "LightGBM, default"):
            lines = [at(2.0, outcome(OURS, 0.8)), at(pace, outcome(who, 0.7))]
            assert telling("adult_census", lines) == lines
            assert title("adult_census", lines, lines) == f"adult_census, 300 s{mark}"
    assert title("adult_census", lines[:1], lines[:1]) == "adult_census, 300 s", "nobody else is there"


def test_a_table_has_a_ruled_header() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_without_another_tool_nothing_is_said_to_be_better() -> None:
    assert "No other tool" in report([outcome(OURS, 0.86, first_s=3.0)])
