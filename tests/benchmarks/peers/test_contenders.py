from __future__ import annotations

import csv
import json
import math
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks import machine
from tests.benchmarks.cases import CASES
from tests.benchmarks.peers import common, contenders
from tests.benchmarks.peers.contenders import HERE, PEERS
from tests.benchmarks.results import Outcome


def test_every_peer_has_its_packages_and_its_runner() -> None:
    for peer in PEERS:
        assert peer.environment == "own" or (HERE / f"requirements-{peer.environment}.txt").is_file()
        assert (HERE / f"{peer.runner.rpartition('.')[2]}.py").is_file()


def test_a_change_of_how_a_peer_is_run_is_seen() -> None:
    usual, best = (peer for peer in PEERS if peer.name.startswith("AutoGluon"))
    assert usual.method != best.method
    assert usual.method == replace(usual, timed=False).method
    assert [file.name for file in usual.files] == ["common.py", "run_autogluon.py", "requirements-autogluon.txt"]
    frozen = next(peer for peer in PEERS if peer.words == ("yamnet",))
    assert [file.name for file in frozen.files] == ["common.py", "pictures.py", "run_frozen.py", "sounds.py"]


def test_a_change_of_what_a_runner_uses_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(HERE, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(contenders, "HERE", tmp_path)
    before = {peer.name: peer.method for peer in PEERS}
    (tmp_path / "sounds.py").write_text("heard otherwise")
    changed = {peer.name for peer in PEERS if peer.method != before[peer.name]}
    assert {"Mel statistics + SVM", "Frozen network + logistic"} <= changed
    assert not changed & {"FLAML", "TF-IDF + logistic", "SetFit-style MiniLM"}


def test_every_dataset_has_two_peers_or_more() -> None:
    for case in CASES:
        assert sum(peer.takes(case) for peer in PEERS) >= 2, case.name


@pytest.fixture
def fruits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> common.Job:
    """A job on a small dataset of pictures with several classes each."""
    folder = tmp_path / "fruit_multilabel"
    for part, labels in (("train", ("apple", "apple;banana", "banana")), ("test", ("banana", "apple"))):
        (folder / part).mkdir(parents=True)
        lines = "".join(f"{number}.jpg,{label}\n" for number, label in enumerate(labels))
        (folder / f"{part}.csv").write_text("filename,labels\n" + lines, encoding="utf-8")
    asked = {"case": "fruit_multilabel", "data": str(tmp_path), "budget_s": 60, "seed": 0}
    file = tmp_path / "job.json"
    file.write_text(json.dumps({**asked, "out": str(tmp_path / "out.csv"), "started": time.time()}), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["run", str(file)])
    return common.job()


def test_a_job_gives_files_and_codes(fruits: common.Job) -> None:
    assert fruits.classes == ["apple", "banana"]
    assert fruits.codes.tolist() == [[1, 0], [1, 1], [0, 1]]
    assert [file.name for file in fruits.train.files] == ["0.jpg", "1.jpg", "2.jpg"]
    assert 0 < fruits.left <= 60


def test_answers_are_written_as_the_command_line_does(fruits: common.Job) -> None:
    fruits.measured(time.monotonic(), 1.5)
    fruits.write(np.array([[0.9, 0.8], [0.2, 0.4]]))
    with fruits.out.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    assert rows == [
        ["id", "prediction", "apple", "banana"],
        ["0", "apple;banana", "0.9", "0.8"],
        ["1", "", "0.2", "0.4"],
    ]
    told = json.loads(fruits.out.with_name("facts.json").read_text(encoding="utf-8"))
    assert told["figures"]["size_mb"] == 1.5


def test_a_tool_without_a_clock_is_measured_once_for_all_budgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "reference_ms", lambda: 4.0)
    [case] = [case for case in CASES if case.name == "titanic"]
    untimed, timed = (next(peer for peer in PEERS if peer.name == name) for name in ("LightGBM, default", "FLAML"))
    figures = {"wall_s": 30.0, "alc": 0.4, "overrun_percent": -50.0, "first_s": 30.0, case.metric: 0.7}
    facts = {"date": "then", "method": untimed.method, "reference_ms": 3.5}
    line = Outcome(case.name, untimed.name, 60.0, 3, figures, ((30.0, 0.7),), machine=facts)

    assert contenders.stands_for(line, untimed, case, 3, 300.0)
    assert not contenders.stands_for(line, untimed, case, 4, 300.0)
    assert not contenders.stands_for(replace(line, notes={"stopped": "by force"}), untimed, case, 3, 300.0)
    assert not contenders.stands_for(replace(line, machine={**facts, "method": "older"}), untimed, case, 3, 300.0)
    assert not contenders.stands_for(replace(line, contender=timed.name), timed, case, 3, 300.0)
    assert contenders.stands_for(line, untimed, case, 3, 20.0)
    assert not contenders.stands_for(line, untimed, case, 3, 19.0), "it would have been ended before it answered"

    for pace in ({"reference_ms": 3.0}, {"reference_ms": 5.3}, {}):
        apart = replace(line, machine={"date": "then", "method": untimed.method, **pace})
        assert not contenders.stands_for(apart, untimed, case, 3, 300.0), "when it answered is of another machine"

    later = contenders.restated(line, case, 300.0)
    assert later.key == (case.name, untimed.name, 300.0, 3)
    assert later.figures["overrun_percent"] == -90.0
    assert later.figures["first_s"] == 30.0
    share_of_log_time_after = 1 - math.log1p(30 / 60) / math.log1p(300 / 60)
    assert later.figures["alc"] == pytest.approx(0.7 * share_of_log_time_after)
    assert "60 s" in later.notes["measured"]
