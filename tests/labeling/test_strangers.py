"""What stands among samples but is none by its ending is told of; what merely lies beside them is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.task import Kind, Modality, Task
from labeling.annotations.registry import CODECS
from labeling.batch import Watch
from labeling.importing import inputs, read, understand
from labeling.media import MEDIA
from labeling.strangers import strangers
from labeling.walk import walk

SOUND, TEXT = MEDIA[Modality.AUDIO], MEDIA[Modality.TEXT]
REMEDY = "Convert it to WAV, FLAC, OGG or MP3, or rename it if it is one already."
OTHERS = ("cat/a.m4a", "cat/b.m4a", "cat/c.aac", "dog/d.wma", "dog/e.wma")
SAID = (
    "5 files are not sounds by their endings (.m4a, .wma, .aac), so they were left out: cat/a.m4a, cat/b.m4a, "
    "cat/c.aac and 2 more. Convert them to WAV, FLAC, OGG or MP3, or rename those that are sounds already."
)
ANIMALS = Task(Modality.AUDIO, Kind.MULTICLASS, ("cat", "dog"))


def hum(path: Path) -> Path:
    """Write a WAV, whatever its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.3 * np.sin(0.01 * sum(str(path).encode()) * np.arange(1600)), 16_000, format="WAV")
    return path


def put(folder: Path, *names: str) -> Path:
    """Write files that hold nothing of use."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"nothing of use")
    return folder


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    """Three sounds in each of two folders."""
    for number in range(3):
        hum(tmp_path / "animals" / "cat" / f"{number}.wav")
        hum(tmp_path / "animals" / "dog" / f"{number}.wav")
    return tmp_path / "animals"


def test_files_of_other_endings_are_told_of_in_one_sentence_and_each_is_listed(animals: Path) -> None:
    understanding = understand(put(animals, *OTHERS))
    assert (understanding.samples, understanding.problems) == (6, (SAID,))
    problems = read(understanding).problems
    assert tuple(problem.path for problem in problems) == OTHERS
    assert {(problem.sentence, problem.counted) for problem in problems} == {
        (f"It is not a sound by its ending, so it was left out. {REMEDY}", True)
    }


def test_a_prediction_tells_of_them_too(animals: Path) -> None:
    heard: list[str] = []
    assert len(inputs(put(animals, *OTHERS), ANIMALS, tell=heard.append)) == 6
    assert heard == [SAID]


def test_one_that_is_a_sample_inside_is_told_of_even_where_a_cover_might_be(animals: Path, bolts: Path) -> None:
    hum(animals / "cat" / "3.jpg")
    said = f"cat/3.jpg is not a sound by its ending, so it was left out. {REMEDY}"
    assert understand(animals).problems == (said,)
    (bolts / "nut" / "6.wav").write_bytes((bolts / "nut" / "0.png").read_bytes())
    (sentence,) = understand(bolts).problems
    assert sentence.startswith("nut/6.wav is not a photo by its ending, so it was left out. Convert it to JPEG or PNG")


def test_what_lies_beside_samples_is_passed_over_without_a_word(
    animals: Path, make_picture: Callable[..., Path]
) -> None:
    make_picture(animals / "cat" / "cover.png")
    make_picture(animals / "dog" / "cover.jpg")
    put(animals, "readme.txt", "LICENSE", "NOTICE", "ABOUT.md", "paper.pdf", "cat/0.json", "cat/1.json", "meta.yaml")
    put(animals, "Thumbs.db", ".DS_Store", ".hidden/x.m4a", "sums.md5", "list.xlsx", "cat/0.m4a", "_darknet.labels")
    put(animals, "cat/1", "cat/2.phn", "dog/0.mov", "dog/1.pts")
    assert strangers(walk(animals, Watch()), SOUND) == []


def test_pictures_of_the_sounds_are_passed_over(animals: Path, make_picture: Callable[..., Path]) -> None:
    for name in ("front.png", "back.png"):
        make_picture(animals / "cat" / name)
    assert strangers(walk(animals, Watch()), SOUND) == []


def test_what_the_program_reads_beside_samples_is_never_a_stranger(tmp_path: Path) -> None:
    endings = {ending for codec in CODECS.values() for ending in getattr(codec, "endings", ())}
    assert ".json" in endings
    folder = put(tmp_path / "data", "a.png", *(f"beside-{number}{ending}" for number, ending in enumerate(endings)))
    for medium in MEDIA.values():
        assert strangers(walk(folder, Watch()), medium) == []


def test_documents_among_texts_may_have_been_meant_but_not_a_single_one(tmp_path: Path) -> None:
    folder = put(tmp_path / "letters", "good/1.txt", "bad/2.txt", "README.md", "LICENSE.md", "good/preface.html")
    assert strangers(walk(folder, Watch()), TEXT) == []
    put(folder, "bad/3.docx", "bad/4.docx")
    assert strangers(walk(folder, Watch()), TEXT) == ["bad/3.docx", "bad/4.docx"]


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A list of four sounds and of a file that is none by its ending."""
    folder = tmp_path / "clips"
    names = [f"{number}.wav" for number in range(4)]
    for name in names:
        hum(folder / name)
    put(folder, "4.m4a")
    lines = [f"{name},{('bird', 'rain')[place % 2]}" for place, name in enumerate([*names, "4.m4a"])]
    (folder / "list.csv").write_text("\n".join(["file,kind", *lines]) + "\n")
    return folder


@pytest.mark.parametrize("given", ["", "list.csv"])
def test_a_list_that_names_such_a_file_is_not_told_that_it_is_not_there(clips: Path, given: str) -> None:
    batch = read(understand(clips / given))
    assert batch.frame.height == 4
    assert [(problem.path, problem.sentence) for problem in batch.problems] == [
        ("4.m4a", f"The list names this file, but it is not a sound by its ending, so it was left out. {REMEDY}")
    ]


def test_a_file_that_a_list_names_is_asked_about_whatever_its_ending(clips: Path) -> None:
    found = inputs(clips / "list.csv", Task(Modality.AUDIO, Kind.MULTICLASS, ("bird", "rain")))
    assert found.references[4] == str(clips / "4.m4a")
