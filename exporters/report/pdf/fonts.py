"""Find fonts on this computer that have the letters a document needs; say which letters none of them has."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

Letters = frozenset[int]

INSTEAD = "?"
_PLAIN = {"–": "-", "−": "-", "“": '"', "”": '"', "…": "...", "•": "-", "’": "'"}
_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
_MOST_FILES, _MOST_FACES, _MOST_FALLBACKS = 20_000, 400, 12
_BASES = (
    ("dejavusans.ttf", "dejavusans-bold.ttf"),
    ("notosans-regular.ttf", "notosans-bold.ttf"),
    ("liberationsans-regular.ttf", "liberationsans-bold.ttf"),
    ("segoeui.ttf", "segoeuib.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("arial.ttf", "arial bold.ttf"),
    ("roboto-regular.ttf", "roboto-bold.ttf"),
    ("opensans-regular.ttf", "opensans-bold.ttf"),
    ("ubuntu-r.ttf", "ubuntu-b.ttf"),
    ("freesans.ttf", "freesansbold.ttf"),
)
_PREFERRED = (
    "notosanscjk", "notosanssc", "notosansjp", "notosanskr", "sourcehansans", "wqy-microhei", "droidsansfallback",
    "msyh", "pingfang", "hiragino", "yugoth", "meiryo", "malgun", "applesdgothicneo", "notosans", "nirmala",
    "notocoloremoji", "seguiemj", "apple color emoji", "seguisym", "symbola", "arial unicode", "dejavusans",
    "freesans", "freeserif", "unifont",
)  # fmt: skip
_HEAVY = ("bold", "italic", "oblique", "light", "black", "thin", "medium", "condensed", "mono", "semi", "extra")
_JOINED = (0x0900, 0x10A0)  # the scripts of India, Tibet and Indochina
_UNSEEN = {0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0020, 0xE0080)}
UNREADABLE = (OSError, TTLibError, KeyError, ValueError, AssertionError, AttributeError, IndexError, EOFError)


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file, and the letters that it has."""

    path: Path
    number: int
    letters: Letters


@dataclass(frozen=True)
class Fonts:
    """The faces to write with: the usual one and its bold, and those that help out. ``base`` None means none at all.

    ``joined`` tells whether letters are to be joined or set from the right, which takes several times as long.
    """

    base: Face | None
    bold: Face | None
    fallbacks: tuple[Face, ...]
    lacking: tuple[str, ...]
    joined: bool = False

    def written(self, text: str) -> str:
        """Return ``text`` as these faces can write it: unseen signs are left out, lacking letters shown as ``?``."""
        return "".join(self._letter(letter) for letter in text)

    def _letter(self, letter: str) -> str:
        code = ord(letter)
        if code in _UNSEEN:
            return ""
        if self.base is None:
            return letter if letter.isprintable() and code < 0x100 else _PLAIN.get(letter, INSTEAD)
        if letter == " ":
            return letter
        has = any(code in face.letters for face in (self.base, *self.fallbacks))
        return letter if has else INSTEAD

    def note(self) -> str:
        """Return what a reader must know about letters that are not shown; empty where all are."""
        if not self.lacking:
            return ""
        scripts = sorted({script(letter) for letter in self.lacking})
        return (
            f"No font on the computer that wrote this has {len(self.lacking)} of its letters ({', '.join(scripts)}): "
            f"they are shown as {INSTEAD} here. The page beside this file shows them where its reader has such a font."
        )


def script(letter: str) -> str:
    """Return what kind of letter this is, by the first word of its Unicode name.

    >>> script("Ж"), script("纸")
    ('Cyrillic', 'CJK')
    """
    code = ord(letter)
    if 0x1F000 <= code <= 0x1FAFF or 0x2600 <= code <= 0x27BF:
        return "emoji and symbols"
    word = unicodedata.name(letter, "other").partition(" ")[0]
    return word if word == "CJK" else word.capitalize()


def folders() -> tuple[Path, ...]:
    """Return where this system and this person keep fonts."""
    home = Path.home()
    if sys.platform == "win32":
        windows = Path(os.environ.get("SYSTEMROOT", "C:\\Windows"))
        return (windows / "Fonts", home / "AppData" / "Local" / "Microsoft" / "Windows" / "Fonts")
    if sys.platform == "darwin":
        return (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts")
    shared = os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")
    own = Path(os.environ.get("XDG_DATA_HOME", home / ".local" / "share"))
    return (*(Path(folder) / "fonts" for folder in shared if folder), own / "fonts", home / ".fonts")


def find_fonts(text: str, where: Sequence[Path] | None = None) -> Fonts:
    """Return the fonts for the letters of ``text``, from the folders ``where`` or those of this system."""
    files = _files(folders() if where is None else where)
    base, bold = _base(files)
    wanted = {ord(letter) for letter in text} - _UNSEEN
    if base is None:
        return without_fonts(text)
    wanted -= base.letters
    fallbacks: list[Face] = []
    for face in _faces(files) if wanted else ():
        if wanted & face.letters:
            fallbacks.append(face)
            wanted -= face.letters
        if not wanted or len(fallbacks) == _MOST_FALLBACKS:
            break
    return Fonts(base, bold, tuple(fallbacks), tuple(sorted(map(chr, wanted))), any(map(_is_joined, text)))


def _is_joined(letter: str) -> bool:
    """Tell whether how a letter looks or where it stands depends on those around it."""
    from_right = unicodedata.bidirectional(letter) in ("R", "AL", "AN")
    return from_right or unicodedata.category(letter).startswith("M") or _JOINED[0] <= ord(letter) < _JOINED[1]


def without_fonts(text: str) -> Fonts:
    """Return no font at all: what every reader of PDF has writes the letters of western Europe alone."""
    lacking = sorted({letter for letter in text if ord(letter) >= 0x100 and ord(letter) not in _UNSEEN})
    return Fonts(None, None, (), tuple(letter for letter in lacking if letter not in _PLAIN))


def _files(where: Iterable[Path]) -> dict[str, Path]:
    """Return font files by lower-case name, in an order that does not depend on the disk."""
    found: dict[str, Path] = {}
    for folder in where:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS) if folder.is_dir() else []
        for path in paths[:_MOST_FILES]:
            found.setdefault(path.name.lower(), path)
    return found


def _base(files: dict[str, Path]) -> tuple[Face | None, Face | None]:
    for usual, bold in _BASES:
        face = next(_read(files[usual]), None) if usual in files else None
        if face is not None:
            return face, next(_read(files[bold]), None) if bold in files else None
    latin = set(map(ord, "AZaz09.,"))
    return next((face for face in _faces(files) if latin <= face.letters), None), None


def _faces(files: dict[str, Path]) -> Iterator[Face]:
    """Yield faces, those known to have many letters first."""
    seen = 0
    for name in sorted(files, key=_rank):
        for face in _read(files[name]):
            seen += 1
            if seen > _MOST_FACES:
                return
            yield face


def _rank(name: str) -> tuple[int, bool, str]:
    plain = name.replace("-", "").replace("_", "")
    known = next((place for place, start in enumerate(_PREFERRED) if plain.startswith(start.replace("-", ""))), 99)
    return known, any(word in plain for word in _HEAVY), name


def _read(path: Path) -> Iterator[Face]:
    """Yield the first face of a file; the others of a collection differ in style, not in letters."""
    try:
        with path.open("rb") as file:  # opened here, so that a damaged one is closed too
            letters = frozenset(TTFont(file, fontNumber=0, lazy=True).getBestCmap() or ())
    except UNREADABLE:
        return
    yield Face(path, 0, letters)
