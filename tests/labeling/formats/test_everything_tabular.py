"""Texts, lists of media and tables come as CSV, TSV, XLSX, Parquet and JSON lines alike; what was written is read."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.task import Kind, Modality
from labeling.annotations.csv_list import CsvList, XlsxList
from labeling.annotations.model import Annotated, Annotations, all_names
from labeling.classes import JOINED_BY
from labeling.errors import ExportRefused
from labeling.exporting import annotations_of, fitted_to, write_labels
from labeling.importing import read, understand
from labeling.project import Project
from labeling.tables.source import opened
from tests.labeling.annotations.samples import SPACED, write_media
from tests.labeling.conftest import PictureMaker

ENDINGS = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl")
LETTERS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=";"), min_size=1, max_size=12)


def write(frame: pl.DataFrame, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    elif path.suffix == ".jsonl":
        frame.write_ndjson(path)
    elif path.suffix == ".xlsx":
        frame.write_excel(path)
    else:
        frame.write_csv(path, separator="\t" if path.suffix == ".tsv" else ",")
    return path


@pytest.mark.parametrize("ending", ENDINGS)
def test_texts(tmp_path: Path, ending: str) -> None:
    said = [f"The {thing}, which came on day {day}, was {how}." for day in range(10) for thing, how in (
        ("soup", "good"), ("bill", "wrong"))]  # fmt: skip
    path = write(pl.DataFrame({"review": said, "mood": ["good", "bad"] * 10}), tmp_path / f"reviews{ending}")
    understanding = understand(path)
    assert (understanding.modality, understanding.classes) == (Modality.TEXT, ("bad", "good"))
    assert read(understanding).frame["x:review"].to_list() == said


@pytest.mark.parametrize("ending", ENDINGS)
def test_lists_of_pictures(tmp_path: Path, make_picture: PictureMaker, ending: str) -> None:
    names = [make_picture(tmp_path / "pics" / "deep" / "er" / f"{at}.png", seed=at).name for at in range(8)]
    frame = pl.DataFrame({"file": names, "kind": ["nut", "bolt"] * 4, "split": ["train"] * 6 + ["test"] * 2})
    path = write(frame, tmp_path / "pics" / f"list{ending}")
    for source in (path, tmp_path / "pics"):
        understanding = understand(source)
        assert understanding.text() == (
            "8 photos → sort photos into bolt / nut (column kind); 2 kept apart for the test"
        )
        batch = read(understanding)
        assert dict(batch.frame.select("id", "label").iter_rows()) == {
            f"deep/er/{name}": kind for name, kind in zip(names, frame["kind"], strict=True)
        }


@pytest.mark.parametrize("ending", ENDINGS)
def test_tables(tmp_path: Path, ending: str) -> None:
    frame = pl.DataFrame(
        {
            "rooms": [at % 5 for at in range(40)],
            "town": ["Rome", "Oslo"] * 20,
            "price": [99.5 + 7 * at for at in range(40)],
        }
    )
    understanding = understand(write(frame, tmp_path / f"homes{ending}"), target="price")
    assert (understanding.modality, understanding.kind) == (Modality.TABLE, Kind.REGRESSION)
    assert read(understanding).frame["label"].to_list() == frame["price"].to_list()


def test_a_file_of_which_two_lie_below_is_not_guessed(tmp_path: Path, make_picture: PictureMaker) -> None:
    for folder in ("a", "b"):
        make_picture(tmp_path / folder / "same.png", seed=len(folder))
    make_picture(tmp_path / "a" / "one.png", seed=5)
    (tmp_path / "list.csv").write_text("file,kind\nsame.png,nut\none.png,bolt\ngone.png,bolt\n")
    batch = read(understand(tmp_path / "list.csv"))
    assert batch.frame["id"].to_list() == ["a/one.png"]
    assert [problem.path for problem in batch.problems] == ["same.png", "gone.png"]


@pytest.mark.parametrize("writer", [CsvList(), XlsxList()], ids=lambda writer: writer.name)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_cell_is_written_as_it_is(
    writer: CsvList, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("out")
    cell = LETTERS.map(lambda text: " ".join(text.split())).filter(bool)
    drawn = data.draw(
        st.lists(
            st.tuples(cell, st.sampled_from([name for name in SPACED if JOINED_BY not in name])),
            min_size=2,
            max_size=5,
            unique_by=lambda c: c[0],
        )
    )
    samples = [Annotated(str(at), text=text, classes=(label,)) for at, (text, label) in enumerate(drawn)]
    writer.write(Annotations(samples, all_names(samples)), folder)
    (path,) = folder.iterdir()
    if writer.name == "xlsx":
        with opened(path) as table:
            rows = table.lazy.collect().rows()
    else:
        rows = pl.read_csv(path, infer_schema=False).rows()
    assert rows == [(sample.text, (sample.classes or ("",))[0]) for sample in samples]


@pytest.mark.parametrize("to", ["csv", "xlsx"])
def test_several_classes_go_out_and_come_back(tmp_path: Path, to: str, make_picture: PictureMaker) -> None:
    write_media(tmp_path / "media")
    given = {"one.png": ("cat", "a.b"), "in a folder/two.png": (), "four.png": ("cat",)}
    samples = [Annotated(name, classes=labels) for name, labels in given.items()]
    {"csv": CsvList(), "xlsx": XlsxList()}[to].write(Annotations(samples, all_names(samples)), tmp_path / "media")
    frame = read(understand(tmp_path / "media" / f"labels.{to}", kind=Kind.MULTILABEL)).frame
    assert {name: tuple(labels) for name, labels in frame.select("id", "label").iter_rows()} == given


@pytest.mark.parametrize("to", ["csv", "xlsx", "autodl"])
def test_the_labels_of_a_table_go_out_with_its_cells(tmp_path: Path, to: str) -> None:
    path = tmp_path / "plants.csv"
    path.write_text("height,width,kind\n" + "".join(f"{n}.5,{n % 7},{'oak' if n % 2 else 'elm'}\n" for n in range(40)))
    understanding = understand(path)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        project.set_label(["0"], "oak")
        modality, annotations = annotations_of(project)
    from labeling.annotations.registry import WRITERS

    held, sentences = fitted_to(WRITERS[to], annotations, modality)
    assert len(sentences) == len(WRITERS[to].remarks)
    write_labels(held, WRITERS[to], tmp_path / "out")
    back = read(understand(tmp_path / "out")).frame
    assert back.select("x:height", "x:width").rows() == [(n + 0.5, float(n % 7)) for n in range(40)]
    assert back["label"].to_list() == ["oak", *["oak" if n % 2 else "elm" for n in range(1, 40)]]


def test_more_than_a_sheet_holds_is_refused(tmp_path: Path) -> None:
    long = [Annotated("0", text="x" * 40_000, classes=("a",))]
    with pytest.raises(ExportRefused, match="Choose CSV"):
        write_labels(Annotations(long, ("a",)), XlsxList(), tmp_path / "out")
    wide = [Annotated("0", classes=("a",), row={f"column {at}": 0.0 for at in range(16_384)})]
    with pytest.raises(ExportRefused, match=r"16,384 columns .* Choose CSV"):
        write_labels(Annotations(wide, ("a",)), XlsxList(), tmp_path / "out")
    assert not (tmp_path / "out").exists()
