from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.backbones import fetching
from engine.budget import awake
from engine.run.folder import RunFolder
from engine.search import asked as strategies
from engine.task import Kind
from engine.transfer.asked import WORDS
from engine.worker.handle import Standby
from studio.cli.entry import INTERRUPTED, main
from studio.cli.reporters import PlainReporter


class Started(Exception):
    """The worker would start now."""


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop at the moment the worker would start."""

    def begin(_worker: Standby, _path: Path) -> None:
        raise Started

    monkeypatch.setattr(Standby, "begin", begin)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "many people.csv"
    rows = "".join(f"{20 + n % 40},{n * 7 % 13},{'yes' if n % 3 else 'no'}\n" for n in range(80))
    path.write_text("age,shoe,likes it\n" + rows)
    return path


@pytest.mark.usefixtures("no_worker")
def test_the_plan_says_what_was_asked(table: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    words = ["--target", "likes it", "--budget", "2h", "--device", "cpu", "--seed", "5", "--test-fraction", "0.25"]
    words += ["--max-latency", "20"]
    assert main(["train", str(table), *words, "--out", str(run), "--predict", str(table)]) == 1
    plan = json.loads((run / "plan.json").read_text())
    assert len(json.loads((run / "sources.json").read_text())[0]["sha256"]) == 64
    assert (plan["budget_s"], plan["device"], plan["seed"], plan["max_latency_ms"]) == (7200.0, "cpu", 5, 20.0)
    assert (plan["transfer"], plan["search"]) == ("auto", "auto")
    opened = RunFolder.open(run)
    assert opened.task.target == "likes it" and opened.task.classes == ("no", "yes")
    parts = opened.dataset().frame["split"].value_counts().to_dict(as_series=False)
    assert dict(zip(parts["split"], parts["count"], strict=True))["test"] == pytest.approx(20, abs=2)
    to_predict = opened.to_predict()
    assert to_predict is not None
    assert "label" not in to_predict.frame.columns and "x:likes it" not in to_predict.frame.columns


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in "ab":
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(8):
            random = np.random.default_rng(number + ord(name))
            picture = Image.fromarray(random.integers(0, 255, (16, 16, 3), dtype=np.uint8))
            picture.save(tmp_path / "photos" / name / f"{number}.png")
    return tmp_path / "photos"


@pytest.mark.usefixtures("no_worker")
def test_the_plan_keeps_the_files_of_own_networks_and_fetches_none(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "resnet18.pth").touch()
    words = ["--weights", str(tmp_path / "own"), "--out", str(tmp_path / "run")]
    assert main(["train", str(photos), *words]) == 1
    assert RunFolder.open(tmp_path / "run").options.own_weights == (tmp_path / "own" / "resnet18.pth",)


@pytest.mark.usefixtures("no_worker")
def test_weights_are_fetched_before_the_time_begins_and_the_run_goes_on_without_those_that_cannot(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fetched = [0.0]
    for clock in ("studio.cli.commands.train.awake", "engine.run.folder.awake"):
        monkeypatch.setattr(clock, lambda: awake() + fetched[0])
    came = tmp_path / "own" / "good.pth"

    def slowly(folder: Path, given: list[Path], say: Callable[[str], None]) -> tuple[list[Path], list[str]]:
        fetched[0] += 3600.0
        say("Fetching good.")
        return [folder / came.name], ["The other could not be fetched."]

    monkeypatch.setattr(fetching, "fetch_good", slowly)
    words = ["--weights", str(came.parent), "--allow-download", "--out", str(tmp_path / "run")]
    pressed = time.time()
    assert main(["train", str(photos), *words]) == 1
    run = RunFolder.open(tmp_path / "run")
    assert run.prepared_s is not None
    assert 0.0 < run.prepared_s < 3600.0
    options = run.options
    assert options.pressed_at >= pressed + 3600.0
    assert options.own_weights == (came,)
    assert "The other could not be fetched." in options.notes
    assert "Fetching good." in capsys.readouterr().out


def test_no_run_is_left_to_itself_by_whoever_leaves_while_its_notes_are_said(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Path] = []

    def leave(_reporter: PlainReporter, sentence: str) -> None:
        if sentence == "The other could not be fetched.":
            raise KeyboardInterrupt

    monkeypatch.setattr(Standby, "begin", lambda _worker, path: begun.append(path))
    monkeypatch.setattr(PlainReporter, "say", leave)
    monkeypatch.setattr(fetching, "fetch_good", lambda *_: ([], ["The other could not be fetched."]))
    words = ["--weights", str(tmp_path / "own"), "--allow-download", "--out", str(tmp_path / "run")]
    assert main(["train", str(photos), *words]) == INTERRUPTED
    assert not begun


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--weights", "absent"], "There is no folder absent"),
        (["--weights", "empty"], "There are no weights in empty"),
        (["--allow-download"], "Say with --weights"),
    ],
)
def test_absent_weights_are_said_before_anything_starts(
    words: list[str], sentence: str, table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(table.parent)
    (table.parent / "empty").mkdir()
    assert main(["train", str(table), *words, "--out", "run"]) == 2
    assert sentence in capsys.readouterr().err
    assert not (table.parent / "run").exists()


@pytest.mark.usefixtures("no_worker")
def test_the_way_to_hold_on_to_the_pretraining_is_kept_or_refused(
    photos: Path, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(photos), "--transfer", "l2sp", "--out", str(tmp_path / "a")]) == 1
    assert RunFolder.open(tmp_path / "a").options.transfer == "l2sp"
    assert main(["train", str(table), "--target", "likes it", "--transfer", "l2sp", "--out", str(tmp_path / "b")]) == 2
    assert "no use for l2sp" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()
    assert main(["train", str(photos), "--transfer", " NoGuard + l2sp ", "--out", str(tmp_path / "c")]) == 1
    assert RunFolder.open(tmp_path / "c").options.transfer == "l2sp+noguard"


@pytest.mark.parametrize(
    ("ways", "sentence"),
    [
        ("glue", "there is no way 'glue': choose from auto, none, l2sp"),
        ("auto+l2sp", "auto goes with noguard alone, not with l2sp"),
        ("rifle+neverhurt", "add l2sp, delta, bss or cotuning"),
    ],
)
def test_ways_to_hold_on_that_do_not_go_are_said_in_a_sentence(
    ways: str, sentence: str, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(photos), "--transfer", ways, "--out", str(tmp_path / "run")]) == 2
    told = capsys.readouterr().err
    assert "--transfer" in told
    assert sentence in told
    assert not (tmp_path / "run").exists()


def test_the_help_names_every_way_to_hold_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    told = capsys.readouterr().out
    assert "--transfer WAYS" in told
    assert all(word in told for word in WORDS)


@pytest.mark.usefixtures("no_worker")
@pytest.mark.parametrize("strategy", strategies.WORDS)
def test_the_strategy_of_searches_is_kept(strategy: str, photos: Path, table: Path, tmp_path: Path) -> None:
    words = ["--search", strategy, "--out"]
    assert main(["train", str(table), "--target", "likes it", *words, str(tmp_path / "a")]) == 1
    assert json.loads((tmp_path / "a" / "plan.json").read_text())["search"] == strategy
    assert main(["train", str(photos), *words, str(tmp_path / "b")]) == 1
    assert RunFolder.open(tmp_path / "b").options.search == strategy


@pytest.mark.usefixtures("no_worker")
@pytest.mark.parametrize(("side", "budget"), [(16, "5m"), (80, "10m")])
def test_a_strategy_is_refused_where_pictures_or_the_time_leave_nothing_to_search(
    side: int, budget: str, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in photos.rglob("*.png"):
        Image.open(path).resize((side, side)).save(path)
    words = ["train", str(photos), "--budget", budget, "--out", str(tmp_path / "run")]
    assert main([*words, "--search", "tpe"]) == 2
    assert "no use for tpe: that is for tables" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    assert main([*words, "--search", "auto"]) == 1
    assert RunFolder.open(tmp_path / "run").options.search == "auto"


def test_an_unknown_strategy_is_said_in_a_sentence_and_the_help_names_every_one(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", str(table), "--target", "likes it", "--out", str(tmp_path / "run")]
    assert main([*words, "--search", "glue"]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert "--search: invalid choice: 'glue'" in told
    assert all(word in told for word in strategies.WORDS)
    assert not (tmp_path / "run").exists()
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    help_ = " ".join(capsys.readouterr().out.split())
    assert f"--search {{{','.join(strategies.WORDS)}}}" in help_
    assert strategies.SEARCHED in help_


@pytest.mark.usefixtures("no_worker")
def test_what_cannot_be_asked_is_refused_before_weights_are_fetched(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fetched: list[Path] = []

    def fetch(folder: Path, *_: object) -> tuple[list[Path], list[str]]:
        fetched.append(folder)
        return [], []

    monkeypatch.setattr(fetching, "fetch_good", fetch)
    monkeypatch.setattr("engine.transfer.asked.refusal", lambda *_: "There is no use for this way.")
    words = ["--transfer", "cotuning", "--weights", str(tmp_path / "own"), "--allow-download"]
    assert main(["train", str(photos), *words, "--out", str(tmp_path / "run")]) == 2
    assert "no use for this way" in capsys.readouterr().err
    assert not fetched


@pytest.mark.usefixtures("no_worker")
def test_no_test_part_is_kept_where_none_is_wanted(table: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    main(["train", str(table), "--target", "likes it", "--test-fraction", "0", "--out", str(run)])
    assert RunFolder.open(run).dataset().frame["split"].unique().to_list() == ["train"]


@pytest.mark.usefixtures("no_worker")
def test_a_run_lies_below_runs_unless_told_otherwise(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["train", str(table), "--target", "likes it"])
    (made,) = (tmp_path / "runs").iterdir()
    assert made.name.startswith("many people-")
    assert RunFolder.open(made).options.budget_s == 600.0


@pytest.mark.usefixtures("no_worker")
def test_numbers_are_learned_as_classes_where_that_is_wanted(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(table), "--target", "age", "--as", "class", "--out", str(tmp_path / "run")]) == 1
    task = RunFolder.open(tmp_path / "run").task
    assert task.kind is Kind.MULTICLASS and "59" in task.classes
    capsys.readouterr()
    assert main(["train", str(table), "--target", "likes it", "--as", "number", "--out", str(tmp_path / "no")]) == 1
    assert "The column “likes it” holds words, not numbers." in capsys.readouterr().err
    assert main(["train", str(table), "--as", "words"]) == 2
    assert "choose from" in capsys.readouterr().err


@pytest.mark.usefixtures("no_worker")
def test_what_cannot_be_read_of_the_rows_to_predict_is_told(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.csv"
    new.write_text("age\nyoung\n31\n")
    words = ["--target", "likes it", "--predict", str(new), "--out", str(tmp_path / "run")]
    assert main(["train", str(table), *words]) == 1
    told = capsys.readouterr().out
    assert "new.csv lacks 1 column that the model learned from, taken as missing: shoe." in told
    assert "“age” takes numbers; in 1 of 2 rows it holds something else, like “young”" in told
