"""Pictures and sounds come out of a file's bytes as the engine reads them from the file, and damage is told."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import DataError
from engine.modalities.audio.decode import decode as decode_sound
from engine.modalities.audio.decode import decode_bytes as decode_sound_bytes
from engine.modalities.image.decode import decode, decode_bytes
from engine.task import Kind, Modality, Task
from exporters.standalone.errors import Unreadable
from exporters.standalone.pictures import PictureReader
from exporters.standalone.sounds import SoundReader

RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, (31, 47, 3), dtype=np.uint8)
CLEAR = RNG.integers(0, 256, (31, 47, 4), dtype=np.uint8)
DEEP = RNG.integers(0, 65_536, (31, 47), dtype=np.uint16)


def written(image: Image.Image, kind: str, **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return written(Image.fromarray(COLOURS), "JPEG", exif=exif)


PICTURES: dict[str, Callable[[], bytes]] = {
    **{f"turned {way}": lambda way=way: turned(way) for way in range(1, 9)},  # type: ignore[misc]
    "transparent": lambda: written(Image.fromarray(CLEAR), "PNG"),
    "transparent webp": lambda: written(Image.fromarray(CLEAR), "WEBP", lossless=True),
    "16 bit": lambda: written(Image.fromarray(DEEP), "PNG"),
    "16 bit tiff": lambda: written(Image.fromarray(DEEP), "TIFF"),
    "grey": lambda: written(Image.fromarray(COLOURS[:, :, 0]), "BMP"),
    "animated": lambda: written(
        Image.fromarray(COLOURS), "GIF", save_all=True, append_images=[Image.fromarray(255 - COLOURS)]
    ),
    "palette": lambda: written(Image.fromarray(COLOURS).quantize(9), "PNG", transparency=3),
    "palette of see-through colours": lambda: written(
        Image.fromarray(COLOURS).quantize(9), "PNG", transparency=bytes([0, 90, 255])
    ),
    "one colour transparent": lambda: written(
        Image.fromarray(COLOURS), "PNG", transparency=tuple(COLOURS[0, 0].tolist())
    ),
    "cmyk": lambda: written(Image.fromarray(COLOURS).convert("CMYK"), "JPEG"),
    "one pixel": lambda: written(Image.fromarray(COLOURS[:1, :1]), "PNG"),
}


@cache
def picture(name: str) -> bytes:
    return PICTURES[name]()


def picture_reader() -> PictureReader:
    task = Task(Modality.IMAGE, Kind.REGRESSION)
    return PictureReader(Path(), task, {"inputs": [{"name": "image"}]})


def sound_reader() -> SoundReader:
    task = Task(Modality.AUDIO, Kind.REGRESSION)
    return SoundReader(Path(), task, {"inputs": [{"name": "audio"}]})


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_the_one_the_engine_reads_from_the_file(name: str, tmp_path: Path) -> None:
    content = PICTURES[name]()
    (tmp_path / "picture").write_bytes(content)
    found = picture_reader().read(content)
    np.testing.assert_array_equal(found, decode(tmp_path / "picture"))
    assert found.dtype == np.uint8
    assert found.shape[2] == 3


def test_a_picture_of_too_many_pixels_is_not_unpacked() -> None:
    content = written(Image.new("1", (10_000, 10_000)), "PNG")
    with pytest.raises(Unreadable, match="100"):
        picture_reader().read(content)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of damaged EXIF data
@settings(max_examples=60, deadline=None)
@given(data=st.data(), name=st.sampled_from(sorted(PICTURES)))
def test_damaged_pictures_are_read_or_refused_as_by_the_engine(data: st.DataObject, name: str) -> None:
    content = bytearray(picture(name))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        expected = decode_bytes(cut, "The picture")
    except DataError as error:
        with pytest.raises(Unreadable) as refused:
            picture_reader().read(cut)
        assert str(refused.value) == str(error)
    else:
        np.testing.assert_array_equal(picture_reader().read(cut), expected)


def sound(rate: int, channels: int, seconds: float, kind: str, subtype: str | None = None) -> bytes:
    content = io.BytesIO()
    wave = RNG.uniform(-0.5, 0.5, (int(rate * seconds), channels))
    soundfile.write(content, wave, rate, format=kind, subtype=subtype)
    return content.getvalue()


@pytest.mark.parametrize(
    ("rate", "channels", "kind", "subtype"),
    [
        (16_000, 1, "WAV", None),
        (44_100, 2, "WAV", "PCM_24"),
        (8_000, 1, "FLAC", None),
        (48_000, 2, "OGG", None),
        (22_050, 1, "MP3", None),
        (11_025, 3, "AIFF", None),
        (192_000, 1, "WAV", "FLOAT"),
        (4_001, 1, "CAF", None),
    ],
)
def test_a_sound_is_the_one_the_engine_reads_from_the_file(
    rate: int, channels: int, kind: str, subtype: str | None, tmp_path: Path
) -> None:
    content = sound(rate, channels, 0.7, kind, subtype)
    (tmp_path / "sound").write_bytes(content)
    found = sound_reader().read(content)
    np.testing.assert_array_equal(found, decode_sound(tmp_path / "sound"))
    assert len(found) == pytest.approx(0.7 * 16_000, rel=0.2)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "is empty"), (b"garbage" * 9, "cannot be read as WAV"), (sound(16_000, 1, 0.0, "WAV"), "holds no sound")],
)
def test_what_is_no_sound_is_met_with_a_sentence(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        sound_reader().read(content)


@cache
def short(kind: str) -> bytes:
    return sound(16_000, 1, 0.1, kind)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kind=st.sampled_from(["WAV", "FLAC", "OGG"]))
def test_damaged_sounds_are_read_or_refused_as_by_the_engine(data: st.DataObject, kind: str) -> None:
    content = bytearray(short(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        expected = decode_sound_bytes(bytes(content), "The sound")
    except DataError:
        with pytest.raises(Unreadable):
            sound_reader().read(bytes(content))
    else:
        np.testing.assert_array_equal(sound_reader().read(bytes(content)), expected)


def test_long_sounds_go_alone_and_short_ones_together() -> None:
    reader = sound_reader()
    assert reader.most(np.zeros(16_000 * 61, np.float32)) == 1
    assert reader.most(np.zeros(1600, np.float32)) == 16
    assert reader.feeds([np.zeros(3, np.float32)] * 2)["audio"].shape == (2, 3)
