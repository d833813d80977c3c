"""Files that stand among samples but are none by their endings: they are left out, and the person is to know.

What usually lies beside samples is passed over without a word: lists, annotations, notes, and a cover.
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

LISTS = (
    ".txt", ".text", ".csv", ".tsv", ".tab", ".xlsx", ".xls", ".ods", ".parquet", ".pq", ".lst", ".list", ".m3u",
    ".m3u8", ".pls", ".cue",
)  # fmt: skip
ANNOTATIONS = (
    ".json", ".jsonl", ".ndjson", ".geojson", ".xml", ".yaml", ".yml", ".names", ".name", ".data", ".ann", ".conll",
    ".conllu", ".iob", ".bio", ".ft", ".lab", ".textgrid", ".eaf", ".trs", ".srt", ".vtt", ".lrc", ".solution",
    ".textproto", ".tfrecord", ".tfrecords", ".mat",
)  # fmt: skip
TRACES = (  # of programs: code, settings, what they keep beside a file, and packed copies
    ".py", ".ipynb", ".m", ".r", ".sh", ".bat", ".ini", ".cfg", ".toml", ".log", ".db", ".sqlite", ".cache", ".bak",
    ".tmp", ".lnk", ".url", ".nfo", ".md5", ".sha1", ".sha256", ".sfv", ".xmp", ".aae", ".thm", ".asd", ".zip", ".tar",
    ".gz", ".tgz", ".7z", ".rar",
)  # fmt: skip
BESIDE = frozenset((*LISTS, *ANNOTATIONS, *TRACES))
DOCUMENTS = frozenset((".md", ".rst", ".htm", ".html", ".pdf", ".doc", ".docx", ".odt", ".rtf"))
NOTES = frozenset(
    ("readme", "about", "license", "licence", "copying", "authors", "credits", "citation", "changelog", "notice")
)
ENDINGS_SHOWN = 5
LOOKED_INTO = 50  # lone files


def foreign(files: Iterable[Found], medium: Medium) -> list[Found]:
    """Return the files that are none of the medium by their endings, but for what lies beside samples."""
    return [found for found in files if not medium.owns(found.relative) and not _lies_beside(found, medium)]


def strangers(files: Walk, medium: Medium) -> list[str]:
    """Return the names of the files that are left out by their endings, and that the person may have meant.

    A cover is not: one picture in a folder of others, or one document among texts, unless it is of the medium inside.
    """
    found = foreign(files.files, medium)
    folders = Counter(one.folders for one in found if _may_be_a_cover(one))
    covers = [one for one in found if _may_be_a_cover(one) and folders[one.folders] == 1]
    silent = {one.relative for place, one in enumerate(covers) if place >= LOOKED_INTO or not _is_one(one, medium)}
    return [one.relative for one in found if one.relative not in silent]


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


def _lies_beside(found: Found, medium: Medium) -> bool:
    stem, ending = _parts(found.relative)
    note = stem in NOTES and not ending
    return ending in BESIDE or note or (ending in DOCUMENTS and (stem in NOTES or medium.modality is not Modality.TEXT))


def _may_be_a_cover(found: Found) -> bool:
    ending = _parts(found.relative)[1]
    return not ending or ending in DOCUMENTS or MEDIA[Modality.IMAGE].owns(found.relative)


def _is_one(found: Found, medium: Medium) -> bool:
    """Return whether a file is of the medium inside, whatever its name says; anything may be a text."""
    if medium.modality is Modality.TEXT:
        return False
    try:
        with opened(found.path, medium.max_bytes) as file:
            medium.check(file)
    except MediaRefused:
        return False
    return True
