"""The import formats: an ordered registry, the first that recognises the files takes them."""

from __future__ import annotations

from labeling.formats.base import Format
from labeling.formats.media_flat import MediaFlat
from labeling.formats.media_folders import MediaFolders
from labeling.formats.media_manifest import MediaManifest
from labeling.formats.table import Table
from labeling.media import MEDIA

FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        *(of_media(medium) for of_media in (MediaManifest, MediaFolders, MediaFlat) for medium in MEDIA.values()),
        Table(),
    )
}

__all__ = ["FORMATS", "Format"]
