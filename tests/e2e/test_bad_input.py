"""Bad input ends in one clear sentence, and nothing is left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Autodidact, Data


def _empty_folder(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def _table(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text)
    return path


def _constant(folder: Path) -> Path:
    return _table(folder, "a,target\n" + "".join(f"{n},same\n" for n in range(30)))


def _no_target(folder: Path) -> Path:
    return _table(folder, "a,target\n" + "".join(f"{n},\n" for n in range(30)))


def _no_pictures(folder: Path) -> Path:
    (folder / "texts").mkdir()
    (folder / "texts" / "fake.jpg").write_text("I am not a picture.")
    return folder / "texts"


def _target_without_values(folder: Path) -> Path:
    return _table(folder, "a,b,target\n" + "".join(f"{n % 7},{n % 3},\n" for n in range(30)))


def _numbers_too_large(folder: Path) -> Path:
    return _table(folder, "a,price\n" + "".join(f"{n % 7},{n}e300\n" for n in range(30)))


def _numbers_too_alike(folder: Path) -> Path:
    return _table(folder, "a,price\n" + "".join(f"{n % 7},{n}e-200\n" for n in range(30)))


def _three_rows(folder: Path) -> Path:
    return _table(folder, "a,b,target\n1,x,p\n2,y,q\n3,x,p\n")


def _constants_alone(folder: Path) -> Path:
    return _table(folder, "a,b,target\n" + "".join(f"1,same,{'pq'[n % 2]}\n" for n in range(30)))


def _too_many_classes(folder: Path) -> Path:
    rows = "".join(f"the guest in room {n} found it clean,c{n % 1500}\n" for n in range(4500))
    return _table(folder, "remark,label\n" + rows)


def check_refused(command: Autodidact, data: Path, run: Path) -> None:
    outcome = command("train", data, "--budget", "10s", "--out", run)
    assert outcome.code == 1, outcome.out
    assert outcome.error.startswith("autodidact: ") and outcome.error.endswith(".")
    assert "Something unexpected happened" not in outcome.error
    assert not run.exists()


@pytest.mark.parametrize(
    "make",
    [
        _empty_folder,
        _constant,
        _no_target,
        _target_without_values,
        _numbers_too_large,
        _numbers_too_alike,
        _three_rows,
        _too_many_classes,
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_a_sentence(
    make: Callable[[Path], Path], here: Autodidact, tmp_path: Path
) -> None:
    check_refused(here, make(tmp_path), tmp_path / "run")


@pytest.mark.parametrize("make", [_no_pictures, _constants_alone])
def test_a_refusal_is_all_that_a_command_and_the_worker_that_it_sends_away_say(
    make: Callable[[Path], Path], autodidact: Autodidact, tmp_path: Path
) -> None:
    check_refused(autodidact, make(tmp_path), tmp_path / "run")


def test_an_unknown_target_is_bad_usage_and_the_columns_are_named(
    here: Autodidact, snakes: Data, tmp_path: Path
) -> None:
    outcome = here("train", snakes.train, "--target", "species", "--out", tmp_path / "run")
    assert outcome.code == 2
    assert "'species'" in outcome.error and "found in" in outcome.error


def test_pictures_have_no_target(here: Autodidact, stripes: Data, tmp_path: Path) -> None:
    outcome = here("train", stripes.train, "--target", "kind", "--out", tmp_path / "run")
    assert outcome.code == 2
    assert "'kind'" in outcome.error


def test_a_run_folder_that_holds_something_is_left_alone(here: Autodidact, snakes: Data, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    outcome = here("train", snakes.train, "--target", "kind", "--out", tmp_path)
    assert outcome.code == 1
    assert "is not empty" in outcome.error
    assert [file.name for file in tmp_path.iterdir()] == ["precious"]


def test_importing_into_a_folder_of_other_things_is_refused(here: Autodidact, snakes: Data, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    outcome = here("import", snakes.train, "--project", tmp_path)
    assert outcome.code == 1
    assert outcome.error
    assert [file.name for file in tmp_path.iterdir()] == ["precious"]


def test_a_refusal_is_explained_by_the_pictures_that_were_broken(
    here: Autodidact, stripes: Data, tmp_path: Path
) -> None:
    shutil.copytree(stripes.train / "across", tmp_path / "data" / "across")
    (tmp_path / "data" / "along").mkdir()
    (tmp_path / "data" / "along" / "fake.png").write_text("I am not a picture.")
    outcome = here("train", tmp_path / "data", "--out", tmp_path / "run")
    assert outcome.code == 1
    assert "second class" in outcome.error
    assert "along/fake.png: The file is not a picture" in outcome.out


def test_columns_that_are_not_learned_from_are_named(here: Autodidact, tmp_path: Path) -> None:
    table = _table(tmp_path, "id,gone,target\n" + "".join(f"{n},,{'yn'[n % 2]}\n" for n in range(30)))
    outcome = here("train", table, "--out", tmp_path / "run")
    assert outcome.code == 1
    assert "No column is left" in outcome.error
    assert "Not learned from: id (it only numbers the rows)." in outcome.out
    assert "Not learned from: gone (all its values are missing)." in outcome.out


def test_names_from_outside_cannot_steer_the_terminal(
    autodidact: Autodidact, here: Autodidact, stripes: Data, tmp_path: Path
) -> None:
    shutil.copytree(stripes.train / "across", tmp_path / "data" / "a\x1b[31m")
    (tmp_path / "data" / "a\x1b[31m" / "broken\x1b[2J.png").write_text("")
    outcome = autodidact("import", tmp_path / "data", "--project", tmp_path / "project")
    assert outcome.code == 0
    assert "broken?[2J.png: The file is empty." in outcome.out
    assert "\x1b" not in outcome.out + outcome.err
    refused = here("train", tmp_path / "data", "--out", tmp_path / "run")
    assert refused.code == 1
    assert "\x1b" not in refused.out + refused.err


def test_a_terminal_that_knows_few_letters_gets_an_answer_too(command: list[str], snakes: Data, tmp_path: Path) -> None:
    done = subprocess.run(
        [*command, "import", str(snakes.train), "--project", str(tmp_path / "project")],
        env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "now holds 400 rows" in done.stdout


def test_an_odd_table_is_taken_in_with_a_sentence_about_each_oddity(here: Autodidact, tmp_path: Path) -> None:
    kinds, lengths = (" Katze ", "katze", "Hund"), ("inf", "1.5", "kaputt", "2.5", "7")
    rows = [f"{lengths[n % 5]},{n % 11},{n},北京市,{kinds[n % 3]}" for n in range(60)]
    table = tmp_path / "table.csv"
    table.write_bytes("\n".join(["长度,数,数,城市,kind", *rows]).encode("gb18030"))
    outcome = here("import", table, "--project", tmp_path / "project", "--target", "kind")
    assert outcome.code == 0, outcome.err
    assert "sort rows by kind into Hund / Katze" in outcome.out
    assert "“katze” as “Katze”" in outcome.out
    assert "several columns called “数”; the second is now “数 (2)”" in outcome.out
    assert "Not learned from: 数 (2) (it only numbers the rows)." in outcome.out
    assert "Not learned from: 城市 (all its values are the same)." in outcome.out
