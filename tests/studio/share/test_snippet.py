from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from PIL import Image

from engine.modalities.audio.decode import decode as decode_sound
from engine.modalities.image.decode import decode
from engine.task import Column, ColumnType, Kind, Modality, Task
from studio.share.snippet import python_snippet


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("modality", [Modality.IMAGE, Modality.AUDIO, Modality.TABLE])
def test_every_snippet_is_a_program(kind: Kind, modality: Modality) -> None:
    columns = (Column('it\'s "odd"', ColumnType.CATEGORY), Column("age", ColumnType.NUMBER))
    classes = () if kind is Kind.REGRESSION else ("a", "b")
    task = Task(modality, kind, classes, columns=columns if modality is Modality.TABLE else ())
    code = python_snippet(task, "a 'b'.onnx", {"age": 3.5})

    compile(code, "snippet", "exec")
    assert ("3.5" in code) is (modality is Modality.TABLE)
    assert ("json" in code) is bool(classes)


@pytest.mark.parametrize(
    "task",
    [
        Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b")),
        Task(Modality.TABLE, Kind.MULTICLASS, ("a", "b"), columns=(Column("said", ColumnType.TEXT),)),
    ],
)
def test_texts_have_no_program_of_a_few_lines(task: Task) -> None:
    assert python_snippet(task, "a.onnx") == ""


def fed(modality: Modality, folder: Path, monkeypatch: pytest.MonkeyPatch) -> npt.NDArray[Any]:
    """Return what the program for a number feeds the graph, run in a folder with the file that it names."""
    told: list[npt.NDArray[Any]] = []

    class Session:
        def __init__(self, file: str) -> None:
            pass

        def run(self, names: None, feeds: Mapping[str, npt.NDArray[Any]]) -> tuple[npt.NDArray[Any]]:
            told.extend(feeds.values())
            return (np.zeros((1, 1)),)

    monkeypatch.setitem(sys.modules, "onnxruntime", SimpleNamespace(InferenceSession=Session))
    monkeypatch.chdir(folder)
    exec(python_snippet(Task(modality, Kind.REGRESSION), "a.onnx"), {})
    (array,) = told
    return array


def deep(levels: int = 65_536) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, levels, (9, 7), dtype=np.uint16))


def colours(mode: str) -> Image.Image:
    levels = np.random.default_rng(0).integers(0, 256, (9, 7, 4), dtype=np.uint8)
    return Image.fromarray(levels).convert(mode)


def wide(kind: type, low: float, high: float) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).uniform(low, high, (9, 7)).astype(kind))


def broken() -> Image.Image:
    levels = np.random.default_rng(0).uniform(0.0, 1.0, (9, 7)).astype(np.float32)
    levels[0, :3] = np.nan, np.inf, -np.inf
    return Image.fromarray(levels)


TURNED = Image.Exif()
TURNED[0x0112] = 6
PICTURES: dict[str, tuple[Image.Image, str, dict[str, Any]]] = {
    "16-bit grey": (deep(), "PNG", {}),
    "12-bit grey": (deep(4096), "PNG", {}),
    "32-bit grey": (wide(np.int32, 0, 65_535), "TIFF", {}),
    "32-bit grey beyond 16 bits": (wide(np.int32, 70_000, 2_000_000), "TIFF", {}),
    "32-bit grey below zero": (wide(np.int32, -500, 500), "TIFF", {}),
    "shares as grey": (wide(np.float32, 0.0, 1.0), "TIFF", {}),
    "shares of which some are none": (broken(), "TIFF", {}),
    "one level beyond 16 bits": (wide(np.float32, 1e6, 1e6), "TIFF", {}),
    "transparent": (colours("RGBA"), "PNG", {}),
    "grey and transparent": (colours("LA"), "PNG", {}),
    "palette with levels of transparency": (colours("RGB").quantize(9), "PNG", {"transparency": bytes([0, 90, 255])}),
    "palette with a transparent colour": (colours("RGB").quantize(9), "PNG", {"transparency": 3}),
    "one transparent colour": (colours("RGB"), "PNG", {"transparency": colours("RGB").getpixel((0, 0))}),
    "print colours": (colours("CMYK"), "JPEG", {}),
    "turned": (colours("RGB"), "JPEG", {"exif": TURNED}),
    "black and white": (colours("1"), "PNG", {}),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_program_prepares_a_picture_as_the_model_sees_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, kind, options = PICTURES[name]
    picture.save(tmp_path / "photo.jpg", kind, **options)
    np.testing.assert_array_equal(fed(Modality.IMAGE, tmp_path, monkeypatch)[0], decode(tmp_path / "photo.jpg"))


@pytest.mark.parametrize(("seconds", "loudness"), [(0.5, 0.5), (0.5, 4.0), (201.5, 2.0), (1801, 0.5)])
def test_the_program_prepares_a_sound_as_the_model_hears_it(
    seconds: float, loudness: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wave = np.random.default_rng(0).uniform(-loudness, loudness, (int(16_000 * seconds), 1)).astype(np.float32)
    wave = np.repeat(wave, 2, axis=1) if seconds < 1 else wave
    wave[40:50], wave[60] = np.nan, np.inf
    soundfile.write(tmp_path / "sound.wav", wave, 16_000, subtype="FLOAT")
    heard = fed(Modality.AUDIO, tmp_path, monkeypatch)
    assert heard.dtype == np.float32
    np.testing.assert_array_equal(heard[0], decode_sound(tmp_path / "sound.wav"))
