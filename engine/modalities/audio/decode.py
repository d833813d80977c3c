"""Read a sound file as mono at 16 kHz. Files come from outside: formats, lengths and damage are met with sentences."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from engine.arrays import Float32Array
from engine.errors import DataError
from engine.modalities.audio.resample import resampled

MAX_SECONDS = 30 * 60
EXCERPTS, EXCERPT_SECONDS = 10, 20
MIN_RATE, MAX_RATE = 1_000, 768_000

_MOST_NUMBERS = 1_000_000_000  # of a file that has to be unpacked from its beginning: minutes of work at most
_NUMBERS_AT_ONCE = 1 << 20
_UNKNOWN = 1 << 62  # frames or more: what libsndfile says of a FLAC that was written into a pipe
_BROKEN = (soundfile.SoundFileError, OSError, RuntimeError, TypeError, ValueError)
_log = logging.getLogger(__name__)


def decode(path: str | Path) -> Float32Array:
    """Return the sound as float32 [n] at 16 kHz, within -1 and 1: the mean of its channels.

    Of a sound longer than 200 seconds these are ten excerpts of 20 seconds, evenly spread over its first 30 minutes:
    hearing all of it would keep the others waiting, and what it is like as a whole shows in them.
    A sound that goes beyond full scale is scaled down to it; numbers that are none (NaN, infinite) count as silence.

    Raises:
        DataError: the file is missing, empty, damaged or no sound.
    """
    name = Path(path).name
    try:
        if Path(path).is_file():
            return _opened(str(path), name, Path(path).stat().st_size)
    except OSError as error:  # as of a drive in a network that is gone
        raise DataError(f"{name} cannot be read ({error}). Check its permissions, or leave it out.") from error
    raise DataError(f"{name} is no longer where it was. Put it back, or leave it out.")


def decode_bytes(raw: bytes, name: str) -> Float32Array:
    """Return the sound in the bytes of a file as :func:`decode` does; ``name`` is what a sentence calls it.

    Raises:
        DataError: as for :func:`decode`.
    """
    return _opened(io.BytesIO(raw), name, len(raw))


def heard_in_part(path: str | Path) -> bool:
    """Return whether a sound is so long that excerpts of it are heard, as far as the beginning of its file tells."""
    try:
        with soundfile.SoundFile(str(path)) as file:
            return file.frames < _UNKNOWN and len(_excerpts(file.frames, file.samplerate)) > 1
    except _BROKEN:
        return False


class _Sound(soundfile.SoundFile):  # type: ignore[misc]
    def seekable(self) -> bool:
        """Return whether reading may look where it is: that fails at the end of a file of unknown length."""
        return self.frames < _UNKNOWN and bool(super().seekable())


def _opened(source: str | io.BytesIO, name: str, size: int) -> Float32Array:
    try:
        with _Sound(source) as file:
            _check_rate(file.samplerate, name)
            _check_work(file, name)
            frames = _frames(file)
            if frames > MAX_SECONDS * file.samplerate:
                _log.warning("%s is longer than %d minutes; the rest was left out.", name, MAX_SECONDS // 60)
            wave = to_mono_16k(_blocks(file, frames), file.samplerate)
    except _BROKEN as error:
        raise DataError(_why(name, size, error)) from error
    if not len(wave):
        raise DataError(f"{name} holds no sound: its length is 0 seconds. Replace it, or leave it out.")
    return wave


def to_mono_16k(blocks: Iterator[Float32Array], rate: int) -> Float32Array:
    """Return blocks [n] or [n, channels] at ``rate`` as one clean sound, float32 [m] at 16 kHz, within -1 and 1."""
    wave: Float32Array = np.concatenate(
        [np.zeros(0, dtype=np.float32), *resampled((_mono(block) for block in blocks), rate)]
    )
    peak = float(np.abs(wave).max(initial=0.0))
    return wave if peak <= 1.0 else wave / np.float32(peak)


_FROM_THE_MIDDLE = frozenset({"WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC"})  # to the very sample


def _frames(file: soundfile.SoundFile) -> int:
    """Return how many frames there are: they are counted, as far as they count, where who wrote them left that open."""
    if file.frames < _UNKNOWN:
        return int(file.frames)
    size, count = max(1, _NUMBERS_AT_ONCE // file.channels), 0
    while count <= MAX_SECONDS * file.samplerate:
        found = len(file.read(size, dtype="float32", always_2d=True))
        if not found:
            break
        count += found
    file.seek(0)
    return count


def _blocks(file: soundfile.SoundFile, frames: int) -> Iterator[Float32Array]:
    """Yield what is wanted of a file, read from its beginning where the format cannot be read from the middle."""
    size = max(1, _NUMBERS_AT_ONCE // file.channels)
    wanted = _excerpts(frames, file.samplerate)
    begin, end = 0, wanted[-1][1]
    while begin < end:
        ahead = [first for first, last in wanted if last > begin]
        if file.format in _FROM_THE_MIDDLE and ahead[0] > begin:
            begin = file.seek(ahead[0])
        block: Float32Array = file.read(min(size, end - begin), dtype="float32", always_2d=True)
        if not len(block):
            return
        for first, last in wanted:
            if first < begin + len(block) and last > begin:
                yield block[max(0, first - begin) : last - begin]
        begin += len(block)


def _excerpts(frames: int, rate: int) -> list[tuple[int, int]]:
    """Return the first and the last number, exclusive, of each stretch that is heard."""
    longest, size = min(frames, MAX_SECONDS * rate), EXCERPT_SECONDS * rate
    if longest <= EXCERPTS * size:
        return [(0, EXCERPTS * size)]
    starts = [place * (longest - size) // (EXCERPTS - 1) for place in range(EXCERPTS)]
    return [(start, start + size) for start in starts]


def _mono(block: Float32Array) -> Float32Array:
    clean: Float32Array = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32)
    if clean.ndim == 2:
        clean = clean.mean(axis=1)
    return clean


def _check_rate(rate: int, name: str) -> None:
    if not MIN_RATE <= rate <= MAX_RATE:
        raise DataError(
            f"{name} has {rate} samples a second, and the limits are {MIN_RATE} and {MAX_RATE}. "
            "Convert it to 16,000 or 44,100, or leave it out."
        )


def _check_work(file: soundfile.SoundFile, name: str) -> None:
    """Refuse what takes hours to unpack: silence in hundreds of channels takes next to no room in a file."""
    numbers = min(file.frames, MAX_SECONDS * file.samplerate) * file.channels
    whole = file.format not in _FROM_THE_MIDDLE or file.frames >= _UNKNOWN
    if whole and numbers > _MOST_NUMBERS:
        raise DataError(
            f"{name} has {file.channels} channels of {file.samplerate} samples a second, which take too long to "
            "unpack. Convert it to one channel of 16,000 or 44,100, or leave it out."
        )


def _why(name: str, size: int, error: Exception) -> str:
    if size == 0:
        return f"{name} is empty (0 bytes). Replace it, or leave it out."
    return (
        f"{name} cannot be read as WAV, FLAC, Ogg, MP3, AIFF, AU or CAF sound ({str(error).rstrip('.')}). "
        "Convert it, or leave it out."
    )
