"""What the card says of runs of every kind, as the page shows it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.run.folder import RunFolder
from engine.task import Kind, Modality
from exporters.report.card import card
from exporters.report.html import page
from exporters.report.material import gather
from exporters.report.sections import samples
from exporters.report.style import STYLE
from tests.exporters.report.reading import Page, read
from tests.studio.recorded_runs import Recipe, record

HOSTILE = ("<script>alert(1)</script>", 'a" onload="x', "two\nlines \u202egnp.exe {nb}", "纸 بلاستيك Металл 🗑️", "&amp;")


def card_of(run: RunFolder) -> Page:
    return read(page(card(gather(run.path), (), "bill.json")))


def test_the_figure_stands_with_its_bounds_and_what_it_was_measured_on(tmp_path: Path) -> None:
    found = card_of(record(tmp_path / "bolts", Recipe(skill=0.92)))

    assert "Right on 94 of 100" in found.text
    assert "Between 87 and 97 – measured on 84 photos it never saw" in found.text
    assert "Learned from and chosen by120 photos" in found.text
    assert "divided into 4 folds" in found.text


def test_a_model_that_there_was_no_time_to_test_is_not_said_to_be_tested(tmp_path: Path) -> None:
    run = record(tmp_path / "bolts", Recipe(skill=0.92))
    result = json.loads((run.path / "result.json").read_text())
    result["scores"]["test"] = None
    (run.path / "result.json").write_text(json.dumps(result))
    (run.model_path / "test.parquet").unlink()
    found = card_of(run)

    assert "there was no time to score it on them" in found.text
    assert "scored once" not in found.text


def test_the_graphics_cards_of_the_computer_are_named(tmp_path: Path) -> None:
    run = record(tmp_path / "bolts", Recipe(skill=0.92))
    result = json.loads((run.path / "result.json").read_text())
    result["computer"] = {"processor": "EPYC", "cards": ["NVIDIA H100 80GB HBM3", "Tesla V100"]}
    (run.path / "result.json").write_text(json.dumps(result))

    assert "Graphics cardsNVIDIA H100 80GB HBM3 and Tesla V100" in card_of(run).text


def test_the_page_asks_for_nothing_and_runs_nothing(tmp_path: Path) -> None:
    run = record(tmp_path / "bolts", Recipe(classes=HOSTILE, skill=0.5))
    found = card_of(run)

    assert found.closed
    assert not found.all("script")
    assert not found.all("link")
    sources = [seen.attributes["src"] for seen in found.all("img")]
    assert len(sources) == samples.MOST
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert all(link.attributes["href"].startswith("#c") for link in found.all("a"))
    assert not [name for seen in found.elements for name in seen.attributes if name.startswith("on")]
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_names_from_outside_are_shown_as_they_are_but_cannot_hide(tmp_path: Path) -> None:
    found = card_of(record(tmp_path / "bolts", Recipe(classes=HOSTILE, skill=0.5)))

    assert "<script>alert(1)</script>" in found.text
    assert "two␊lines ⟨U+202E⟩gnp.exe {nb}" in found.text
    assert "纸 بلاستيك Металл 🗑️" in found.text


def test_who_cannot_see_it_can_read_it(tmp_path: Path) -> None:
    found = card_of(record(tmp_path / "bolts", Recipe(skill=0.6)))

    assert found.all("html")[0].attributes["lang"] == "en"
    assert len(found.all("h1")) == 1
    assert len(found.all("h2")) == len(found.all("section")) == 10
    assert all(seen.attributes.get("scope") in ("col", "row") for seen in found.all("th"))
    assert len(found.all("caption")) == len(found.all("table"))
    assert all(seen.attributes["alt"] for seen in found.all("img"))
    assert all(seen.attributes["role"] == "img" for seen in found.all("svg"))
    assert len(found.all("desc")) == len(found.all("svg")) > 3
    ids = [seen.attributes["id"] for seen in found.elements if "id" in seen.attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (
            Recipe(Modality.TABLE, Kind.REGRESSION),
            ["Off by 6.65 on average", "Furthest from the truth", "95 of 100 are"],
        ),
        (
            Recipe(kind=Kind.MULTILABEL),
            ["All classes right on 73 of 100", "Several may hold, or none", "How sure it is"],
        ),
        (Recipe(Modality.TEXT, skill=0.5), ["This is about a", "Most surely wrong"]),
        (Recipe(Modality.TABLE), ["The columns that are learned from", "jobcategory", "Row "]),
    ],
)
def test_every_kind_of_question_has_a_card(tmp_path: Path, recipe: Recipe, said: list[str]) -> None:
    found = card_of(record(tmp_path / "run", recipe))

    assert found.closed
    assert [words for words in said if words not in found.text] == []


def test_a_faultless_model_has_no_worst_samples(tmp_path: Path) -> None:
    found = card_of(record(tmp_path / "run", Recipe(skill=1.0)))

    assert "None: all 84 photos were answered rightly." in found.text
    assert "Nothing was taken for anything else among these samples." in found.text


def test_a_thousand_classes_are_gathered(tmp_path: Path) -> None:
    names = tuple(f"kind {number}" for number in range(1000))
    recipe = Recipe(Modality.TABLE, classes=names, n_train=1000, n_test=300, skill=0.7, points=2)
    found = card_of(record(tmp_path / "run", recipe))

    assert "985 others" in found.text
    assert "Show the other 980 rows" in found.text


def test_without_a_test_part_it_says_so(tmp_path: Path) -> None:
    run = record(tmp_path / "run", Recipe(n_test=0))

    assert "No untouched test part was measured." in gather(run.path).missing[0]
    assert "No untouched test part was measured." in card_of(run).text


def test_a_journal_of_nonsense_costs_the_curve_alone(tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    run.events_path.write_bytes(b"\x00\xff\n" * 50)

    assert gather(run.path).missing == (
        "The run's journal (events.jsonl) is not there or cannot be read: no learning curve.",
    )


def test_a_model_alone_has_a_card_without_its_history(tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    shutil.copytree(run.model_path, tmp_path / "alone")
    found = read(page(card(gather(tmp_path / "alone"), (), "bill.json")))

    assert "This is a model without its run" in found.text
    assert "The learning curve" not in found.text


def test_pictures_that_are_gone_are_told(tmp_path: Path) -> None:
    run = record(tmp_path / "run", Recipe(skill=0.5))
    for picture in tmp_path.glob("picture-*.png"):
        picture.unlink()
    found = card_of(run)

    assert not found.all("img")
    assert "is no longer where it was" in found.text
