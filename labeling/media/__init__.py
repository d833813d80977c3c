"""The media a sample can be: a registry by modality."""

from __future__ import annotations

from engine.task import Modality
from labeling.media.base import Medium, Seen
from labeling.media.picture import Picture
from labeling.media.sound import Sound
from labeling.media.text import TextFile

MEDIA: dict[Modality, Medium] = {medium.modality: medium for medium in (Picture(), Sound(), TextFile())}

__all__ = ["MEDIA", "Medium", "Seen"]
