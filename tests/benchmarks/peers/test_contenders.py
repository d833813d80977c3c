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
from tests.benchmarks.peers.contenders import PEERS, Peer
from tests.benchmarks.results import Outcome


def _named(name: str) -> Peer:
    return next(peer for peer in PEERS if peer.name == name)


def test_every_peer_has_its_packages_and_its_runner() -> None:
    for peer in PEERS:
        names = [file.name for file in peer.files]
        assert f"{peer.runner.rpartition('.')[2]}.py" in names
        assert peer.environment == "own" or f"requirements-{peer.environment}.txt" in names


def test_a_change_of_how_a_peer_is_run_is_seen() -> None:
    usual, best = _named("AutoGluon"), _named("AutoGluon, best quality")
    assert usual.method != best.method
    assert usual.method == replace(usual, timed=False).method
    wanted = ["parts.py", "common.py", "run_autogluon.py", "requirements-autogluon.txt"]
    assert [file.name for file in usual.files] == wanted


@pytest.mark.parametrize(
    ("changed", "others", "unchanged"),
    [
        (
            "tests/benchmarks/peers/sounds.py",
            {"Mel statistics + SVM", "Frozen network + logistic", "Plain fine-tune", "Speech network + logistic"},
            {"FLAML", "TF-IDF + logistic", "SetFit-style MiniLM"},
        ),
        (
            "engine/modalities/audio/logmel.py",
            {"Sound events + logistic", "Speech network + logistic"},
            {"Mel statistics + SVM", "Frozen network + logistic", "FLAML"},
        ),
        ("engine/backbones/yamnet.py", {"Sound events + logistic"}, {"Frozen network + logistic"}),
        ("tests/benchmarks/parts.py", {peer.name for peer in PEERS}, set()),
    ],
)
def test_a_change_of_what_a_runner_uses_is_seen(
    changed: str, others: set[str], unchanged: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in {file for peer in PEERS for file in peer.files}:
        copied = tmp_path / file.relative_to(contenders.ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copied)
    monkeypatch.setattr(contenders, "ROOT", tmp_path)
    before = {peer.name: peer.method for peer in PEERS}
    (tmp_path / changed).write_text("heard = 'otherwise'")
    seen = {peer.name for peer in PEERS if peer.method != before[peer.name]}
    assert others <= seen
    assert not seen & unchanged


_RUNNER = """
import json, os, pathlib, sys
out = pathlib.Path(json.loads(pathlib.Path(sys.argv[1]).read_text())["out"])
if sys.argv[2:] == ["--size"]:
    print(out.with_name("model").stat().st_size / 1e6)
else:
    out.with_name("model").write_bytes(b"0" * 500_000)
    facts = {"figures": {}, "notes": {"waits": os.environ["OMP_WAIT_POLICY"]}}
    out.with_name("facts.json").write_text(json.dumps(facts))
    out.write_text("id,prediction,0,1\\n0,0,0.9,0.1\\n1,1,0.2,0.8\\n")
"""


@pytest.mark.parametrize("weighed", [True, False])
def test_a_peer_has_the_threads_of_the_product_and_its_model_is_weighed_after_it_was_timed(
    weighed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [case] = [case for case in CASES if case.name == "titanic"]
    (tmp_path / "titanic").mkdir()
    (tmp_path / case.test).write_text("Age,Survived\n30,0\n40,1\n", encoding="utf-8")
    (tmp_path / "runner.py").write_text(_RUNNER, encoding="utf-8")
    monkeypatch.setattr(contenders, "ROOT", tmp_path)
    monkeypatch.setattr(machine, "reference_ms", lambda: 1.0)
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    folder = tmp_path / "run"
    folder.mkdir()
    found = contenders.run(Peer("A peer", "own", "runner", ("table",), weighed=weighed), case, 0, tmp_path, folder, 60)
    assert found.figures["nauc"] == 1
    assert found.notes["waits"] == "passive"
    assert found.figures.get("size_mb") == (0.5 if weighed else None)


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
    fruits.measured(time.monotonic())
    fruits.weighs(1.5)
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
    untimed, timed = _named("LightGBM, default"), _named("FLAML")
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
