"""A sound file: anything that libsndfile reads. Only its header is looked at."""

from __future__ import annotations

from io import BufferedIOBase

from typing_extensions import override

from engine.task import Modality
from labeling.errors import MediaRefused
from labeling.media.base import Medium

MIN_RATE, MAX_RATE = 1_000, 768_000  # samples a second; the engine hears nothing beyond


class Sound(Medium):
    """A recording of any rate, length and number of channels."""

    modality = Modality.AUDIO
    thing = "sound"
    suffixes = (
        ".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aiff", ".aif", ".aifc", ".au", ".snd", ".caf", ".w64",
        ".rf64", ".sph", ".nist", ".voc", ".wve",
    )  # fmt: skip
    folders = ("audio", "sounds", "sound", "wav", "wavs", "clips", "recordings", "data")
    max_bytes = 2_000_000_000
    endings = "WAV, FLAC, OGG or MP3"

    @override
    def check(self, file: BufferedIOBase) -> None:
        import soundfile

        try:
            header = soundfile.info(file)
        except (soundfile.SoundFileError, RuntimeError, TypeError, ValueError) as error:
            raise MediaRefused(f"The file is not a sound ({self.endings}), whatever its name says.") from error
        if header.frames <= 0 or header.samplerate <= 0:
            raise MediaRefused("The sound is 0 seconds long.")
        check_rate(header.samplerate)


def check_rate(rate: int) -> None:
    """Refuse a sound of a rate that none has: what is drawn and heard of it would take any amount of memory.

    Raises:
        MediaRefused: the rate is too low or too high.
    """
    if not MIN_RATE <= rate <= MAX_RATE:
        raise MediaRefused(
            f"The sound has {rate:,} samples a second; the limits are {MIN_RATE:,} and {MAX_RATE:,}. "
            "Convert it to 16,000 or 44,100 to use it."
        )
