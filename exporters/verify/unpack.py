"""Unpack a bundle from anywhere: nothing outside the folder, nothing but files, nothing larger than it may be."""

from __future__ import annotations

import errno
import stat
import zipfile
import zlib
from pathlib import Path

from exporters.standalone.described import MAX_FILE_BYTES, plain_name
from exporters.standalone.errors import NotAPackage

MAX_FILES = 500
MAX_BYTES = 2 * MAX_FILE_BYTES

_MAX_DIRECTORY = 1_000_000
_END, _LARGE_END = b"PK\x05\x06", b"PK\x06\x07"
_END_BYTES, _LARGE_END_BYTES, _MAX_COMMENT = 22, 20, 65_535
_RATIO, _ALWAYS = 200, 10_000_000  # a small file may be packed as tightly as it likes
_BLOCK = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1


def unpack(path: Path, out: Path) -> None:
    """Write the files of a zip into the folder ``out``, which is made.

    Raises:
        NotAPackage: it is damaged, or would write elsewhere, links, or more than a model can be.
        OSError: the disk is full.
    """
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as content:
            entries = [entry for entry in content.infolist() if not entry.is_dir()]
            _check(path.name, entries)
            for entry in entries:
                _write(content, entry, out / entry.filename)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as error:
        raise NotAPackage(f"{path.name} is no zip, or it is damaged ({error}). Get it again.") from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # it points before its own beginning
            raise NotAPackage(f"{path.name} is no zip, or it is damaged. Get it again.") from error
        raise


def _check_directory(path: Path) -> None:
    """Refuse a list of contents that would fill the memory before a single name can be looked at."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_BYTES - _LARGE_END_BYTES - _MAX_COMMENT))
        tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + _END_BYTES:
        raise NotAPackage(f"{path.name} is no zip, or it is damaged. Get it again.")
    large = tail[max(0, place - _LARGE_END_BYTES) : place].startswith(_LARGE_END)
    if large or int.from_bytes(tail[place + 12 : place + 16], "little") > _MAX_DIRECTORY:
        raise NotAPackage(f"{path.name} holds more files than any export has, so it was not opened.")


def _check(name: str, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise NotAPackage(f"{name} would unpack to more than any export holds, so it was not opened.")
    files: set[str] = set()
    folders: set[str] = set()
    for entry in entries:
        plain_name(entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
            raise NotAPackage(f"{entry.filename!r} in {name} is a link, or hidden in some way. It was not opened.")
        if entry.file_size > _ALWAYS and entry.file_size > _RATIO * max(1, entry.compress_size):
            raise NotAPackage(f"{entry.filename!r} in {name} would unpack to {entry.file_size:,} bytes of nothing.")
        place = entry.filename.casefold()  # on some systems names that differ in case are one
        above = _parents(place)
        if place in files | folders or files & above:
            raise NotAPackage(f"{name} holds {entry.filename!r} twice, so it was not opened.")
        files.add(place)
        folders |= above


def _parents(name: str) -> set[str]:
    parts = name.split("/")
    return {"/".join(parts[:depth]) for depth in range(1, len(parts))}


def _write(content: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with content.open(entry) as incoming, place.open("xb") as outgoing:
        while block := incoming.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise NotAPackage(f"{entry.filename!r} holds more than the zip says, so it was not opened.")
            outgoing.write(block)
