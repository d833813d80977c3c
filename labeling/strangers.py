"""Files that stand among samples but are none by their endings: they are left out, and the person is to know.

Told of are the formats of such things that cannot be read, and files of another ending that are samples inside. What
else lies beside samples (lists, annotations, notes, a cover) is passed over without a word, as are copies of samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from engine.task import Modality
from engine.wording import NOUNS, listing
from labeling.batch import Problem
from labeling.errors import MediaRefused
from labeling.media import MEDIA, Medium
from labeling.media.base import opened
from labeling.walk import Found, Walk

PHOTOS = (
    ".heic", ".heif", ".avif", ".jxl", ".jp2", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".psd",
)  # fmt: skip
SOUNDS = (".m4a", ".aac", ".wma", ".amr", ".ape", ".mka", ".ac3")
DOCUMENTS = (".docx", ".doc", ".odt", ".rtf", ".pdf", ".html", ".htm", ".md", ".rst")
UNREAD = {Modality.IMAGE: PHOTOS, Modality.AUDIO: SOUNDS, Modality.TEXT: DOCUMENTS}
NOTES = frozenset(
    ("readme", "about", "license", "licence", "copying", "authors", "credits", "citation", "changelog", "notice")
)
ENDINGS_SHOWN = 5
LOOKED_INTO = 50  # files of other endings, of so many bytes at most
LOOKED_INTO_BYTES = 20_000_000


def strangers(files: Walk, medium: Medium) -> list[str]:
    """Return the names of the files that are left out by their endings, and that the person may have meant."""
    known = {_stem(found) for found in files.files if medium.owns(found.relative)}
    others = [found for found in files.files if not medium.owns(found.relative) and _stem(found) not in known]
    unread = [found for found in others if _ending(found) in UNREAD[medium.modality] and not _is_a_note(found)]
    if medium.modality is Modality.TEXT:  # a single document in a folder may tell of the texts
        folders = Counter(found.folders for found in unread)
        return [found.relative for found in unread if folders[found.folders] > 1]
    media = [found for found in others if any(one.owns(found.relative) for one in _other_media(medium))]
    named_wrongly = {found.relative for found in media[:LOOKED_INTO] if _is_one(found, medium)}
    meant = {found.relative for found in unread} | named_wrongly
    return [found.relative for found in others if found.relative in meant]


def as_problems(names: Iterable[str], medium: Medium) -> list[Problem]:
    """Return a problem for each stranger, for the list of what was left out."""
    return [Problem(name, by_ending(medium), counted=True) for name in names]


def by_ending(medium: Medium, which: str = "It") -> str:
    """Return why one file is left out; ``which`` begins the sentence."""
    return (
        f"{which} is not a {NOUNS[medium.modality]} by its ending, so it was left out. Convert it to {medium.endings}, "
        "or rename it if it is one already."
    )


def told_of(names: Sequence[str], medium: Medium) -> list[str]:
    """Return the sentence about all strangers; nothing where there are none."""
    if not names:
        return []
    if len(names) == 1:
        return [by_ending(medium, names[0])]
    noun, endings = NOUNS[medium.modality], _shown(names)
    return [
        f"{len(names):,} files are not {noun}s by their endings ({endings}), so they were left out: "
        f"{listing(list(names))}. Convert them to {medium.endings}, or rename those that are {noun}s already."
    ]


def _shown(names: Sequence[str]) -> str:
    """Return the endings of files, the commonest first."""
    endings = [ending for ending, _ in Counter(_parts(name)[1] or "none" for name in names).most_common()]
    more = len(endings) - ENDINGS_SHOWN
    return ", ".join(endings[:ENDINGS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _parts(name: str) -> tuple[str, str]:
    """Return the bare name of a file and its ending with the point, in lower case."""
    bare = name.rpartition("/")[2].lower()
    stem, point, ending = bare.rpartition(".")
    return (stem, point + ending) if point else (bare, "")


def _stem(found: Found) -> tuple[object, str]:
    """Return a file's folder and its name without the ending: there may be a copy in another format beside a sample."""
    return found.folders, _parts(found.relative)[0]


def _ending(found: Found) -> str:
    return _parts(found.relative)[1]


def _is_a_note(found: Found) -> bool:
    return _parts(found.relative)[0] in NOTES


def _other_media(medium: Medium) -> list[Medium]:
    return [one for one in MEDIA.values() if one.modality not in (medium.modality, Modality.TEXT)]


def _is_one(found: Found, medium: Medium) -> bool:
    """Return whether a file is of the medium inside, whatever its name says."""
    try:
        with opened(found.path, min(medium.max_bytes, LOOKED_INTO_BYTES)) as file:
            medium.check(file)
    except MediaRefused:
        return False
    return True
