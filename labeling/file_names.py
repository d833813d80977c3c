"""Names of files and folders as disks have them: Windows refuses some signs and words, a Mac takes accents apart."""

from __future__ import annotations

import unicodedata
from pathlib import Path

FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))})


def held_everywhere(name: str) -> str:
    """Return the name of a file or folder without what some disks refuse, or do not keep.

    >>> [held_everywhere(name) for name in ("what?.jpg", "12:30", "Con.txt", "a. ", "bolt.jpg")]
    ['what_.jpg', '12_30', '_Con.txt', 'a', 'bolt.jpg']
    """
    kept = name.translate(FORBIDDEN).rstrip(" .")
    hidden = not kept or kept.partition(".")[0].strip().lower() in RESERVED
    return f"_{kept}" if hidden else kept


def is_there(place: Path | str) -> bool:
    """Return whether a file is there; one that nobody can ask about (its drive is gone, its name too long) is not."""
    try:
        return Path(place).is_file()
    except OSError:
        return False


def composed(name: str) -> str:
    """Return a name with each accent and its letter as one character: typed elsewhere, it may be two, as on a Mac.

    >>> composed("cafe\u0301.jpg") == "caf\u00e9.jpg"
    True
    """
    return unicodedata.normalize("NFC", name)


def both_ways(name: str) -> tuple[str, ...]:
    """Return a name as it is, then with its accents composed and apart, where that differs."""
    return tuple(dict.fromkeys((name, composed(name), unicodedata.normalize("NFD", name))))
