from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import xxhash

from engine.modalities.audio.described import described
from engine.modalities.audio.samples import AudioSamples


def sounds(folder: Path, cache: Path) -> AudioSamples:
    """Return two tones nearly alike, noise, and a file that is no sound."""
    random, time = np.random.default_rng(0), np.arange(16_000) / 16_000
    waves = [np.sin(2 * np.pi * 440 * time), np.sin(2 * np.pi * 445 * time), random.normal(size=16_000)]
    paths = [folder / f"{number}.wav" for number in range(4)]
    for path, wave in zip(paths, waves, strict=False):
        soundfile.write(path, 0.3 * wave, 16_000)
    paths[3].write_bytes(b"no sound")
    return AudioSamples(
        [str(path) for path in paths], [xxhash.xxh3_128_hexdigest(path.read_bytes()) for path in paths], cache
    )


def test_sounds_alike_lie_near_each_other_and_what_is_none_is_told(tmp_path: Path) -> None:
    samples = sounds(tmp_path, tmp_path / "cache")
    told = described(samples, "cpu", threads=1, look=0)
    assert np.isfinite(told[:3]).all() and np.isnan(told[3]).all()
    assert np.linalg.norm(told[0] - told[1]) < 0.5 * np.linalg.norm(told[0] - told[2])
    np.testing.assert_array_equal(told, described(sounds(tmp_path, tmp_path / "cache"), "cpu", threads=1, look=0))
