"""Sounds as they lie in folders and lists, good and bad."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.task import Kind, Modality
from labeling.errors import ImportRefused
from labeling.importing import inputs, labelled, read, understand
from labeling.media.sound import Sound
from labeling.snapshot import snapshot
from labeling.sounds.recording import Recording

WRITTEN = {  # a container and a coding for each ending, as soundfile calls them
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".oga": ("OGG", "VORBIS"),
    ".opus": ("OGG", "OPUS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
    ".aiff": ("AIFF", "PCM_16"),
    ".aif": ("AIFF", "PCM_24"),
    ".aifc": ("AIFF", "ULAW"),
    ".au": ("AU", "PCM_16"),
    ".snd": ("AU", "ULAW"),
    ".caf": ("CAF", "PCM_16"),
    ".w64": ("W64", "PCM_16"),
    ".rf64": ("RF64", "PCM_16"),
    ".sph": ("NIST", "PCM_16"),
    ".nist": ("NIST", "ULAW"),
    ".voc": ("VOC", "PCM_16"),
    ".wve": ("WVE", "ALAW"),
}


def sound(path: Path, seconds: float = 0.1, rate: int = 16_000, channels: int = 1, level: float = 0.3) -> Path:
    """Write a hum whose pitch depends on the path, so that no two files are alike."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(seconds * rate)) / rate
    wave = level * np.sin(2 * np.pi * (200 + sum(str(path).encode()) % 997) * time)
    soundfile.write(path, np.repeat(wave[:, None], channels, axis=1), rate)
    return path


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    """Ten sounds in two folders."""
    for number in range(5):
        sound(tmp_path / "animals" / "cat" / f"{number}.wav")
        sound(tmp_path / "animals" / "dog" / f"{number}.flac")
    return tmp_path / "animals"


def test_folders_of_sounds_are_classes(animals: Path) -> None:
    understanding = understand(animals)
    assert understanding.text() == "10 sounds in 2 folders → sort sounds into cat / dog"
    assert (understanding.format, understanding.modality) == ("audio_folders", Modality.AUDIO)
    frame = read(understanding).frame
    assert frame["id"].head(1).to_list() == ["cat/0.wav"]
    frozen = snapshot(frame, understanding)
    assert frozen.task.modality is Modality.AUDIO
    assert not any("near-copies" in note for note in frozen.notes)


def test_a_sound_of_any_kind_is_taken_in_and_heard(tmp_path: Path) -> None:
    assert WRITTEN.keys() == set(Sound.suffixes)
    for number, (ending, (container, coding)) in enumerate(WRITTEN.items()):
        path = tmp_path / "animals" / ("cat", "dog")[number % 2] / f"{number}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        wave = 0.3 * np.sin(0.05 * (number + 1) * np.arange(8000))
        soundfile.write(path, wave, 16_000, format=container, subtype=coding)
        with Recording(path) as recording:
            assert 0.15 < recording.read(0, 8000).std() < 0.25
    batch = read(understand(tmp_path / "animals"))
    assert batch.problems == ()
    assert {Path(name).suffix for name in batch.frame["id"]} == WRITTEN.keys()


def test_sounds_that_are_alike_stay_on_one_side(animals: Path) -> None:
    (animals / "cat" / "again.wav").write_bytes((animals / "cat" / "0.wav").read_bytes())
    understanding = understand(animals)
    groups = snapshot(read(understanding).frame, understanding).dataset.frame
    alike = groups.filter(groups["id"].is_in(["cat/0.wav", "cat/again.wav"]))
    assert alike["group"].n_unique() == 1
    assert groups["group"].n_unique() == 10


@pytest.mark.parametrize("kind", ["silent", "stereo", "slow", "fast"])
def test_odd_sounds_are_taken_in(animals: Path, kind: str) -> None:
    path = animals / "cat" / "odd.wav"
    options = {"silent": {"level": 0.0}, "stereo": {"channels": 2}, "slow": {"rate": 8000}, "fast": {"rate": 96_000}}
    sound(path, **options[kind])  # type: ignore[arg-type]
    batch = read(understand(animals))
    assert batch.frame.height == 11
    assert batch.problems == ()


def test_a_long_sound_is_not_read_into_memory_as_a_whole(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "long.wav", "w", 44_100, 2) as file:
        for _ in range(180):
            file.write(np.zeros((44_100, 2), dtype=np.float32))
    Sound().examine(sound(tmp_path / "short.wav"))  # what is imported with the first one is not counted
    tracemalloc.start()
    try:
        Sound().examine(tmp_path / "long.wav")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "long.wav").stat().st_size > 30_000_000
    assert most < 2_000_000


def test_what_is_no_sound_is_left_out_with_a_sentence(animals: Path) -> None:
    sound(animals / "cat" / "nothing.wav", seconds=0.0)
    (animals / "cat" / "bare.wav").touch()
    (animals / "dog" / "photo.wav").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    batch = read(understand(animals))
    assert batch.frame.height == 10
    told = {problem.path: problem.sentence for problem in batch.problems}
    assert told["cat/nothing.wav"] == "The sound is 0 seconds long."
    assert told["cat/bare.wav"] == "The file is empty."
    assert "not a sound" in told["dog/photo.wav"]


def test_a_few_pictures_beside_many_sounds_do_not_matter(animals: Path) -> None:
    (animals / "cat" / "cover.png").write_bytes(b"\x89PNG")
    (animals / "readme.txt").write_text("about these sounds")
    assert understand(animals).samples == 10


def test_a_list_labels_sounds(tmp_path: Path) -> None:
    lines = ["filename,labels"]
    for number in range(6):
        sound(tmp_path / "clips" / f"{number}.wav")
        lines.append(f"{number}.wav,{'bird' if number % 2 else 'bird;rain' if number else 'rain'}")
    (tmp_path / "clips.csv").write_text("\n".join(lines))
    understanding = understand(tmp_path / "clips")
    assert (understanding.format, understanding.kind) == ("audio_manifest", Kind.MULTILABEL)
    assert "sort sounds into any of bird / rain" in understanding.text()


def test_sounds_are_predicted_and_measured(animals: Path) -> None:
    understanding = understand(animals)
    task = snapshot(read(understanding).frame, understanding).task
    (animals / "dog" / "broken.wav").write_text("text")
    told: list[str] = []
    assert len(inputs(animals, task, tell=told.append)) == 11
    assert "1 file of 11 could not be read" in told[0]
    assert inputs(animals / "cat" / "0.wav", task).ids == ["0"]
    assert labelled(animals, task).labels(task).tolist() == [0.0] * 5 + [1.0] * 5


def test_other_data_is_refused(animals: Path, bolts: Path) -> None:
    understanding = understand(animals)
    task = snapshot(read(understanding).frame, understanding).task
    with pytest.raises(ImportRefused, match="no sounds in"):
        inputs(bolts, task)
    with pytest.raises(ImportRefused, match="about sounds in files, but parts holds photos"):
        labelled(bolts, task)
