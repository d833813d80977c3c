from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dataset import Dataset, Split
from engine.task import Column, ColumnType, Kind, Modality
from labeling.errors import ImportRefused
from labeling.formats.media import SCHEMA
from labeling.importing import read, understand
from labeling.snapshot import TEST_FOLD, snapshot


@dataclass(frozen=True)
class About:
    modality: Modality = Modality.IMAGE
    kind: Kind | None = Kind.MULTICLASS
    target: str | None = None
    columns: tuple[Column, ...] = ()


def pictures(
    labels: Sequence[str | None], content: Sequence[str] | None = None, split: Sequence[str | None] | None = None
) -> pl.DataFrame:
    n = len(labels)
    return pl.DataFrame(
        {
            "id": [str(row) for row in range(n)],
            "reference": [f"/photos/{row}" for row in range(n)],
            "content": content or [f"c{row}" for row in range(n)],
            "look": [None] * n,
            "tones": [None] * n,
            "label": labels,
            "split": split or [None] * n,
            "marks": None,
        },
        schema=SCHEMA,
    )


def test_a_snapshot_is_a_dataset_that_can_be_written_and_read(bolts: Path, tmp_path: Path) -> None:
    understanding = understand(bolts)
    frozen = snapshot(read(understanding).frame, understanding)
    frozen.dataset.write(tmp_path / "dataset.parquet")
    again = Dataset.read(tmp_path / "dataset.parquet")
    assert again.frame.equals(frozen.dataset.frame)
    assert again.frame.columns == ["id", "reference", "content", "label", "split", "fold", "group"]
    assert frozen.task.classes == ("bolt", "nut", "washer")
    assert 1 <= len(again.part(Split.TEST)) <= 6


def test_a_column_called_none_is_learned_from(tmp_path: Path) -> None:
    path = tmp_path / "sizes.csv"
    lines = [f"{n * 7 % 40}.5,{n % 5},{'ab'[n % 2]}" for n in range(40)]
    path.write_text("\n".join(["None,size,kind", *lines]))
    understanding = understand(path, target="kind")
    frozen = snapshot(read(understanding).frame, understanding)
    assert "None" in [column.name for column in frozen.task.columns]
    assert "x:None" in frozen.dataset.frame.columns


def test_the_same_data_and_seed_give_the_same_snapshot(bolts: Path) -> None:
    understanding = understand(bolts)
    frame = read(understanding).frame
    first, second = snapshot(frame, understanding, seed=3), snapshot(frame, understanding, seed=3)
    assert first.dataset.frame.equals(second.dataset.frame)


def test_no_test_part_is_kept_when_none_is_wanted() -> None:
    frozen = snapshot(pictures(["a", "b"] * 20, split=["train", "test"] * 20), About(), test_fraction=0)
    assert len(frozen.dataset.part(Split.TEST)) == 0


def test_a_test_part_that_the_data_sets_apart_is_kept() -> None:
    split = ["train"] * 20 + ["test"] * 10
    frozen = snapshot(pictures(["a", "b"] * 15, split=split), About())
    assert frozen.dataset.part(Split.TEST).ids == [str(row) for row in range(20, 30)]
    assert set(frozen.dataset.part(Split.TEST).folds.tolist()) == {TEST_FOLD}


def test_test_pictures_that_copy_training_pictures_are_not_tested_on() -> None:
    content = [f"c{row}" for row in range(29)] + ["c0"]
    split = ["train"] * 20 + ["test"] * 10
    frozen = snapshot(pictures(["a", "b"] * 15, content=content, split=split), About())
    assert "29" not in frozen.dataset.part(Split.TEST).ids
    assert "near-copies of training samples" in " ".join(frozen.notes)


def test_test_samples_of_classes_never_taught_are_left_out() -> None:
    split = ["train"] * 20 + ["test"] * 10
    frozen = snapshot(pictures(["a", "b"] * 14 + ["c", "a"], split=split), About())
    assert frozen.task.classes == ("a", "b")
    assert frozen.notes[:1] == (
        "1 test sample was left out, since no training sample has such a class: c. Add training samples of it to test "
        "on it.",
    )
    frozen = snapshot(pictures(["a", "b"] * 13 + ["c", "d", "c", "a"], split=split), About())
    assert frozen.notes[:1] == (
        "3 test samples were left out, since no training sample has such a class: c, d. Add training samples of these "
        "to test on them.",
    )


def test_test_samples_of_no_class_that_was_taught_are_left_out_and_not_taken_for_none_of_them() -> None:
    sets = [["a"], ["b"]] * 10 + [["a"], ["c"], ["a", "c"], ["b"]]
    frame = pictures([None] * 24, split=["train"] * 20 + ["test"] * 4).with_columns(pl.Series("label", sets))
    frozen = snapshot(frame, About(kind=Kind.MULTILABEL))
    assert frozen.task.classes == ("a", "b")
    assert frozen.dataset.part(Split.TEST).frame.select("id", "label").rows() == [
        ("20", ["a"]), ("22", ["a"]), ("23", ["b"])
    ]  # fmt: skip
    assert frozen.notes[:2] == (
        "Classes that no training sample has are not tested on: c.",
        "1 test sample was left out, since it has no other class.",
    )


def test_more_classes_than_can_be_told_apart_are_refused() -> None:
    names = [f"class {row % 1001}" for row in range(2002)]
    with pytest.raises(ImportRefused, match=r"The labels have 1,001 different values; .* Join classes that belong"):
        snapshot(pictures(names), About())
    with pytest.raises(ImportRefused, match=r"The column “kind” has 1,001 .* Choose another column to predict"):
        snapshot(pictures(names), About(target="kind"))


@settings(max_examples=60, deadline=None)
@given(
    labels=st.lists(st.sampled_from("abc"), min_size=12, max_size=60),
    copies=st.lists(st.integers(0, 11), max_size=20),
    fraction=st.sampled_from([0.0, 0.15, 0.3]),
    seed=st.integers(0, 5),
)
def test_copies_are_never_on_both_sides(labels: list[str], copies: list[int], fraction: float, seed: int) -> None:
    content = [f"c{row}" for row in range(len(labels))] + [f"c{copied}" for copied in copies]
    try:
        frozen = snapshot(pictures([*labels, *(labels[c] for c in copies)], content=content), About(), fraction, seed)
    except ImportRefused:
        assert len(set(labels)) == 1
        return
    frame = frozen.dataset.frame
    assert frame.group_by("content").agg(pl.col("split").n_unique())["split"].max() == 1
    assert frame.group_by("content").agg(pl.col("fold").n_unique())["fold"].max() == 1


def test_unlabelled_samples_are_left_out_and_counted() -> None:
    frozen = snapshot(pictures(["a", "b"] * 10 + [None] * 3), About(kind=None))
    assert len(frozen.dataset) == 20
    assert "3 samples without a label" in frozen.notes[0]


def test_a_class_with_one_sample_is_learned_from_but_not_checked() -> None:
    frozen = snapshot(pictures(["a", "b"] * 10 + ["rare"]), About())
    row = frozen.dataset.frame.filter(pl.col("label") == "rare")
    assert (row["split"][0], row["fold"][0]) == ("train", -1)
    assert "1 class has a single sample" in frozen.notes[0]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([], "no samples yet"),
        ([None, None], "No sample of 2 has a label"),
        (["a"] * 5, "the only class"),
        (["a", "b"], "at least 4"),
        (["a", "b", "c", "d"], "single sample"),
    ],
)
def test_too_little_is_refused_with_a_sentence(labels: list[str | None], words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        snapshot(pictures(labels), About())


def test_a_constant_number_is_refused() -> None:
    frame = pictures([None] * 20).with_columns(label=pl.lit(4.0), **{"x:a": pl.int_range(0, 20).cast(pl.Float64)})
    about = About(Modality.TABLE, Kind.REGRESSION, "y", (Column("a", ColumnType.NUMBER),))
    with pytest.raises(ImportRefused, match="“y” are the same"):
        snapshot(frame, about)
    with pytest.raises(ImportRefused, match="No column is left"):
        snapshot(frame.with_columns(label=pl.int_range(0, 20).cast(pl.Float64)), replace(about, columns=()))


def test_numbers_whose_squares_overflow_are_refused() -> None:
    numbers = pl.int_range(1, 21, eager=True).cast(pl.Float64)
    frame = pictures([None] * 20).with_columns(label=numbers * -1e300, **{"x:a": numbers})
    with pytest.raises(ImportRefused, match="too large to calculate with"):
        snapshot(frame, About(Modality.TABLE, Kind.REGRESSION, "y", (Column("a", ColumnType.NUMBER),)))


@pytest.mark.parametrize("scale", [1e-200, 1e-320])
def test_numbers_whose_squares_vanish_are_refused(scale: float) -> None:
    numbers = pl.int_range(1, 21, eager=True).cast(pl.Float64)
    frame = pictures([None] * 20).with_columns(label=numbers * scale, **{"x:a": numbers})
    with pytest.raises(ImportRefused, match="too little to calculate with"):
        snapshot(frame, About(Modality.TABLE, Kind.REGRESSION, "y", (Column("a", ColumnType.NUMBER),)))


def test_many_samples_of_many_classes_are_drawn_from_and_no_class_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling.snapshot.MOST_ANSWERS", 5_000)
    names = [f"class {row % 20 if row < 900 else row % 50}" for row in range(1000)]
    frozen = snapshot(pictures(names), About(), seed=1)
    assert len(frozen.task.classes) == 50
    assert len(frozen.dataset) == 100
    assert any("drawn evenly" in note for note in frozen.notes)
    assert frozen.dataset.ids == snapshot(pictures(names), About(), seed=1).dataset.ids
    assert len(snapshot(pictures(names[:100]), About()).dataset) == 100


def test_many_samples_of_several_classes_are_drawn_from_and_no_class_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling.snapshot.MOST_ANSWERS", 7_700)
    sets = [[f"class {row % 40}", f"other {row % 37}"] for row in range(590)] + [[]] * 10
    frame = pictures([None] * 600).with_columns(pl.Series("label", sets))
    frozen = snapshot(frame, About(kind=Kind.MULTILABEL), seed=1)
    assert len(frozen.task.classes) == 77
    assert len(frozen.dataset) == 100
    assert any(not names for names in frozen.dataset.frame["label"].to_list())


def test_classes_of_one_picture_and_its_copies_are_refused() -> None:
    labels, content = ["bolt", "bolt", "nut", "nut", "nut"], ["a", "a", "b", "b", "b"]
    with pytest.raises(ImportRefused, match="near-copies count as one"):
        snapshot(pictures(labels, content), About(), test_fraction=0.0)


def test_samples_that_each_have_a_class_of_their_own_beside_a_shared_one_are_checked_on() -> None:
    sets = [["red", f"number {row}"] for row in range(12)] + [["blue"]] * 12
    frame = pictures([None] * len(sets)).with_columns(pl.Series("label", sets))
    frozen = snapshot(frame, About(kind=Kind.MULTILABEL), test_fraction=0.0)
    assert (frozen.dataset.folds >= 0).mean() > 0.9
