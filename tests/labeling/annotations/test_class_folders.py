from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.annotations.class_folders import ClassFolders
from labeling.annotations.model import Annotated, Annotations, all_names
from labeling.exporting import annotations_of, write_labels
from labeling.importing import read, understand
from labeling.project import Project
from tests.labeling.annotations.samples import LABELS, PICTURES, write_media

ODD = ("a/b", "..", ".", "con", "Müller", "müller", "x" * 300, " ", "thumbs.db", "tail.")


@settings(max_examples=25, deadline=None)
@given(
    drawn=st.dictionaries(st.sampled_from(sorted(PICTURES)), st.sampled_from(LABELS), min_size=2),
    apart=st.sampled_from((None, "test")),
)
def test_folders_come_back_as_classes(drawn: dict[str, str], apart: str | None) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_media(folder / "media")
        samples = [
            Annotated(name, classes=(label,), split=apart if at == 0 else None, path=folder / "media" / name)
            for at, (name, label) in enumerate(drawn.items())
        ]
        out = folder / "out"
        out.mkdir()
        ClassFolders().write(Annotations(samples, all_names(samples)), out)
        for sample in samples:
            part = "" if apart is None else f"{'test' if sample.split else 'train'}/"
            (label,) = sample.classes or ("",)
            path = out / f"{part}{label.replace(':', '_')}" / Path(sample.name).name
            assert path.read_bytes() == (folder / "media" / sample.name).read_bytes()


def test_odd_class_names_stay_inside_and_apart(tmp_path: Path) -> None:
    write_media(tmp_path / "media")
    samples = [Annotated("one.png", classes=(name,), path=tmp_path / "media" / "one.png") for name in ODD]
    (tmp_path / "out").mkdir()
    ClassFolders().write(Annotations(samples, ODD), tmp_path / "out")
    folders = [path for path in (tmp_path / "out").iterdir() if path.is_dir()]
    assert len({path.name.casefold() for path in folders}) == len(ODD)
    assert len(list((tmp_path / "out").glob("*/one.png"))) == len(ODD)
    assert not any(path.name.startswith(".") for path in folders)


def test_files_of_one_name_stay_apart(tmp_path: Path) -> None:
    for name in ("a/1.txt", "b/1.txt", "b/A_1.txt"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(name)
    samples = [
        Annotated(name, classes=("x",), path=tmp_path / "in" / name) for name in ("a/1.txt", "b/A_1.txt", "b/1.txt")
    ]
    (tmp_path / "out").mkdir()
    ClassFolders().write(Annotations(samples, ("x",)), tmp_path / "out")
    assert sorted(path.read_text() for path in (tmp_path / "out" / "x").iterdir()) == [
        "a/1.txt",
        "b/1.txt",
        "b/A_1.txt",
    ]


def test_long_names_stay_in_their_folders(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    names = [f"{'folder' * 30}/{at}/{'ä' * 60}.txt" for at in range(3)]
    samples = [Annotated(name, classes=("cat",), split="test", path=tmp_path / "a.txt") for name in names]
    (tmp_path / "out").mkdir()
    ClassFolders().write(Annotations(samples, ("cat",)), tmp_path / "out")
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert [path.parent for path in written] == [tmp_path / "out" / "test" / "cat"] * 3


def test_a_project_goes_out_and_comes_back(bolts: Path, tmp_path: Path) -> None:
    understanding = understand(bolts)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        project.set_label(["bolt/0.png"], "nut")
        write_labels(annotations_of(project)[1], ClassFolders(), tmp_path / "out")
        expected = dict(project.frame().select("content", "label").iter_rows())
    assert dict(read(understand(tmp_path / "out")).frame.select("content", "label").iter_rows()) == expected


@pytest.mark.parametrize("label", ["a", "b"])
def test_texts_of_a_list_become_files(tmp_path: Path, label: str) -> None:
    ClassFolders().write(Annotations([Annotated("7", text="Größe\r\n1", classes=(label,))], (label,)), tmp_path)
    assert (tmp_path / label / "7.txt").read_bytes() == "Größe\r\n1".encode()
