"""The import formats: an ordered registry, the first that recognises the files takes them."""

from __future__ import annotations

from labeling.formats.base import Format
from labeling.formats.media_annotated import MediaAnnotated
from labeling.formats.media_flat import MediaFlat
from labeling.formats.media_folders import MediaFolders
from labeling.formats.media_manifest import MediaManifest
from labeling.formats.table import Table
from labeling.formats.texts_annotated import TextsAnnotated
from labeling.media import MEDIA

OF_MEDIA = (MediaAnnotated, MediaManifest, MediaFolders, MediaFlat)
FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        TextsAnnotated(),
        *(of_media(medium) for of_media in OF_MEDIA for medium in MEDIA.values()),
        Table(),
    )
}

__all__ = ["FORMATS", "Format"]
