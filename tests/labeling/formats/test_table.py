from __future__ import annotations

import time
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
import pytest

from engine.task import Column, ColumnType, Kind, Modality
from labeling.errors import ImportRefused
from labeling.importing import inputs, labelled, read, understand
from labeling.snapshot import snapshot
from labeling.tables import source
from labeling.understanding import Understanding

ROWS = 40


def write(path: Path, **columns: Sequence[object]) -> Path:
    pl.DataFrame(columns, strict=False).write_csv(path)
    return path


def people(path: Path, **more: Sequence[object]) -> Path:
    return write(
        path,
        age=[20 + row % 17 for row in range(ROWS)],
        city=["Rome" if row % 3 else "Oslo" for row in range(ROWS)],
        **more,
        bought=["yes" if row % 2 else "no" for row in range(ROWS)],
    )


def sheet(path: Path, rows: list[list[str | int]]) -> Path:
    """Write the smallest workbook there is."""
    cells = "".join(
        "<row>"
        + "".join(
            f"<c><v>{cell}</v></c>" if isinstance(cell, int) else f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for cell in row
        )
        + "</row>"
        for row in rows
    )
    office = "http://schemas.openxmlformats.org"
    main = f"{office}/spreadsheetml/2006/main"
    relation = f"{office}/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="rId1" '
            f'Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets><sheet name="People" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="rId1" '
            f'Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
        )
    return path


@pytest.mark.parametrize(
    ("name", "target", "kind"),
    [
        ("adult_census", "income", Kind.MULTICLASS),
        ("titanic", "Survived", Kind.MULTICLASS),
        ("ames_housing", "SalePrice", Kind.REGRESSION),
        ("melbourne_housing", "Price", Kind.REGRESSION),
    ],
)
def test_the_target_of_a_real_table_is_guessed(shared_data: Path, name: str, target: str, kind: Kind) -> None:
    understanding = understand(shared_data / name / "train.csv")
    assert (understanding.target, understanding.kind) == (target, kind)


def test_titanic_leaves_out_what_only_names_the_passenger(shared_data: Path) -> None:
    understanding = understand(shared_data / "titanic" / "train.csv")
    assert {column.name for column in understanding.left_out} == {"PassengerId", "Ticket"}
    assert Column("Name", ColumnType.TEXT) in understanding.columns
    assert understanding.classes == ("0", "1")
    assert understanding.text() == "668 rows with 9 columns to learn from → sort rows by Survived into 0 / 1"


def test_a_table_becomes_samples_with_typed_inputs(tmp_path: Path) -> None:
    understanding = understand(people(tmp_path / "people.csv"))
    frame = read(understanding).frame
    assert frame.columns[:7] == ["id", "reference", "content", "look", "tones", "label", "split"]
    assert frame["id"].to_list() == [str(row) for row in range(ROWS)]
    assert frame["x:age"].dtype == pl.Float64
    assert frame["x:city"].unique().sort().to_list() == ["Oslo", "Rome"]
    assert frame["label"].head(2).to_list() == ["no", "yes"]


def test_the_person_can_choose_another_target_and_kind(tmp_path: Path) -> None:
    path = people(tmp_path / "people.csv")
    first = understand(path)
    assert "age" in first.candidates
    second = understand(path, **first.wish("target", "age"))
    assert (second.target, second.kind) == ("age", Kind.REGRESSION)
    third = understand(path, **second.wish("kind", "sort rows by"))
    assert third.kind is Kind.MULTICLASS
    assert "bought" in {column.name for column in third.columns}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([7] * ROWS, "all its values are the same"),
        ([None] * ROWS, "all its values are missing"),
        (["?"] * ROWS, "all its values are missing"),
        (list(range(ROWS)), "it only numbers the rows"),
        ([f"customer {row}" for row in range(ROWS)], "almost every row has another value"),
    ],
)
def test_a_column_that_teaches_nothing_is_left_out_with_the_reason(
    tmp_path: Path, cells: list[object], reason: str
) -> None:
    understanding = understand(people(tmp_path / "people.csv", extra=cells))
    assert [column.name for column in understanding.left_out] == ["extra"]
    assert understanding.left_out[0].reason.startswith(reason)


def test_rows_without_a_target_are_counted_and_not_learned_from(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv",
        a=[row % 9 for row in range(ROWS)],
        target=[None if row < 4 else "xy"[row % 2] for row in range(ROWS)],
    )
    understanding = understand(path)
    batch = read(understanding)
    assert (understanding.samples, understanding.labelled) == (ROWS, ROWS - 4)
    assert "4 rows without a value in “target”" in batch.problems[0].sentence
    assert len(snapshot(batch.frame, understanding).dataset) == ROWS - 4


@pytest.mark.parametrize(
    ("target", "words"),
    [("nothing", "no column “nothing”"), ("same", "are the same"), ("empty", "are missing")],
)
def test_a_target_that_cannot_be_predicted_is_refused(tmp_path: Path, target: str, words: str) -> None:
    path = people(tmp_path / "people.csv", same=[1] * ROWS, empty=[None] * ROWS)
    with pytest.raises(ImportRefused, match=words):
        understand(path, target=target)


def test_a_column_named_as_the_target_that_is_constant_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", a=[row % 7 for row in range(ROWS)], target=["same"] * ROWS)
    with pytest.raises(ImportRefused, match="“target” are the same"):
        understand(path)
    assert understand(path, target="a").target == "a"


def test_words_are_not_a_number_to_predict(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="holds words"):
        understand(people(tmp_path / "people.csv"), target="bought", kind=Kind.REGRESSION)


def test_a_table_with_only_a_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,c\n")
    with pytest.raises(ImportRefused, match="a header but no rows"):
        understand(tmp_path / "t.csv")


def test_whole_numbers_written_as_decimals_are_plain_class_names(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", a=[row % 7 for row in range(ROWS)], y=[float(row % 2) for row in range(ROWS)])
    assert understand(path).classes == ("0", "1")
    assert read(understand(path)).frame["label"].unique().sort().to_list() == ["0", "1"]


def test_decimal_commas_and_thousands_are_numbers(tmp_path: Path) -> None:
    rows = "".join(f"{row},5;1.{row:03},25;{'ab'[row % 2]}\n" for row in range(ROWS))
    (tmp_path / "german.csv").write_text("x;y;target\n" + rows)
    frame = read(understand(tmp_path / "german.csv")).frame
    assert frame["x:x"].head(2).to_list() == [0.5, 1.5]
    assert frame["x:y"].head(2).to_list() == [1000.25, 1001.25]
    rows = "".join(f'"{row + 1},500",{"ab"[row % 2]}\n' for row in range(ROWS))
    (tmp_path / "english.csv").write_text("x,target\n" + rows)
    assert read(understand(tmp_path / "english.csv")).frame["x:x"].head(2).to_list() == [1500.0, 2500.0]


def test_dates_are_days_and_keep_their_order_of_day_and_month(tmp_path: Path) -> None:
    days = [f"{1 + row % 12}/{1 + row % 28}/2020" for row in range(ROWS)]
    understanding = understand(people(tmp_path / "people.csv", seen=days))
    column = next(column for column in understanding.columns if column.name == "seen")
    assert (column.type, column.format) == (ColumnType.DATE, "%m/%d/%Y")
    batch = read(understanding)
    epoch = date(1970, 1, 1)
    assert batch.frame["x:seen"].head(2).to_list() == [
        (date(2020, 1, 1) - epoch).days,
        (date(2020, 2, 2) - epoch).days,
    ]
    task = snapshot(batch.frame, understanding).task
    write(tmp_path / "new.csv", seen=["4/6/2020"], age=[3], city=["Rome"])
    assert inputs(tmp_path / "new.csv", task).frame["x:seen"].to_list() == [(date(2020, 4, 6) - epoch).days]


def test_a_few_unreadable_numbers_are_missing(tmp_path: Path) -> None:
    values: list[object] = [row * 1.5 for row in range(300)]
    values[7] = "n.d."
    path = write(tmp_path / "t.csv", a=[str(value) for value in values], y=["pq"[row % 2] for row in range(300)])
    frame = read(understand(path)).frame
    assert frame["x:a"].dtype == pl.Float64
    assert frame["x:a"].null_count() == 1


def test_a_spreadsheet_is_read(tmp_path: Path) -> None:
    rows: list[list[str | int]] = [["age", "city", "bought"]]
    rows += [[20 + row % 17, "Rome" if row % 3 else "Oslo", "yes" if row % 2 else "no"] for row in range(ROWS)]
    understanding = understand(sheet(tmp_path / "people.xlsx", rows))
    assert understanding.classes == ("no", "yes")
    assert read(understanding).frame["x:age"].head(3).to_list() == [20.0, 21.0, 22.0]


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_SHEET_BYTES", 1 << 20)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(2 << 20))
    with pytest.raises(ImportRefused, match="would unpack to more than 1 MB"):
        understand(tmp_path / "bomb.xlsx")


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    pl.DataFrame(
        {
            "when": [date(2020, 1, 1 + row % 28) for row in range(ROWS)],
            "lists": [[1, 2]] * ROWS,
            "amount": [row * 0.5 for row in range(ROWS)],
            "good": [row % 2 == 0 for row in range(ROWS)],
        }
    ).write_parquet(tmp_path / "t.parquet")
    understanding = understand(tmp_path / "t.parquet", target="good")
    frame = read(understanding).frame
    assert understanding.classes == ("false", "true")
    assert [(column.name, column.type) for column in understanding.columns] == [
        ("when", ColumnType.DATE),
        ("amount", ColumnType.NUMBER),
    ]
    assert frame["x:when"].head(1).to_list() == [18262.0]
    assert understanding.left_out[0].reason == "it holds lists or structures"


def test_a_folder_with_a_train_and_a_test_table_sets_the_test_apart(tmp_path: Path) -> None:
    people(tmp_path / "train.csv")
    people(tmp_path / "test.csv")
    (tmp_path / "ABOUT.md").write_text("about")
    understanding = understand(tmp_path)
    frame = read(understanding).frame
    assert (understanding.modality, understanding.samples, understanding.set_apart) == (Modality.TABLE, 80, ROWS)
    assert frame["split"].value_counts().sort("split").rows() == [("test", ROWS), ("train", ROWS)]
    assert frame["id"].n_unique() == 80


def test_prediction_takes_the_task_columns_and_never_the_target(tmp_path: Path) -> None:
    understanding = understand(people(tmp_path / "people.csv"))
    task = snapshot(read(understanding).frame, understanding).task
    told: list[str] = []
    write(tmp_path / "new.csv", city=["Rome", "Bern", None], extra=[1, 2, 3], bought=["maybe", "never", "no"])
    dataset = inputs(tmp_path / "new.csv", task, tell=told.append)
    assert dataset.ids == ["0", "1", "2"]
    assert dataset.frame.columns == ["id", "reference", "content", "x:age", "x:city"]
    assert dataset.frame["x:city"].to_list() == ["Rome", "Bern", None]
    assert dataset.frame["x:age"].null_count() == 3
    assert "lacks 1 column" in told[0]


def test_prediction_without_any_column_of_the_task_is_refused(tmp_path: Path) -> None:
    understanding = understand(people(tmp_path / "people.csv"))
    task = snapshot(read(understanding).frame, understanding).task
    write(tmp_path / "new.csv", other=[1], more=[2])
    with pytest.raises(ImportRefused, match="none of the columns"):
        inputs(tmp_path / "new.csv", task)


def test_measuring_leaves_out_classes_the_model_does_not_know(tmp_path: Path) -> None:
    understanding = understand(people(tmp_path / "people.csv"))
    task = snapshot(read(understanding).frame, understanding).task
    told: list[str] = []
    write(tmp_path / "new.csv", age=[1, 2, 3], city=["Rome"] * 3, bought=["yes", "maybe", "no"])
    dataset = labelled(tmp_path / "new.csv", task, tell=told.append)
    assert dataset.labels(task).tolist() == [1.0, 0.0]
    assert "maybe" in told[0]


def test_thousands_of_columns_are_read_at_once(tmp_path: Path) -> None:
    header = ",".join([*(f"c{column}" for column in range(3000)), "target"])
    rows = [",".join([*(str((row * column) % 7) for column in range(3000)), "yn"[row % 2]]) for row in range(30)]
    (tmp_path / "wide.csv").write_text("\n".join([header, *rows]))
    began = time.monotonic()
    understanding = understand(tmp_path / "wide.csv")
    assert read(understanding).frame.height == 30
    assert time.monotonic() - began < 20


def test_names_that_columns_were_given_are_told(tmp_path: Path) -> None:
    (tmp_path / "twice.csv").write_text(
        "a,a,bought\n" + "".join(f"{row % 7},{row % 3},{row % 2}\n" for row in range(40))
    )
    (tmp_path / "none.csv").write_text("".join(f"{row % 7},{row % 3},{'yn'[row % 2]}\n" for row in range(40)))
    assert understand(tmp_path / "twice.csv").problems == (
        "twice.csv has several columns called “a”; the second is now “a (2)”.",
    )
    assert "no line of column names" in understand(tmp_path / "none.csv").problems[0]


def test_a_target_without_values_is_refused_rather_than_replaced(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="All values of the column “target” are missing"):
        understand(people(tmp_path / "people.csv", target=[None] * ROWS))


def test_a_target_that_cannot_be_one_is_passed_over_aloud(tmp_path: Path) -> None:
    found = understand(people(tmp_path / "people.csv", target=[f"k{row}" for row in range(ROWS)]))
    assert found.target == "bought"
    assert found.problems == (
        "“target” cannot be predicted, since almost every row has another value; “bought” was chosen instead.",
    )


def test_a_table_of_constants_alone_is_understood_and_refused_at_the_start_of_training(tmp_path: Path) -> None:
    data = write(tmp_path / "t.csv", one=[1] * ROWS, word=["same"] * ROWS, target=["p", "q"] * (ROWS // 2))
    understanding = understand(data)
    assert understanding.columns == ()
    assert [left.name for left in understanding.left_out] == ["one", "word"]
    with pytest.raises(ImportRefused, match="No column is left to learn from"):
        snapshot(read(understanding).frame, understanding)


def numbered(path: Path) -> Path:
    return people(path, id=range(1, ROWS + 1), name=[f"guest{row}" for row in range(ROWS)], none=[None] * ROWS)


def test_columns_left_out_are_taken_in_by_name_and_stay_in(tmp_path: Path) -> None:
    data = numbered(tmp_path / "t.csv")
    plain = understand(data)
    assert {left.name: left.final for left in plain.left_out} == {"id": False, "name": False, "none": True}
    once = understand(data, **plain.wish("keep", "id"))
    twice = understand(data, **once.wish("keep", "name"))
    assert {column.name: column.type for column in twice.columns} == {
        "age": ColumnType.NUMBER,
        "city": ColumnType.CATEGORY,
        "id": ColumnType.NUMBER,
        "name": ColumnType.TEXT,
    }
    assert [left.name for left in twice.left_out] == ["none"]
    assert understand(data, **twice.wish("target", "city")).kept == ("id", "name")
    assert Understanding.from_json(twice.to_json()) == twice
    with pytest.raises(KeyError):
        plain.wish("keep", "none")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nme", "no column “nme” to keep"),
        ("none", "cannot be learned from, since all its values are missing"),
        ("bought", "is the column to predict"),
    ],
)
def test_a_column_that_cannot_be_kept_is_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        understand(numbered(tmp_path / "t.csv"), kept=[name])


def test_a_target_of_too_many_classes_is_named_where_nothing_else_can_be_predicted(tmp_path: Path) -> None:
    remarks = [f"the guest in room {row} found it clean" for row in range(4_500)]
    data = write(tmp_path / "t.csv", remark=remarks, label=[f"c{row % 1_500}" for row in range(4_500)])
    understanding = understand(data)
    assert understanding.target is None
    assert understanding.problems == (
        "“label” cannot be predicted, since it has 1,500 different values. Choose another column to predict.",
    )
    assert understanding.passed_over == "label"
    with pytest.raises(
        ImportRefused, match=r"1,500 different values; .* Choose another column to predict, or join classes"
    ):
        understand(data, target="label")
    with pytest.raises(ImportRefused, match="not clear which column"):
        snapshot(read(understanding).frame, understanding)


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ([row * 1.5 for row in range(ROWS)], Kind.REGRESSION),
        (["red;blue" if row % 3 else "red" for row in range(ROWS)], Kind.MULTILABEL),
        (["yes" if row % 2 else "no" for row in range(ROWS)], Kind.MULTICLASS),
    ],
)
def test_a_test_table_without_the_target_has_no_labels(tmp_path: Path, target: Sequence[object], kind: Kind) -> None:
    sizes = [row % 7 for row in range(ROWS)]
    write(tmp_path / "train.csv", size=sizes, target=target)
    write(tmp_path / "test.csv", size=sizes, other=sizes)
    understanding = understand(tmp_path)
    assert (understanding.kind, understanding.samples, understanding.labelled) == (kind, 2 * ROWS, ROWS)
    frame = read(understanding).frame
    assert frame["label"].null_count() == ROWS
    assert frame.filter(split="test")["label"].null_count() == ROWS
    assert len(snapshot(frame, understanding).dataset) == ROWS


def test_only_the_rows_of_a_test_table_that_have_a_label_count_as_labelled(tmp_path: Path) -> None:
    sizes = [row % 7 for row in range(ROWS)]
    write(tmp_path / "train.csv", size=sizes, target=["ab"[row % 2] for row in range(ROWS)])
    write(tmp_path / "test.csv", size=sizes, target=["ab"[row % 2] if row < 10 else None for row in range(ROWS)])
    understanding = understand(tmp_path)
    assert (understanding.labelled, understanding.set_apart) == (ROWS + 10, ROWS)
