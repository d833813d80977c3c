"""Unpack archives from outside: never out of their folder, within limits, links and archives inside left out.

An archive is unpacked once, into a folder that is found by its content; unpacking it again finds it there.
"""

from __future__ import annotations

import lzma
import os
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from typing_extensions import override

from engine.encodings import chinese_or_korean
from labeling.batch import Problem, Watch
from labeling.classes import SHORTEST_MERGED
from labeling.errors import ImportRefused
from labeling.file_names import composed, held_everywhere
from labeling.unpacked import PIECE, check_room, fingerprint, home, laid_out
from labeling.walk import MAX_DEPTH, MAX_FILES
from labeling.zip_directory import entries

ZIP_SUFFIXES = (".zip",)
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
SUFFIXES = ZIP_SUFFIXES + TAR_SUFFIXES
NESTED = (*SUFFIXES, ".7z", ".rar", ".gz", ".bz2", ".xz")
UTF8_NAME = 0x800  # the flag of an entry whose name is in UTF-8
MOST_BYTES = 100 << 30
MOST_TIMES = 200  # the archive's own size: pictures and sounds hardly shrink, tables rarely more than this
SMALL_BYTES = 1 << 30  # which may be more times the archive's size
MOST_NAME = 200
MOST_HEADER = 1 << 20  # bytes of what a TAR archive tells of one file, or of all, beside its name
IS_TAKEN = "Another {} is called so too"
CANNOT_HOLD = "The disk cannot hold such a name"
TOLD = 1000  # problems, so that a hostile archive does not fill the memory with them


@dataclass(frozen=True)
class _Member:
    """A file in an archive. ``reason`` says why it is left out, empty where it is not."""

    name: str
    size: int
    reason: str = ""


class _Archive(ABC):
    """An open archive."""

    @abstractmethod
    def members(self) -> Iterator[tuple[_Member, IO[bytes] | None]]:
        """Yield the files one after the other, each with its open content; folders are not yielded."""


class _Zip(_Archive):
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        raw = [name for entry in archive.infolist() if (name := _raw_name(entry)) is not None]
        self._encoding = _encoding_of(b"\n".join(raw))

    def _name(self, entry: zipfile.ZipInfo) -> str:
        raw = _raw_name(entry)
        return entry.filename if raw is None or not self._encoding else raw.decode(self._encoding)

    @override
    def members(self) -> Iterator[tuple[_Member, IO[bytes] | None]]:
        for entry in self._archive.infolist():
            if entry.is_dir():
                continue
            link = (entry.external_attr >> 16) & 0o170000 == 0o120000
            reason = "It is a link." if link else "It is encrypted." if entry.flag_bits & 1 else ""
            member = _Member(self._name(entry), entry.file_size, reason)
            if reason:
                yield member, None
                continue
            with self._archive.open(entry) as content:
                yield member, content


def _raw_name(entry: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of a name that does not say how it is written; None where it does, or is plain ASCII."""
    if entry.flag_bits & UTF8_NAME or entry.filename.isascii():
        return None
    try:
        return entry.filename.encode("cp437")  # which zipfile takes for it, as the format has it
    except UnicodeEncodeError:
        return None


def _encoding_of(names: bytes) -> str:
    """Return in which encoding names are written; empty where they may well be in that of the format.

    All names are judged together, since a single one can mean something in several encodings.
    """
    for encoding in ("utf-8", *chinese_or_korean(names)):
        with suppress(UnicodeDecodeError):
            names.decode(encoding)
            return encoding
    return ""


class _Entry(tarfile.TarInfo):
    """What a TAR archive tells of a file, as long as that is of reasonable size: tarfile takes in any, and whole.

    Lists of gaps have no size that is told, and may go on as long as the archive does.
    """

    TOLD_APART = frozenset(
        (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
    )
    _sparse_structs: tuple[
        list[tuple[int, int]], bool, int
    ]  # gaps, whether more of them follow, and the size with them

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo | None:
        if self.type in self.TOLD_APART and self.size > MOST_HEADER:
            raise ImportRefused(_tells_too_much(archive))
        if self.type == tarfile.GNUTYPE_SPARSE and self._sparse_structs[1]:
            raise ImportRefused(_has_gaps(archive))
        found: tarfile.TarInfo | None = super()._proc_member(archive)  # type: ignore[misc]
        return found

    def _proc_gnusparse_10(self, _next: object, _headers: object, archive: tarfile.TarFile) -> None:
        raise ImportRefused(_has_gaps(archive))


class _Tar(_Archive):
    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive

    def _entries(self) -> Iterator[tarfile.TarInfo]:
        for seen in count():
            entry = self._archive.next()
            if entry is None:
                return
            if seen >= MAX_FILES:  # folders and links count too
                raise ImportRefused(_too_many(_path(self._archive)))
            told = self._archive.pax_headers.items()
            if sum(len(key) + len(value) for key, value in told) > MOST_HEADER:
                raise ImportRefused(_tells_too_much(self._archive))
            self._archive.members.clear()  # type: ignore[attr-defined]  # else it keeps all that it tells of each
            yield entry

    @override
    def members(self) -> Iterator[tuple[_Member, IO[bytes] | None]]:
        for entry in self._entries():
            if entry.isdir():
                continue
            if not entry.isfile():
                yield _Member(entry.name, 0, "It is a link or no ordinary file."), None
                continue
            content = self._archive.extractfile(entry)
            assert content is not None
            with content:
                yield _Member(entry.name, entry.size), content


def is_archive(path: Path) -> bool:
    """Return whether a file's ending is that of an archive."""
    return path.is_file() and path.name.lower().endswith(SUFFIXES)


def unpack(path: Path, watch: Watch | None = None, base: Path | None = None) -> Path:
    """Return the folder in ``base`` (else :func:`home`) that holds what is in the archive ``path``.

    Raises:
        ImportRefused: it is damaged, a bomb, too large for the disk, or holds nothing.
        Cancelled: the person stopped it.
    """
    folder = (base or home()) / fingerprint([path])
    try:
        return laid_out(folder, _stem(path), lambda place: _unpack(path, place, watch or Watch()))
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, ValueError) as error:
        raise ImportRefused(f"{path.name} is damaged or no archive ({error}). Download or pack it again.") from error
    except (NotImplementedError, RuntimeError) as error:
        raise ImportRefused(f"{path.name} is packed in a way that cannot be read ({error}). Pack it as ZIP.") from error
    except OSError as error:
        raise ImportRefused(
            f"{path.name} could not be unpacked into {folder} ({error.strerror or error}). Make room there."
        ) from error


def _unpack(path: Path, folder: Path, watch: Watch) -> tuple[Problem, ...]:
    work = _Work(path, folder, watch)
    if path.name.lower().endswith(ZIP_SUFFIXES):
        if entries(path, MAX_FILES) > MAX_FILES:
            raise ImportRefused(_too_many(path))
        with zipfile.ZipFile(path) as opened:
            work.take(_Zip(opened))
    else:
        with tarfile.open(path, "r|*", tarinfo=_Entry) as stream:
            work.take(_Tar(stream))
    if not work.files:
        first = (
            f" The first thing left out, {work.problems[0].path}: {work.problems[0].sentence}" if work.problems else ""
        )
        raise ImportRefused(f"There is no file in {path.name} that can be taken in.{first}")
    return tuple(work.problems)


def _alike(name: PurePosixPath) -> str:
    """Return what names have in common that some disk takes for one."""
    return composed(str(name)).casefold()


class _Work:
    """What was unpacked so far."""

    def __init__(self, path: Path, folder: Path, watch: Watch) -> None:
        self._path, self._folder, self._watch = path, folder, watch
        self._bytes = self._seen = 0
        self._limit = min(MOST_BYTES, max(SMALL_BYTES, MOST_TIMES * path.stat().st_size))
        self._taken: set[str] = set()
        self._counted: dict[str, int] = {}  # how far names were numbered: an archive may hold one 100,000 times
        self._ignores_capitals, self._refuses_signs = _ignores_capitals(folder), _refuses_signs(folder)
        self._folders: dict[PurePosixPath, PurePosixPath] = {}
        self._made: set[PurePosixPath] = set()
        self._used: set[str] = set()  # names of these folders, in small letters
        self.files = 0
        self.problems: list[Problem] = []

    def take(self, archive: _Archive) -> None:
        """Unpack everything that is to be unpacked."""
        for seen, (member, content) in enumerate(archive.members()):
            if seen >= MAX_FILES:
                raise ImportRefused(_too_many(self._path))
            self._seen = seen
            if seen % 100 == 0:
                self._watch.step(seen, 0)
            reason = member.reason or _reason_against(member.name)
            if reason or content is None:
                self._leave_out(member.name, reason)
            else:
                self._write(self._free(self._apart(PurePosixPath(member.name))), content)

    def _leave_out(self, name: str, reason: str) -> None:
        if len(self.problems) < TOLD:
            shown = name.encode("utf-8", "replace").decode()[:MOST_NAME]
            self.problems.append(Problem(shown, f"{reason} It was left out."))

    def _apart(self, name: PurePosixPath) -> PurePosixPath:
        """Return a name that the disk can hold, in a folder of its own where it takes those of “A” and “a” for one.

        These are two classes of handwriting. Longer names that differ in capitals alone are taken for one class anyway.
        """
        if not (self._ignores_capitals or self._refuses_signs):
            return name
        place = PurePosixPath()
        for part in name.parts[:-1]:
            place = self._folder_of(place / part)
        held = place / self._held(name.name)
        if held.name != name.name:
            self._tell_renamed(name, held, CANNOT_HOLD)
        return held

    def _held(self, part: str) -> str:
        return held_everywhere(part) if self._refuses_signs else part

    def _folder_of(self, wanted: PurePosixPath) -> PurePosixPath:
        """Return the folder that is made for one of the archive, no two for the same."""
        if wanted not in self._folders:
            held = wanted.with_name(self._held(wanted.name))
            free, number = held, self._counted.get(f"{held}/", 1)
            while free in self._made or (len(held.name) < SHORTEST_MERGED and str(free).casefold() in self._used):
                number += 1
                free = held.with_name(f"{held.name} ({number})")
            self._counted[f"{held}/"] = number
            if free != wanted:
                self._tell_renamed(wanted, free, CANNOT_HOLD if held != wanted else IS_TAKEN.format("folder"))
            self._folders[wanted] = free
            self._made.add(free)
            self._used.add(str(free).casefold())
        return self._folders[wanted]

    def _tell_renamed(self, name: PurePosixPath, free: PurePosixPath, why: str) -> None:
        if len(self.problems) < TOLD:
            self.problems.append(Problem(str(name), f"{why}; this one is now “{free.name}”."))

    def _free(self, name: PurePosixPath) -> PurePosixPath:
        """Return a name that no other has: some disks tell neither capitals nor ways to store an accent apart."""
        key = _alike(name)
        free, number = name, self._counted.get(key, 1)
        while _alike(free) in self._taken:
            number += 1
            free = name.with_name(f"{name.stem} ({number}){name.suffix}")
        self._counted[key] = number
        if free != name:
            self._tell_renamed(name, free, IS_TAKEN.format("file"))
        self._taken.add(_alike(free))
        return free

    def _write(self, name: PurePosixPath, content: IO[bytes]) -> None:
        place = self._folder / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            self._leave_out(str(name), "Its folder is called like a file.")
            return
        with place.open("xb") as file:
            while piece := content.read(PIECE):
                self._bytes += len(piece)
                self._check_size()
                file.write(piece)
        self.files += 1

    def _check_size(self) -> None:
        """Refuse what grows beyond reason: the sizes that an archive tells of itself may be lies."""
        if self._bytes > self._limit:
            raise ImportRefused(
                f"{self._path.name} unpacks to more than {self._limit >> 20:,} MB, which real data hardly does. "
                "Unpack it yourself if you trust it, and choose the folder."
            )
        if self._bytes % (64 * PIECE) < PIECE:
            self._watch.step(self._seen, 0)
            check_room(self._folder, self._path.name)


def _ignores_capitals(folder: Path) -> bool:
    """Return whether the disk of a folder takes names that differ in capitals alone for one."""
    return folder.with_name(folder.name.swapcase()).exists()


def _refuses_signs(folder: Path) -> bool:
    """Return whether the disk of a folder refuses names with signs that Windows keeps for itself."""
    probe = folder / "what?"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return True
    return False


def _path(archive: tarfile.TarFile) -> Path:
    return Path(os.fsdecode(archive.name or ""))


def _tells_too_much(archive: tarfile.TarFile) -> str:
    name, most = _path(archive).name, MOST_HEADER >> 20
    return f"{name} tells more than {most} MB of a file beside what is in it, which can be an attack. Pack it as ZIP."


def _has_gaps(archive: tarfile.TarFile) -> str:
    return f"{_path(archive).name} holds a file with gaps that are not stored. Pack it as ZIP, or without “--sparse”."


def _too_many(path: Path) -> str:
    return f"{path.name} holds more than {MAX_FILES:,} files, which is the limit. Pack fewer together."


def _reason_against(name: str) -> str:
    """Return why a file of this name is left out; nothing where it is not."""
    parts = name.split("/")
    checks = {
        "Its name is empty or not readable text.": not name.strip() or not _is_text(name),
        "Its name leads out of the archive.": name.startswith(("/", "\\")) or ".." in parts or _is_drive(name),
        "Its name has characters that no file can have.": any(ord(letter) < 32 for letter in name) or "\\" in name,
        "Its name is too long.": len(name) > 1000 or any(len(part.encode()) > MOST_NAME for part in parts),
        f"It lies deeper than {MAX_DEPTH} folders.": len(parts) > MAX_DEPTH,
        "It is an archive inside an archive; unpack it yourself.": name.lower().endswith(NESTED),
    }
    return next((reason for reason, applies in checks.items() if applies), "")


def _is_text(name: str) -> bool:
    with suppress(UnicodeEncodeError):
        name.encode("utf-8")
        return True
    return False


def _is_drive(name: str) -> bool:
    return bool(PureWindowsPath(name).drive)


def _stem(path: Path) -> str:
    name = path.name
    ending = max((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), key=len)
    return name[: -len(ending)].strip(" .")[:60] or "archive"
