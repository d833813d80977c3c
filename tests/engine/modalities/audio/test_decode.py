from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.arrays import Float32Array
from engine.errors import DataError
from engine.modalities.audio import decode as module
from engine.modalities.audio.decode import EXCERPT_SECONDS, EXCERPTS, decode, heard_in_part


def tone(rate: int, hertz: float = 440.0, seconds: float = 0.5) -> Float32Array:
    return (0.5 * np.sin(2.0 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


def of_no_told_length(path: Path) -> bytes:
    """A FLAC as it is when it was written into a pipe."""
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # 36 bits in the first block tell how many frames there are, 0 where that is open
    content[22:26] = bytes(4)
    return bytes(content)


@pytest.mark.parametrize(
    ("suffix", "container", "coding"),
    [
        *(
            (suffix, suffix.upper(), None)
            for suffix in ("wav", "flac", "ogg", "mp3", "aiff", "au", "caf", "w64", "rf64")
        ),
        ("opus", "OGG", "OPUS"),
        ("aifc", "AIFF", "ULAW"),
        ("snd", "AU", "ULAW"),
        ("sph", "NIST", None),
        ("voc", "VOC", None),
    ],
)
def test_every_format_is_read(tmp_path: Path, suffix: str, container: str, coding: str | None) -> None:
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, tone(16_000), 16_000, format=container, subtype=coding)
    wave = decode(path)
    assert wave.dtype == np.float32
    spectrum = np.abs(np.fft.rfft(wave[:8000]))
    assert spectrum.argmax() == 220  # 440 Hz in half a second


@pytest.mark.parametrize("rate", [8000, 44_100, 96_000])
def test_every_rate_becomes_16_khz(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", tone(rate), rate, subtype="FLOAT")
    wave = decode(tmp_path / "a.wav")
    assert len(wave) == 8000
    np.testing.assert_allclose(wave[400:-400], tone(16_000)[400:-400], atol=1e-3)


def test_channels_are_averaged(tmp_path: Path) -> None:
    both = np.stack([tone(16_000), np.zeros(8000, dtype=np.float32)], axis=1)
    soundfile.write(tmp_path / "a.wav", both, 16_000, subtype="FLOAT")
    np.testing.assert_allclose(decode(tmp_path / "a.wav"), tone(16_000) / 2, atol=1e-6)


def test_silence_is_a_sound(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(800), 8000)
    assert decode(tmp_path / "a.wav").tolist() == [0.0] * 1600


def test_what_goes_beyond_full_scale_is_scaled_down_to_it(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", 40.0 * tone(16_000), 16_000, subtype="FLOAT")
    wave = decode(tmp_path / "a.wav")
    assert np.abs(wave).max() == pytest.approx(1.0)
    np.testing.assert_allclose(wave, 2.0 * tone(16_000), atol=1e-2)


def test_numbers_that_are_none_count_as_silence(tmp_path: Path) -> None:
    damaged = tone(16_000)
    damaged[[10, 20, 30]] = np.nan, np.inf, -np.inf
    soundfile.write(tmp_path / "a.wav", damaged, 16_000, subtype="FLOAT")
    wave = decode(tmp_path / "a.wav")
    assert wave[[10, 20, 30]].tolist() == [0.0] * 3
    assert np.isfinite(wave).all()


def test_a_long_sound_is_heard_in_excerpts_all_over_and_the_rest_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    minutes = np.repeat(np.arange(31) / 64, 60_000)  # a level a minute
    soundfile.write(tmp_path / "long.flac", minutes.astype(np.float32), 1000)
    with caplog.at_level(logging.WARNING, module.__name__):
        wave = decode(tmp_path / "long.flac")
    assert len(wave) == 16_000 * EXCERPTS * EXCERPT_SECONDS
    middles = wave.reshape(EXCERPTS, -1)[:, 100_000] * 64
    np.testing.assert_allclose(middles, [0, 3, 6, 9, 13, 16, 19, 23, 26, 29], atol=0.01)
    assert "long.flac is longer than 30 minutes; the rest was left out." in caplog.text


@pytest.mark.parametrize("seconds", [199, 200])
def test_a_sound_that_is_not_so_long_is_heard_whole(tmp_path: Path, seconds: int) -> None:
    course = np.linspace(0.0, 0.5, seconds * 1000).astype(np.float32)
    soundfile.write(tmp_path / "a.flac", course, 1000)
    wave = decode(tmp_path / "a.flac")
    np.testing.assert_allclose(wave[1000:-1000], np.linspace(0.0, 0.5, seconds * 16_000)[1000:-1000], atol=1e-3)


@pytest.mark.parametrize(("frames", "in_part"), [(200_000, False), (200_001, True)])
@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_a_sound_that_is_heard_in_part_is_known_by_its_header(
    tmp_path: Path, suffix: str, frames: int, in_part: bool
) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, np.zeros(frames), 1000)
    assert heard_in_part(path) == in_part


def test_what_is_no_sound_or_does_not_tell_its_length_counts_as_heard_whole(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros(1_000), 1000)
    (tmp_path / "piped.flac").write_bytes(of_no_told_length(tmp_path / "a.flac"))
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    assert not any(heard_in_part(tmp_path / name) for name in ("piped.flac", "broken.wav", "absent.wav"))


@pytest.mark.parametrize("seconds", [1, 200, 260, 1801])
def test_a_sound_that_does_not_tell_its_length_is_heard_as_one_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    soundfile.write(tmp_path / "a.flac", np.linspace(0.0, 0.5, seconds * 1000).astype(np.float32), 1000)
    (tmp_path / "piped.flac").write_bytes(of_no_told_length(tmp_path / "a.flac"))
    np.testing.assert_array_equal(decode(tmp_path / "piped.flac"), decode(tmp_path / "a.flac"))
    monkeypatch.setattr(module, "_MOST_NUMBERS", 1_000_000)  # it is to be unpacked whole to be counted
    with pytest.raises(DataError, match="take too long to unpack"):
        decode(tmp_path / "piped.flac")


def test_a_wrong_extension_does_not_matter_to_a_sound(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", tone(16_000), 16_000)
    (tmp_path / "a.flac").rename(tmp_path / "a.wav")
    assert len(decode(tmp_path / "a.wav")) == 8000


@pytest.mark.parametrize("name", ["a.wav", "a.raw", "a"])
@pytest.mark.parametrize("content", [b"no sound at all", b"RIFF\x10\x00\x00\x00WAVE", bytes(3000)])
def test_what_is_no_sound_is_met_with_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name} (cannot be read as WAV|holds no sound).*leave it out"):
        decode(tmp_path / name)


def test_missing_empty_and_soundless_files_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no longer where it was"):
        decode(tmp_path / "gone.wav")
    (tmp_path / "empty.wav").write_bytes(b"")
    with pytest.raises(DataError, match=r"is empty \(0 bytes\)"):
        decode(tmp_path / "empty.wav")
    soundfile.write(tmp_path / "none.wav", np.zeros(0), 16_000)
    with pytest.raises(DataError, match="its length is 0 seconds"):
        decode(tmp_path / "none.wav")


@pytest.mark.parametrize("suffix", ["ogg", "mp3"])
def test_what_takes_hours_to_unpack_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.setattr(module, "_MOST_NUMBERS", 44_100)
    both = np.stack([tone(44_100)] * 2, axis=1)
    soundfile.write(tmp_path / f"whole.{suffix}", both[:20_000], 44_100)
    soundfile.write(tmp_path / f"wide.{suffix}", np.concatenate([both, both]), 44_100)
    soundfile.write(tmp_path / "wide.wav", np.concatenate([both, both]), 44_100)  # is heard from any place
    assert len(decode(tmp_path / f"whole.{suffix}")) > 7000
    assert len(decode(tmp_path / "wide.wav")) == 16_000
    with pytest.raises(DataError, match="2 channels of 44100 samples a second, which take too long"):
        decode(tmp_path / f"wide.{suffix}")


def test_a_file_that_the_system_cannot_even_look_for_is_met_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="leave it out"):
        decode(tmp_path / f"{'x' * 300}.wav")


def test_a_rate_no_recorder_has_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "slow.wav", np.zeros(50), 100)
    with pytest.raises(DataError, match="100 samples a second, and the limits are 1000 and 768000"):
        decode(tmp_path / "slow.wav")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 2000),
    place=st.integers(0, 1999),
    byte=st.integers(0, 255),
    suffix=st.sampled_from(["wav", "flac"]),
)
def test_damage_gives_a_sound_or_a_sentence(tmp_path: Path, cut: int, place: int, byte: int, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, tone(8000, seconds=0.2), 8000)
    content = bytearray(path.read_bytes())
    content[min(place, len(content) - 1)] = byte
    path.write_bytes(bytes(content[: max(1, len(content) - cut)]))
    try:
        wave = decode(path)
    except DataError as error:
        assert path.name in str(error)
    else:
        assert np.isfinite(wave).all()
        assert np.abs(wave).max() <= 1.0
