"""The import formats: an ordered registry, the first that recognises the files takes them."""

from __future__ import annotations

from labeling.formats.base import Format
from labeling.formats.image_flat import ImageFlat
from labeling.formats.image_folders import ImageFolders
from labeling.formats.image_manifest import ImageManifest
from labeling.formats.table import Table

FORMATS: dict[str, Format] = {
    format_.name: format_ for format_ in (ImageManifest(), ImageFolders(), ImageFlat(), Table())
}

__all__ = ["FORMATS", "Format"]
