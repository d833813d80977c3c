"""Zips from anywhere are unpacked into their folder, or refused with a sentence."""

from __future__ import annotations

import io
import zipfile
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporters.bundle.archive import archive
from exporters.standalone.errors import NotAPackage
from exporters.verify.unpack import MAX_FILES, unpack

LINK, PIPE, FOLDER = 0o120777, 0o010644, 0o040755


def zipped(*entries: tuple[str, bytes, int], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", kind) as written:
        for name, data, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr, entry.compress_type = mode << 16, kind
            with pytest.warns(UserWarning, match="Duplicate") if name in written.namelist() else nullcontext():
                written.writestr(entry, data)
    return content.getvalue()


class _nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def opened(content: bytes, folder: Path) -> Path:
    (folder / "a.zip").write_bytes(content)
    unpack(folder / "a.zip", folder / "out")
    return folder / "out"


def outside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_bundle_is_unpacked_as_it_was(tmp_path: Path) -> None:
    files = {"a.txt": b"1", "b/c.txt": b"2" * 100_000}
    out = opened(archive(files, "name"), tmp_path)
    assert {path.relative_to(out / "name").as_posix(): path.read_bytes() for path in out.rglob("*.txt")} == files


@pytest.mark.parametrize(
    "name",
    ["../out.txt", "/etc/x", "a/../../x", "..\\x", "C:/x", "a//b", "./a", "a/./b", "nul", "a\nb", "a./b", "x" * 201],
)
def test_names_that_lead_elsewhere_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotAPackage, match="may lie elsewhere"):
        opened(zipped(("fine.txt", b"1", 0), (name, b"2", 0)), tmp_path)
    assert outside(tmp_path) == ["a.zip"]


@pytest.mark.parametrize("mode", [LINK, PIPE, FOLDER])
def test_what_is_no_file_is_refused(mode: int, tmp_path: Path) -> None:
    with pytest.raises(NotAPackage, match="is a link, or hidden"):
        opened(zipped(("a", b"/etc/passwd", mode)), tmp_path)


def test_other_packings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPackage, match="is a link, or hidden"):
        opened(zipped(("a", b"1", 0), kind=zipfile.ZIP_LZMA), tmp_path)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPackage, match="bytes of nothing"):
        opened(zipped(("a", bytes(20_000_000), 0)), tmp_path)
    assert outside(tmp_path) == ["a.zip"]


def test_a_file_larger_than_the_zip_says_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(("a", b"x" * 5000, 0), kind=zipfile.ZIP_STORED))
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    content[directory + 20 : directory + 24] = (5000).to_bytes(4, "little")
    with pytest.raises(NotAPackage, match=r"more than the zip says|damaged"):
        opened(bytes(content), tmp_path)


@pytest.mark.parametrize("names", [("a", "a"), ("a", "A"), ("a", "a/b"), ("a/b", "A")])
def test_files_that_are_one_on_some_systems_are_refused(names: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(NotAPackage, match=r"twice|damaged"):
        opened(zipped(*((name, b"1", 0) for name in names)), tmp_path)


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPackage, match="more than any export"):
        opened(zipped(*((f"{number}", b"", 0) for number in range(MAX_FILES + 1))), tmp_path)


def test_a_list_of_contents_without_end_is_not_read(tmp_path: Path) -> None:
    content = bytearray(zipped(("a", b"1", 0)))
    place = content.rfind(b"PK\x05\x06")
    content[place + 12 : place + 16] = (1 << 30).to_bytes(4, "little")
    with pytest.raises(NotAPackage, match="more files than any export"):
        opened(bytes(content), tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 10, b"PK\x05\x06" + bytes(10)])
def test_what_is_no_zip_is_met_with_a_sentence(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotAPackage, match="is no zip, or it is damaged"):
        opened(content, tmp_path)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_refused_and_nothing_leaves_the_folder(data: st.DataObject, tmp_path: Path) -> None:
    content = bytearray(archive({"a.txt": b"one", "b/c.txt": b"two" * 50}, "name"))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    with suppress(NotAPackage):
        opened(bytes(content), folder)
    assert set(outside(folder)) <= {"a.zip", "out"}
