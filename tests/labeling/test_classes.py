"""Labels as people write them, and what is learned from several of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dataset import Dataset
from engine.task import Kind, Modality
from labeling.classes import JOINED_BY, as_labels, parts_of, respelled, same_spelling, spellings, told
from labeling.errors import ImportRefused
from labeling.importing import labelled, read, understand
from labeling.project import Project
from labeling.snapshot import snapshot
from labeling.understanding import Understanding

NAMES = st.text(min_size=1, max_size=6).filter(lambda name: JOINED_BY not in name and name.strip() == name)


@settings(deadline=None)
@given(st.lists(st.lists(NAMES, max_size=4, unique=True), max_size=10))
def test_joined_names_come_apart_again(lists: list[list[str]]) -> None:
    cells = pl.Series([JOINED_BY.join(names) for names in lists], dtype=pl.String)
    assert parts_of(cells).to_list() == lists


@settings(deadline=None)
@given(st.lists(st.sampled_from(["Cat", "cat", "CAT", "dog", "a", "A"]), min_size=1))
def test_spellings_that_differ_in_capitals_become_the_commonest(names: list[str]) -> None:
    labels = pl.Series("label", names)
    merged = respelled(labels, spellings(labels)).to_list()
    cats = [name for name in merged if name.casefold() == "cat"]
    assert len(set(cats)) <= 1
    assert [name for name in merged if len(name) == 1] == [name for name in names if len(name) == 1]
    if cats:
        assert names.count(cats[0]) == max(names.count(name) for name in ("Cat", "cat", "CAT"))


def test_names_whose_accents_are_stored_otherwise_are_one_class() -> None:
    typed, of_a_mac = "Gr\u00fcn", "Gru\u0308n"
    labels = pl.Series("label", [typed, typed, of_a_mac, of_a_mac.lower(), "\u00e9", "e\u0301", "\u00e9", "\u00c9"])
    merged = spellings(labels)
    assert respelled(labels, merged).to_list() == [typed] * 4 + ["\u00e9"] * 3 + ["\u00c9"]
    assert same_spelling(of_a_mac) == same_spelling(typed.upper())
    assert told({of_a_mac: typed}) == []
    assert told(merged)[0].startswith(
        f"Names that differ in capitals alone were taken as one class: “{of_a_mac.lower()}”"
    )


def test_empty_cells_are_no_label_or_no_class() -> None:
    assert as_labels(["a", "", None], Kind.MULTICLASS, "x").to_list() == ["a", None, None]
    assert as_labels([" a ; b;;a", "", None], Kind.MULTILABEL, "x").to_list() == [["a", "b"], [], None]
    assert as_labels(["1", " 2.5", "x", None], Kind.REGRESSION, "x").to_list() == [1.0, 2.5, None, None]
    with pytest.raises(ImportRefused, match="hold words"):
        as_labels(["x", "y"], Kind.REGRESSION, "The cells")


@pytest.fixture
def fruit(tmp_path: Path, make_picture: Callable[..., Path]) -> Path:
    """Forty photos with no, one or two kinds of fruit."""
    wanted = ["apple", "pear", " apple ; Pear", "", "pear;kiwi"]
    lines = ["filename,labels"]
    for number in range(40):
        make_picture(tmp_path / "fruit" / f"{number}.png", seed=number)
        lines.append(f"{number}.png,{wanted[number % 5]}")
    (tmp_path / "fruit" / "labels.csv").write_text("\n".join(lines))
    return tmp_path / "fruit"


def test_several_classes_are_understood_and_split_by_the_rarest(fruit: Path) -> None:
    understanding = understand(fruit)
    assert understanding.text() == "40 photos → sort photos into any of apple / kiwi / pear (column labels)"
    assert any("8 lines name no class" in sentence for sentence in understanding.problems)
    assert any("“Pear” as “pear”" in sentence for sentence in understanding.problems)
    frozen = snapshot(read(understanding).frame, understanding)
    assert (frozen.task.kind, frozen.task.classes) == (Kind.MULTILABEL, ("apple", "kiwi", "pear"))
    frame = frozen.dataset.frame
    assert frame.schema["label"] == pl.List(pl.String)
    labels = Dataset(frame.filter(frame["split"] == "test")).labels(frozen.task)
    assert labels.sum(axis=0).min() >= 1
    assert labelled(fruit, frozen.task).labels(frozen.task).shape == (40, 3)


def test_the_person_may_want_one_class_instead(fruit: Path) -> None:
    understanding = understand(fruit)
    single = understand(fruit, **understanding.wish("kind", "sort photos into"))
    assert single.kind is Kind.MULTICLASS
    assert "pear;kiwi" in single.classes


def test_a_project_keeps_several_classes_through_undo_and_renaming(fruit: Path, tmp_path: Path) -> None:
    understanding = understand(fruit)
    batch = read(understanding)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, batch)
        assert {info.name: info.count for info in project.classes()} == {"apple": 16, "kiwi": 8, "pear": 24}
        project.set_label(["0.png"], ("pear", "fig"))
        assert [info.name for info in project.classes()] == ["apple", "kiwi", "pear", "fig"]
        project.rename_class("pear", "apple")
        told = project.sample("0.png")
        assert told is not None
        assert told.label == ("apple", "fig")
        assert project.undo() is not None
        assert project.undo() is not None
        frame = project.frame().sort("id")
        expected = batch.frame.sort("id")["label"].list.sort().to_list()
        assert frame["label"].list.sort().to_list() == expected
        again = project.understanding()
        assert again is not None
        assert snapshot(project.frame(), again).task.kind is Kind.MULTILABEL


def test_the_same_classes_everywhere_cannot_be_learned() -> None:
    several = Understanding(Path("/photos"), "image_manifest", Modality.IMAGE, Kind.MULTILABEL)
    frame = pl.DataFrame({"label": [["a", "b"]] * 6, "split": [None] * 6}, schema_overrides={"split": pl.String})
    with pytest.raises(ImportRefused, match="the same classes"):
        snapshot(frame, several)


def test_folders_too_many_to_tell_apart_are_refused(tmp_path: Path) -> None:
    for number in range(1001):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "a.txt").write_text("a text")
    with pytest.raises(ImportRefused, match=r"1,001 different values; .* Join classes .* or take in fewer of them\.$"):
        understand(tmp_path)
