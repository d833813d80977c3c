"""Names of files and folders that every disk takes: Windows, and disks made for it, refuse some signs and words."""

from __future__ import annotations

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
