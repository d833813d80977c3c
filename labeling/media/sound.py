"""A sound file: anything that libsndfile reads. Only its header is looked at."""

from __future__ import annotations

from io import BufferedIOBase

from typing_extensions import override

from engine.task import Modality
from labeling.errors import MediaRefused
from labeling.media.base import Medium


class Sound(Medium):
    """A recording of any rate, length and number of channels."""

    modality = Modality.AUDIO
    thing = "sound"
    suffixes = (".wav", ".flac", ".ogg", ".oga", ".mp3", ".aiff", ".aif", ".au", ".caf", ".w64")
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
