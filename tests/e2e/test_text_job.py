"""The whole job on texts, in files and in a table, through the command line."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.e2e.conftest import Autodidact, Data, read_csv

GOOD = ("a lovely warm soup", "the best bread in town", "kind people and quick service", "味道很好,下次再来")
BAD = ("cold soup again", "the bread was stale", "rude people and slow service", "太慢了,不好吃")
UNSEEN = {
    "the people were kind, and the soup lovely and warm": "good",
    "quick service, the best in town": "good",
    "stale bread and cold soup": "bad",
    "slow and rude": "bad",
    "下次再来,味道好": "good",
    "太慢,不好吃": "bad",
}
OTHER_LANGUAGES = ("Ein ganz anderer Satz", "Совсем другое предложение", "まったく別のことば")
NAMES = ("good", "bad")
PLACES = ("in the harbour", "at the corner", "near the station", "by the old mill")


def _letter(kind: int, chance: random.Random) -> str:
    """Return a letter about a meal, with words of its kind and words of none."""
    words = [chance.choice((GOOD, BAD)[kind]), chance.choice(PLACES), f"on day {chance.randrange(300)}"]
    chance.shuffle(words)
    return ", ".join(words)


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """A table with a column of text and a column of classes."""
    folder, chance = tmp_path_factory.mktemp("letters"), random.Random(5)
    for part, count in (("train", 240), ("test", 60)):
        with (folder / f"{part}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["letter", "opinion"])
            writer.writerows([_letter(n % 2, chance), NAMES[n % 2]] for n in range(count))
    return Data(folder / "train.csv", folder / "test.csv")


@pytest.fixture(scope="module")
def run(autodidact: Autodidact, letters: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("job") / "run"
    outcome = autodidact("train", letters.train, "--budget", "10s", "--out", run, "--predict", letters.test)
    assert outcome.code == 0, outcome.err
    assert "240 texts" in outcome.out
    return run


def test_the_model_tells_the_texts_apart(
    autodidact: Autodidact, here: Autodidact, run: Path, letters: Data, tmp_path: Path
) -> None:
    assert json.loads((run / "result.json").read_text())["task"]["modality"] == "text"
    out = tmp_path / "predictions.csv"
    assert autodidact("predict", run, letters.test, "--out", out).code == 0
    truth = [row["opinion"] for row in read_csv(letters.test)]
    assert [row["prediction"] for row in read_csv(out)].count("good") > 0
    right = sum(row["prediction"] == label for row, label in zip(read_csv(out), truth, strict=True))
    assert right >= 57  # of 60
    measured = json.loads(here("evaluate", run, letters.test, "--json").out)
    assert measured["scores"]["accuracy"]["value"] == pytest.approx(right / 60)


def asked(here: Autodidact, run: Path, texts: Iterable[str], folder: Path) -> list[dict[str, str]]:
    """Return the answers about texts in a table."""
    table, out = folder / "asked.csv", folder / "predictions.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["letter"], *[[text] for text in texts]])
    outcome = here("predict", run, table, "--out", out)
    assert outcome.code == 0, outcome.err
    return read_csv(out)


def certainty(answer: dict[str, str]) -> float:
    """Return how far an answer is from a guess, 0 to 1."""
    return abs(2.0 * float(answer["good"]) - 1.0)


def test_new_phrases_are_told_apart_and_another_language_is_no_certainty(
    here: Autodidact, run: Path, tmp_path: Path
) -> None:
    answers = asked(here, run, [*UNSEEN, *OTHER_LANGUAGES], tmp_path)
    known, unknown = answers[: len(UNSEEN)], answers[len(UNSEEN) :]
    assert [row["prediction"] for row in known] == list(UNSEEN.values())
    assert max(map(certainty, unknown)) < 0.8
    assert max(map(certainty, unknown)) < sum(map(certainty, known)) / len(known)


def test_texts_of_any_size_are_answered(here: Autodidact, run: Path, tmp_path: Path) -> None:
    texts = ["", " ", "🙂🙃" * 50, "soup " * 200_000]
    answers = asked(here, run, texts, tmp_path)
    assert len(answers) == len(texts)
    assert all(float(row["good"]) + float(row["bad"]) == pytest.approx(1.0) for row in answers)
    assert max(certainty(row) for row in answers[:2]) < 0.8  # nothing was said


def test_texts_in_files_go_the_same_way(autodidact: Autodidact, letters: Data, tmp_path: Path) -> None:
    for number, row in enumerate(read_csv(letters.train)[:80]):
        path = tmp_path / "files" / row["opinion"] / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(row["letter"], encoding=("utf-8", "utf-16", "utf-8-sig")[number % 3])
    run = tmp_path / "run"
    outcome = autodidact("train", tmp_path / "files", "--budget", "8s", "--out", run)
    assert outcome.code == 0, outcome.err
    assert "80 texts in 2 folders" in outcome.out
    assert json.loads((run / "result.json").read_text())["score"]["validation"] > 0.7
