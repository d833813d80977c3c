from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.benchmarks import ablation
from tests.benchmarks.ablation_cells import ALL, HEAD, METHODS, PLAIN, VARIANTS, Cell, Effort, Trial, append, load, plan
from tests.benchmarks.ablation_report import comparison, report
from tests.benchmarks.ablation_training import draw

LABELS = np.repeat([0, 1, 2], [50, 30, 8])
EFFORT = Effort(resolution=32, passes=1, pictures=16, batch=8)


def _trial(cell: Cell, accuracy: float, device: str = "a card") -> Trial:
    return Trial(cell, EFFORT, {"accuracy": accuracy, "log_loss": 1 - accuracy, "seconds": 2.0}, {"device": device})


def test_nothing_learned_from_is_held_out() -> None:
    for size in (5, ALL):
        learned, held_out = draw(LABELS, size, seed=0)
        assert not set(learned) & set(held_out)
        assert np.bincount(LABELS[held_out]).tolist() == [10, 6, 1]


def test_as_many_of_each_class_are_learned_from_as_asked_or_all_there_are() -> None:
    assert np.bincount(LABELS[draw(LABELS, 10, seed=0)[0]]).tolist() == [10, 10, 7]
    assert len(draw(LABELS, ALL, seed=0)[0]) + len(draw(LABELS, ALL, seed=0)[1]) == len(LABELS)


def test_sizes_share_their_samples_and_seeds_do_not() -> None:
    (few, held_out), (many, same) = draw(LABELS, 5, seed=1), draw(LABELS, 20, seed=1)
    assert set(few) < set(many)
    assert held_out.tolist() == same.tolist()
    assert draw(LABELS, 5, seed=2)[1].tolist() != same.tolist()


def test_all_ways_come_before_variants_and_those_before_further_sizes() -> None:
    cells = plan(["trashnet"], [5, 10], [0, 1], [*METHODS, *VARIANTS])
    kinds = [(cell.per_class, cell.method in VARIANTS) for cell in cells]
    assert list(dict.fromkeys(kinds)) == [(10, False), (10, True), (5, False), (5, True)]


def test_a_torn_line_is_left_out_and_the_newest_line_counts(tmp_path: Path) -> None:
    lines, cell = tmp_path / "lines.jsonl", Cell("trashnet", 10, 0, PLAIN)
    append(lines, _trial(cell, 0.5))
    append(lines, _trial(cell, 0.6))
    with lines.open("a", encoding="utf-8") as more:
        more.write('{"cell": {"case"')
    assert load(lines) == [_trial(cell, 0.6)]


def test_differences_are_to_the_plain_fine_tune_of_the_same_seed() -> None:
    accuracies = {PLAIN: (0.5, 0.7), "bss": (0.6, 0.9)}
    trials = {
        cell: _trial(cell, accuracy)
        for method, pair in accuracies.items()
        for seed, accuracy in enumerate(pair)
        for cell in [Cell("trashnet", 10, seed, method)]
    }
    lonely = Cell("trashnet", 10, 7, "bss")
    trials[lonely] = _trial(lonely, 0.0)
    written = comparison(trials)
    assert "| plain | 0.600 |" in written
    assert "| bss | 0.500 (+15.0 ± 5.0) | +15.0 ± 5.0 | -0.150 ± 0.050 | 1.0 |" in written


def test_machines_are_reported_apart() -> None:
    cell = Cell("trashnet", ALL, 0, PLAIN)
    written = report([_trial(cell, 0.5, "one"), _trial(cell, 0.5, "two")])
    assert "## one" in written
    assert "## two" in written
    assert written.count("### All samples") == 2


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Pictures of two colours where the benchmark looks for a dataset."""
    folder = tmp_path / "data" / "ants_bees"
    (folder / "train").mkdir(parents=True)
    with (folder / "train.csv").open("w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines)
        rows.writerow(["filename", "label"])
        for number in range(20):
            Image.new("RGB", (40, 30), ("red", "blue")[number % 2]).save(folder / "train" / f"{number}.png")
            rows.writerow([f"{number}.png", ("red", "blue")[number % 2]])
    return tmp_path / "data"


def test_it_measures_each_training_once_and_writes_the_report(data: Path, tmp_path: Path) -> None:
    words = ["--data", str(data), "--results", str(tmp_path / "lines.jsonl"), "--report", str(tmp_path / "report.md")]
    words += ["--only", "ants_bees", "--sizes", "4", "--seeds", "0", "--device", "cpu", "--threads", "1"]
    words += ["--resolution", "32", "--passes", "1", "--pictures", "16", "--batch", "8"]
    assert ablation.main([*words, "--methods", HEAD, PLAIN]) == 0
    assert ablation.main([*words, "--methods", PLAIN, "co_tuning", "delta, never_hurt"]) == 0
    lines = (tmp_path / "lines.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    found = {trial.cell.method: trial.figures for trial in load(tmp_path / "lines.jsonl")}
    assert found[HEAD]["steps"] == 0
    assert {found[way]["steps"] for way in (PLAIN, "co_tuning", "delta, never_hurt")} == {2}
    assert found[HEAD]["accuracy"] == 1.0
    assert "### 4 samples a class" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_what_has_no_time_left_is_left_for_the_next_call(data: Path, tmp_path: Path) -> None:
    words = ["--data", str(data), "--results", str(tmp_path / "lines.jsonl"), "--report", str(tmp_path / "report.md")]
    assert ablation.main([*words, "--minutes", "0", "--device", "cpu", "--threads", "1"]) == 1
    assert not (tmp_path / "report.md").exists()
