"""Data sets of the AutoDL challenge: written and taken in again, and read as the challenge's own files are."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.task import Modality
from labeling.annotations.model import Annotated, Annotations, all_names
from labeling.autodl import reading
from labeling.autodl.reading import RATE, lay_out
from labeling.autodl.words import joined, words_of
from labeling.autodl.writing import AutoDl
from labeling.batch import Batch, Watch
from labeling.errors import ExportRefused, ImportRefused
from labeling.importing import read, understand
from labeling.project import Project
from labeling.records.examples import Example, encoded
from labeling.records.tfrecord import write_records
from labeling.understanding import Understanding
from labeling.unpacked import home, left_out, release
from tests.labeling.annotations.samples import LABELS, write_media
from tests.labeling.conftest import PictureMaker

HEAD = "sample_count: 3\nsequence_size: {}\noutput_dim: 2\nmatrix_spec {{\n{}\n}}\n"
SETTINGS = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MANY = st.lists(st.sampled_from(LABELS), unique=True, max_size=3).map(tuple)
SPLITS = st.sampled_from(("train", "test", "validation", None))


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTODIDACT_HOME", str(tmp_path / "home"))


def again(samples: list[Annotated], folder: Path) -> tuple[Understanding, Batch]:
    folder.mkdir(parents=True)
    AutoDl().write(Annotations(samples, all_names(samples, LABELS)), folder)
    understanding = understand(folder)
    return understanding, read(understanding)


def part(folder: Path, name: str, head: str, examples: list[Example], records: list[bytes] | None = None) -> Path:
    """Write a part of a data set by hand, as other programs do."""
    place = folder / "own.data" / name
    place.mkdir(parents=True)
    (place / "metadata.textproto").write_text(head)
    write_records(place / f"sample-{name}", [*map(encoded, examples), *(records or [])])
    return folder


def example(steps: Any, key: str = "0_dense_input", labels: list[int] | None = None) -> Example:
    marks: dict[str, Any] = (
        {} if labels is None else {"label_index": labels, "label_score": np.ones(len(labels), np.float32)}
    )
    return Example(marks, {key: steps})


fresh = iter(range(10_000))


@SETTINGS
@given(drawn=st.lists(st.tuples(st.integers(1, 30), MANY, SPLITS), min_size=1, max_size=6))
def test_texts_come_back(drawn: list[tuple[int, tuple[str, ...], str | None]], tmp_path: Path) -> None:
    words = ["Anna", "met", "Bob,", "東京", "😀", "e.g."]
    rng = np.random.default_rng(len(drawn))
    texts = [joined(words_of(" ".join(rng.choice(words, size)))) for size, _, _ in drawn]
    samples = [
        Annotated(str(at), text=text, classes=labels, split=split)
        for at, (text, (_, labels, split)) in enumerate(zip(texts, drawn, strict=True))
    ]
    folder = tmp_path / str(next(fresh))
    assert table_of(samples, folder) == [
        (sample.text, ";".join(sorted(sample.classes or ())), split)
        for split in ("train", "test")
        for sample in samples
        if (sample.split == "test") == (split == "test")
    ]


def table_of(samples: list[Annotated], folder: Path) -> list[Any]:
    """Write texts, lay them out, and return (text, labels, part) of each."""
    import polars as pl

    folder.mkdir()
    AutoDl().write(Annotations(samples, all_names(samples, LABELS)), folder)
    place = lay_out(folder, Watch())
    assert place is not None
    return [
        (text, ";".join(sorted(filter(None, labels.split(";")))), split)
        for split in ("train", "test")
        if (place / f"{split}.parquet").is_file()
        for text, labels in pl.read_parquet(place / f"{split}.parquet").rows()
    ]


def test_texts_are_taken_in_as_texts(tmp_path: Path) -> None:
    samples = [
        Annotated(str(at), text=f"This is the long text number {at}, which somebody wrote.", classes=(name,))
        for at, name in enumerate(("good", "bad") * 10)
    ]
    understanding, batch = again(samples, tmp_path / "out")
    assert (understanding.modality, understanding.classes) == (Modality.TEXT, ("bad", "good"))
    assert batch.frame["x:text"].to_list() == [sample.text for sample in samples]


@SETTINGS
@given(
    drawn=st.lists(
        st.tuples(st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=3), MANY, SPLITS),
        min_size=4,
        max_size=8,
        unique_by=lambda one: tuple(one[0]),
    )
)
def test_the_rows_of_a_table_are_laid_out_as_they_were(drawn: list[Any], tmp_path: Path) -> None:
    import polars as pl

    names = ("height", "width", "Größe")
    samples = [
        Annotated(str(at), classes=labels, split=split, row=dict(zip(names, cells, strict=True)))
        for at, (cells, labels, split) in enumerate(drawn)
    ]
    folder = tmp_path / str(next(fresh))
    folder.mkdir()
    AutoDl().write(Annotations(samples, all_names(samples, LABELS)), folder)
    place = lay_out(folder, Watch())
    assert place is not None
    for split in ("train", "test"):
        expected = [s for s in samples if (s.split == "test") == (split == "test")]
        path = place / f"{split}.parquet"
        assert path.is_file() == bool(expected)
        if expected:
            table = pl.read_parquet(path)
            assert table.columns == [*names, "label"]
            assert table.select(names).rows() == [tuple((s.row or {}).values()) for s in expected]
            assert [set(cell.split(";")) - {""} for cell in table["label"]] == [set(s.classes or ()) for s in expected]


def test_pictures_come_back_byte_for_byte(tmp_path: Path, make_picture: PictureMaker) -> None:
    samples = []
    for at in range(12):
        path = make_picture(tmp_path / "photos" / f"{at}.{'png' if at % 3 else 'bmp'}", seed=at)
        label = ("cat",) if at % 2 else ("Müller's dog",)
        samples.append(Annotated(path.name, classes=label, split="test" if at > 8 else None, path=path))
    understanding, batch = again(samples, tmp_path / "out")
    assert understanding.text().startswith("12 photos → sort photos into Müller's dog / cat")
    assert understanding.set_apart == 3
    assert batch.frame["label"].to_list() == [(sample.classes or ("",))[0] for sample in samples]
    for name, reference in zip(samples, batch.frame["reference"], strict=True):
        assert name.path is not None
        if name.path.suffix == ".png":
            assert Path(reference).read_bytes() == name.path.read_bytes()


def test_sounds_come_back_as_16_khz(tmp_path: Path) -> None:
    write_media(tmp_path)
    wave = (np.sin(np.arange(RATE) / 20) * 0.5).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", wave, RATE, subtype="FLOAT")
    samples = [
        Annotated(name, classes=(label,), path=tmp_path / name)
        for name, label in (("a.wav", "bird"), ("calls/b.wav", "frog"))
    ]
    understanding, batch = again(samples, tmp_path / "out")
    assert (understanding.modality, understanding.classes) == (Modality.AUDIO, ("bird", "frog"))
    back, rate = soundfile.read(batch.frame["reference"][0], dtype="float32")
    assert rate == RATE
    assert np.array_equal(back, wave)
    assert soundfile.info(batch.frame["reference"][1]).frames == 2 * RATE  # it was 8 kHz


def test_dense_pictures_and_a_solution_beside_them(tmp_path: Path) -> None:
    spec = "col_count: 4\nrow_count: 2\nformat: DENSE\nnum_channels: 3"
    pixels = np.arange(24, dtype=np.float32)[None] * 10
    part(tmp_path, "train", HEAD.format(1, spec), [example(pixels, labels=[0]), example(pixels / 240, labels=[1])])
    part(tmp_path, "test", HEAD.format(1, spec), [example(pixels + 1), example(pixels + 2)])
    (tmp_path / "own.solution").write_text("0 1\n1 0\n")
    (tmp_path / "own_label.name").write_text("left\nright\n")
    understanding = understand(tmp_path)
    assert understanding.classes == ("left", "right")
    frame = read(understanding).frame
    (tmp_path / "own.solution").write_text("0 1\n0 1\n")
    assert read(understand(tmp_path)).frame["label"].to_list() == ["left", "right", "right", "right"]
    assert frame["label"].to_list() == ["left", "right", "right", "left"]
    assert frame["split"].to_list() == ["train", "train", "test", "test"]


def with_solution(folder: Path, rows: int, lines: str) -> Path:
    """Write rows of four equal numbers, trained on and tested on, with a solution."""
    head = HEAD.format(1, "col_count: 4\nrow_count: 1")
    examples = [example(np.full((1, 4), at, np.float32), labels=[at % 2]) for at in range(rows)]
    part(folder, "train", head, examples)
    part(folder, "test", head, examples)
    (folder / "own.solution").write_text(lines)
    return folder / "own.data" / "test" / "sample-test"


def rows_tested_on(folder: Path) -> tuple[list[tuple[float, str | None]], list[str]]:
    """Return the first number and the label of each test row, and what was left out."""
    import polars as pl

    place = lay_out(folder, Watch())
    assert place is not None
    rows = pl.read_parquet(place / "test.parquet").select("column 1", "label").rows()
    return rows, [problem.sentence for problem in left_out(place)]


@pytest.mark.parametrize("torn", [False, True])
def test_a_damaged_sample_shifts_no_label_of_the_solution(tmp_path: Path, torn: bool) -> None:
    records = with_solution(tmp_path, 3, "1 0\n0 1\n1 0\n")
    if torn:
        contents = [*(encoded(example(np.full((1, 4), at, np.float32))) for at in range(3))]
        write_records(records, [contents[0], b"\xff\xff", contents[2]])
    else:
        data = bytearray(records.read_bytes())
        data[len(data) // 2] ^= 1
        records.write_bytes(data)
    rows, said = rows_tested_on(tmp_path)
    assert rows == [(0.0, "class 0"), (2.0, "class 0")]
    assert len(said) == 1 and "Record 2" in said[0]


def test_a_solution_of_another_number_of_samples_is_left_out(tmp_path: Path) -> None:
    with_solution(tmp_path, 3, "0 1\n0 1\n")
    rows, said = rows_tested_on(tmp_path)
    assert rows == [(0.0, "class 0"), (1.0, "class 1"), (2.0, "class 0")]  # what the samples themselves say
    assert "own.solution has labels of 2 samples, and the test part holds 3, so they were left out" in said[0]


def test_a_solution_is_left_out_where_reading_stopped_early(tmp_path: Path) -> None:
    records = with_solution(tmp_path, 2, "0 1\n")
    data = bytearray(records.read_bytes())
    data[len(data) // 2 + 8] ^= 1  # of the checksum of the second record's length
    records.write_bytes(data)
    rows, said = rows_tested_on(tmp_path)
    assert rows == [(0.0, "class 0")]
    assert "holds 1 that can be read" in said[0] and "wrong checksum" in said[1]


def test_a_table_that_is_too_wide_or_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = HEAD.format(1, "col_count: 100000\nrow_count: 1\nformat: SPARSE")
    row = example([[1]], "0_sparse_col_index", [0])
    assert "rows of 100,000 numbers each" in refused(part(tmp_path / "wide", "train", wide, [row] * 3))
    monkeypatch.setattr(reading, "MOST_VALUES", 11)
    many = HEAD.format(1, "col_count: 4\nrow_count: 1")
    rows = [example(np.ones((1, 4), np.float32), labels=[0])] * 3
    assert "3 rows of 4 numbers each; 11 numbers are the limit" in refused(part(tmp_path / "many", "train", many, rows))


def test_what_is_no_number_is_missing_in_a_table(tmp_path: Path) -> None:
    import polars as pl

    cells = np.array([[1.5, np.nan, np.inf, -2.0]], dtype=np.float32)
    head = HEAD.format(1, "col_count: 4\nrow_count: 1")
    place = lay_out(part(tmp_path, "train", head, [example(cells, labels=[1])]), Watch())
    assert place is not None
    assert pl.read_parquet(place / "train.parquet").row(0) == (1.5, None, None, -2.0, "class 1")


def test_sparse_rows_and_words(tmp_path: Path) -> None:
    spec = "col_count: 9\nrow_count: 1\nformat: SPARSE"
    rows = [
        Example(
            {"label_index": [at % 2], "label_score": np.ones(1, np.float32)},
            {
                "0_sparse_col_index": [[at], [8]],
                "0_sparse_value": [np.full(1, 2.5, np.float32), np.full(1, at, np.float32)],
            },
        )
        for at in range(3)
    ]
    place = lay_out(part(tmp_path / "rows", "train", HEAD.format(1, spec), rows), Watch())
    assert place is not None
    import polars as pl

    table = pl.read_parquet(place / "train.parquet")
    assert table.row(1) == (0.0, 2.5, *[0.0] * 6, 1.0, "class 1")
    words = 'feature_to_index_map { key: "good" value: 4 }'
    spec = "col_count: 1\nrow_count: 1\nnum_channels: 41\nformat: SPARSE"
    texts = [example([[4], [7]], "0_sparse_channel_index", [0])] * 3
    place = lay_out(part(tmp_path / "texts", "train", HEAD.format(-1, spec) + words, texts), Watch())
    assert place is not None
    assert pl.read_parquet(place / "train.parquet")["text"].to_list() == ["good word7"] * 3


def test_broken_samples_are_left_out_and_told(tmp_path: Path, make_picture: PictureMaker) -> None:
    good = make_picture(tmp_path / "x.png").read_bytes()
    spec = "col_count: -1\nrow_count: -1\nformat: COMPRESSED"
    examples = [
        example([[good]], "0_compressed", [0]),
        example([[b"no picture"]], "0_compressed", [1]),
        example([[good], [good]], "0_compressed", [1]),
    ]
    data = part(tmp_path / "data", "train", HEAD.format(1, spec), examples, records=[b"\xff\xff"])
    place = lay_out(data, Watch())
    assert place is not None
    sentences = [problem.sentence for problem in left_out(place)]
    assert [sentence.partition(":")[0] for sentence in sentences] == ["Sample 2", "Sample 3", "sample-train"]
    assert "no sequence example" in sentences[2]
    assert lay_out(data, Watch()) == place


def refused(path: Path) -> str:
    with pytest.raises(ImportRefused) as refusal:
        understand(path)
    assert not home().exists() or not any(home().iterdir())
    return str(refusal.value)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (
            HEAD.format(20, "col_count: 4\nrow_count: 4\nformat: COMPRESSED"),
            "own.data holds videos, .* single pictures",
        ),
        (HEAD.format(-1, "col_count: 4\nrow_count: 4"), "holds videos"),
        (HEAD.format(-1, "col_count: 4\nrow_count: 1"), "series of several values each, .* row of a table"),
        (HEAD.format(1, "col_count: 4\nrow_count: 4\nnum_channels: 8"), "pictures of 8 channels, .* as PNG"),
        (HEAD.format(1, "col_count: 999999\nrow_count: 999999"), "at most 80,000,000"),
        (HEAD.format(1, "col_count: 4").replace("dim: 2", "dim: 0"), "0 classes"),
        ("matrix_spec {", "it is cut off"),
        ("output_dim: 2", "0 tensors a sample"),
    ],
)
def test_what_cannot_be_taken_in_is_said(tmp_path: Path, head: str, why: str) -> None:
    assert re.search(why, refused(part(tmp_path / "data", "train", head, [example([[1.0]])])))


def test_videos_of_a_single_picture_are_pictures(tmp_path: Path, make_picture: PictureMaker) -> None:
    good = make_picture(tmp_path / "x.png").read_bytes()
    spec = "col_count: -1\nrow_count: -1\nnum_channels: 3\nformat: COMPRESSED"
    examples = [example([[good]], "0_compressed", [0]), example([[good], [good]], "0_compressed", [1])]
    found = understand(part(tmp_path / "files", "train", HEAD.format(-1, spec), examples))
    assert (found.modality, found.samples) == (Modality.IMAGE, 1)
    pixels = np.arange(16, dtype=np.float32).reshape(1, 16)
    head = HEAD.format(-1, "col_count: 4\nrow_count: 4")
    found = understand(part(tmp_path / "dense", "train", head, [example(pixels, labels=[n]) for n in (0, 1)]))
    assert (found.modality, found.samples) == (Modality.IMAGE, 2)


def test_a_solution_of_other_classes_is_said(tmp_path: Path) -> None:
    spec = HEAD.format(1, "col_count: 4\nrow_count: 1")
    data = part(tmp_path / "data", "test", spec, [example(np.ones((1, 4), np.float32))])
    (data / "own.solution").write_text("1 0 0\n")
    assert "tells of 3 classes, and the data set of 2" in refused(data)
    (data / "own.solution").write_text("one two\n")
    assert "no table of numbers" in refused(data)


def test_a_table_of_words_cannot_be_written(tmp_path: Path) -> None:
    samples = [Annotated("0", classes=("a",), row={"town": "Rome", "rooms": 3.0})]
    with pytest.raises(ExportRefused, match="numbers alone"):
        AutoDl().write(Annotations(samples, ("a",)), tmp_path)


def test_several_data_sets_are_not_mixed(tmp_path: Path, make_picture: PictureMaker) -> None:
    sample = [Annotated("x.png", classes=("a",), path=make_picture(tmp_path / "x.png"))]
    for name in ("one", "two"):
        (tmp_path / "both" / name).mkdir(parents=True)
        AutoDl().write(Annotations(sample, ("a",)), tmp_path / "both" / name)
    assert "several AutoDL data sets" in refused(tmp_path / "both")


def test_real_labels_of_several_classes_come_back(shared_data: Path, tmp_path: Path) -> None:
    source = understand(shared_data / "fruit_multilabel" / "train")
    batch = read(source, look_seconds=0.0)
    samples = [
        Annotated(row["id"], classes=tuple(row["label"]), path=Path(row["reference"]))
        for row in batch.frame[::6].iter_rows(named=True)
    ]
    _, back = again(samples, tmp_path / "out")
    assert [sorted(label) for label in back.frame["label"]] == [sorted(sample.classes or ()) for sample in samples]
    assert back.frame["content"].to_list() == batch.frame[::6]["content"].to_list()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """The metadata and the records of a small data set of texts."""
    samples = [Annotated(str(at), text=f"word {at % 3} more", classes=("a", "b")[at % 2 :][:1]) for at in range(6)]
    folder = tmp_path_factory.mktemp("written")
    AutoDl().write(Annotations(samples, ("a", "b")), folder)
    train = folder / "data.data" / "train"
    return (train / "metadata.textproto").read_bytes(), (train / "sample-data-train.tfrecord").read_bytes()


def changed(data: st.DataObject, content: bytes) -> bytes:
    """Return bytes of which some are others, or are gone."""
    made = bytearray(content)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        made[place] = data.draw(st.integers(0, 255))
    return bytes(made[: data.draw(st.integers(len(made) // 2, len(made)))])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), sound=st.booleans())
def test_whatever_is_damaged_is_refused_or_left_out(
    data: st.DataObject, sound: bool, written: tuple[bytes, bytes], tmp_path: Path
) -> None:
    metadata, records = written
    place = tmp_path / str(next(fresh)) / "x.data" / "train"
    place.mkdir(parents=True)
    (place / "metadata.textproto").write_bytes(metadata if sound else changed(data, metadata))
    (place / "sample-1").write_bytes(changed(data, records))
    try:
        folder = lay_out(place.parent.parent, Watch())
    except ImportRefused as refusal:
        assert str(refusal).endswith((".", ").", ". "))
        return
    assert folder is None or folder.is_dir()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_an_example_holds_is_refused_or_left_out(
    data: st.DataObject, written: tuple[bytes, bytes], tmp_path: Path
) -> None:
    metadata, _ = written
    place = tmp_path / str(next(fresh)) / "x.data" / "train"
    place.mkdir(parents=True)
    (place / "metadata.textproto").write_bytes(metadata)
    good = encoded(example(np.ones((3, 1), np.float32), labels=[1]))
    write_records(place / "sample-1", [good, changed(data, good), b""])
    folder = lay_out(place.parent.parent, Watch())
    assert folder is not None
    assert (folder / "train.parquet").is_file()


def test_a_data_set_in_an_archive_leaves_only_its_samples(tmp_path: Path, make_picture: PictureMaker) -> None:
    samples = [
        Annotated(f"{at}.png", classes=("ab"[at % 2],), path=make_picture(tmp_path / f"{at}.png", seed=at))
        for at in range(6)
    ]
    (tmp_path / "own").mkdir()
    AutoDl().write(Annotations(samples, ("a", "b")), tmp_path / "own")
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "own")
    understanding = understand(packed)
    assert understanding.text() == "6 photos → sort photos into a / b (column label)"
    assert [place.resolve() for place in home().glob("*/*") if place.is_dir()] == [understanding.source]
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        release(understanding.source)
        assert project.missing() == []


def test_a_data_set_beside_what_was_chosen_is_left_alone(tmp_path: Path, make_picture: PictureMaker) -> None:
    folder = tmp_path / "mixed"
    names = [make_picture(folder / f"{place}.png", seed=place).name for place in range(2)]
    samples = [Annotated(f"{at}.png", classes=("cat",), path=folder / names[at % 2]) for at in range(4)]
    (folder / "set").mkdir()
    AutoDl().write(Annotations(samples, ("cat",)), folder / "set")
    understanding = understand(folder, chosen=names)
    assert (understanding.source, understanding.samples, understanding.chosen) == (folder, 2, tuple(names))
    assert not home().exists()
    assert understand(folder, chosen=["set"]).samples == 4


def test_the_parts_of_a_data_set_may_be_chosen(tmp_path: Path, make_picture: PictureMaker) -> None:
    path = make_picture(tmp_path / "0.png")
    samples = [
        Annotated(f"{at}.png", classes=(LABELS[at % 2],), path=path, split="test" if at > 3 else "train")
        for at in range(6)
    ]
    folder = tmp_path / "out"
    folder.mkdir()
    AutoDl().write(Annotations(samples, all_names(samples, LABELS)), folder)
    (data,) = folder.glob("*.data")
    understanding = understand(data, chosen=("test", "train"))
    assert (understanding.samples, understanding.chosen) == (6, ())
    assert understanding.labelled >= 4
