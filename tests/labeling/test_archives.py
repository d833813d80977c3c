"""Archives are unpacked within their folder and within limits; what is left out is told, and the rest is taken in."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling import archives
from labeling.archives import is_archive, unpack
from labeling.batch import Watch
from labeling.errors import Cancelled, ImportRefused
from labeling.importing import read, understand
from labeling.unpacked import home, left_out
from tests.labeling.conftest import PictureMaker

Files = Mapping[str, bytes]


def zipped(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


def tarred(path: Path, files: Files, *links: tuple[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for name, target in links:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "base"


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_what_is_inside_comes_out_once(pack: object, tmp_path: Path, base: Path) -> None:
    files = {"photos/a.txt": b"one", "b.txt": b"", "deep/er/c.txt": b"x" * 100_000}
    path = tmp_path / ("my data.zip" if pack is zipped else "my data.tar.gz")
    (zipped if pack is zipped else tarred)(path, files)
    folder = unpack(path, base=base)
    assert folder.name == "my data"
    assert contents(folder) == files
    stamp = (folder / "b.txt").stat().st_mtime_ns
    assert unpack(path, base=base) == folder
    assert (folder / "b.txt").stat().st_mtime_ns == stamp


def test_what_leads_out_or_is_a_link_is_left_out(tmp_path: Path, base: Path) -> None:
    files = {
        "../evil.txt": b"1",
        "/etc/evil": b"2",
        "a/../../evil": b"3",
        "C:/evil": b"4",
        "C:\\evil": b"5",
        "ok.txt": b"6",
    }
    for folder in (
        unpack(zipped(tmp_path / "a.zip", files), base=base),
        unpack(tarred(tmp_path / "a.tgz", files, ("link", "/etc/passwd"), ("ok2", "ok.txt")), base=base),
    ):
        assert contents(folder) == {"ok.txt": b"6"}
        assert len(left_out(folder)) >= 5
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.tgz", "a.zip", "base"]


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (("Ärger/1.txt", "Freude/2.txt"), "utf-8"),
        (("Größe/1.txt", "Länge/2.txt"), "cp437"),
        (("猫/1.txt", "狗/2.txt", "plain/3.txt"), "gb18030"),
        (("고양이와 강아지/1.txt", "새들과 물고기/2.txt", "나무하고 꽃그리고 풀밭/3.txt"), "cp949"),
        (("猫/1.txt",), "utf-8"),
    ],
)
def test_names_that_do_not_say_how_they_are_written_are_understood(
    tmp_path: Path, base: Path, names: tuple[str, ...], encoding: str
) -> None:
    stand_ins = {name: f"{at}" * len(name.encode(encoding)) for at, name in enumerate(names)}
    data = zipped(tmp_path / "old.zip", dict.fromkeys(stand_ins.values(), b"1")).read_bytes()
    for name, stand_in in stand_ins.items():
        data = data.replace(stand_in.encode(), name.encode(encoding))
    (tmp_path / "old.zip").write_bytes(data)
    assert set(contents(unpack(tmp_path / "old.zip", base=base))) == set(names)


def test_a_bomb_is_refused_and_leaves_nothing(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "SMALL_BYTES", 1 << 20)
    bomb = zipped(tmp_path / "bomb.zip", {"zeros.csv": bytes(20 << 20)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(ImportRefused, match="which real data hardly does"):
        unpack(bomb, base=base)
    assert contents(base) == {}


def test_too_many_files_are_refused(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 10)
    with pytest.raises(ImportRefused, match="more than 10 files"):
        unpack(zipped(tmp_path / "many.zip", {f"{n}.txt": b"" for n in range(11)}), base=base)


def header(kind: bytes, size: int) -> bytes:
    entry = tarfile.TarInfo("told")
    entry.type, entry.size = kind, size
    return entry.tobuf(tarfile.GNU_FORMAT) + bytes(-(-size // 512) * 512)


def with_headers(path: Path, *headers: bytes) -> Path:
    """Write an archive with some headers before its one file."""
    with gzip.open(path, "wb") as file:
        file.write(b"".join(headers))
        with tarfile.open(fileobj=file, mode="w|") as archive:
            archive.addfile(tarfile.TarInfo("a.txt"), io.BytesIO(b""))
    return path


@pytest.mark.parametrize("kind", [b"L", b"K", b"x", b"g", b"X"])
@pytest.mark.parametrize("first", [True, False])
def test_what_a_tar_tells_of_a_file_is_not_taken_in_whole(kind: bytes, first: bool, tmp_path: Path, base: Path) -> None:
    path = with_headers(tmp_path / "long.tgz", *([] if first else [header(b"0", 7)]), header(kind, 16 << 20))
    assert path.stat().st_size < 100_000
    tracemalloc.start()
    with pytest.raises(ImportRefused, match=r"long\.tgz tells more than 1 MB of a file .* Pack it as ZIP"):
        unpack(path, base=base)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 8 << 20
    assert contents(base) == {}


def test_what_a_tar_tells_of_all_files_does_not_grow_without_end(tmp_path: Path, base: Path) -> None:
    parts = []
    for at in range(3):
        told = f"comment{at}=".encode() + b"x" * 500_000 + b"\n"
        told = str(len(told) + 7).encode() + b" " + told
        parts += [header(b"g", len(told))[:512] + told + bytes(-len(told) % 512), header(b"0", 0)]
    with pytest.raises(ImportRefused, match="tells more than 1 MB"):
        unpack(with_headers(tmp_path / "all.tgz", *parts), base=base)


@pytest.mark.parametrize("options", [{"format": tarfile.GNU_FORMAT}, {"format": tarfile.PAX_FORMAT}])
def test_long_names_are_read_all_the_same(options: dict[str, int], tmp_path: Path, base: Path) -> None:
    name = "/".join(["folder" * 10] * 5) + "/größe.txt"
    with tarfile.open(tmp_path / "a.tar", "w", **options) as archive:  # type: ignore[call-overload]
        archive.addfile(tarfile.TarInfo(name), io.BytesIO(b""))
    assert list(contents(unpack(tmp_path / "a.tar", base=base))) == [name]


def test_a_tar_of_folders_alone_ends(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 10)
    with pytest.raises(ImportRefused, match="more than 10 files"):
        unpack(with_headers(tmp_path / "folders.tgz", *[header(b"5", 0)] * 11), base=base)


def test_maps_of_gaps_are_not_followed(tmp_path: Path, base: Path) -> None:
    entry = bytearray(header(b"S", 0))
    entry[482] = 1
    entry[148:156] = b"%06o\0 " % (256 + sum(entry[:148]) + sum(entry[156:512]))
    with pytest.raises(ImportRefused, match="gaps that are not stored"):
        unpack(with_headers(tmp_path / "gaps.tgz", bytes(entry)), base=base)
    with tarfile.open(tmp_path / "new.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        later = tarfile.TarInfo("a.txt")
        later.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
        archive.addfile(later, io.BytesIO(b""))
    with pytest.raises(ImportRefused, match=r"new\.tar holds a file with gaps"):
        unpack(tmp_path / "new.tar", base=base)


def test_archives_inside_colliding_names_and_files_in_the_way_are_told(tmp_path: Path, base: Path) -> None:
    files = {"in.zip": b"PK", "A.txt": b"1", "a.txt": b"2", "way": b"3", "way/b.txt": b"4", "c\x01.txt": b"5"}
    folder = unpack(zipped(tmp_path / "odd.zip", files), base=base)
    assert contents(folder) == {"A.txt": b"1", "a (2).txt": b"2", "way": b"3"}
    said = {problem.path: problem.sentence for problem in left_out(folder)}
    assert "archive inside" in said["in.zip"] and "“a (2).txt”" in said["a.txt"] and "like a file" in said["way/b.txt"]


def test_folders_of_one_letter_stay_apart_on_disks_that_ignore_capitals(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_ignores_capitals", lambda _folder: True)
    names = ("set/A/1.txt", "set/a/1.txt", "set/a/2.txt", "set/A/2.txt", "Set/Cat/3.txt")
    folder = unpack(zipped(tmp_path / "letters.zip", dict.fromkeys(names, b"1")), base=base)
    expected = {name.replace("/a/", "/a (2)/") for name in names}
    assert set(contents(folder)) == expected
    said = {problem.path: problem.sentence for problem in left_out(folder)}
    assert list(said) == ["set/a"] and "“a (2)”" in said["set/a"]


def test_names_that_the_disk_cannot_hold_are_told_as_renamed(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_refuses_signs", lambda _folder: True)
    names = ("what?.jpg", "what*.jpg", "<5/12:30.jpg", ">5/1.jpg", "CON/2.jpg", "fine/Nul.jpg", "fine/3.jpg")
    folder = unpack(zipped(tmp_path / "mac.zip", dict.fromkeys(names, b"1")), base=base)
    held = {"what_.jpg", "what_ (2).jpg", "_5/12_30.jpg", "_5 (2)/1.jpg", "_CON/2.jpg", "fine/_Nul.jpg", "fine/3.jpg"}
    assert set(contents(folder)) == held
    said = {problem.path: problem.sentence for problem in left_out(folder)}
    assert said["what?.jpg"] == "The disk cannot hold such a name; this one is now “what_.jpg”."
    assert "“_5 (2)”" in said[">5"] and "fine/3.jpg" not in said


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz", "x.tar", "x.tar.xz", "x.tar.bz2"])
@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04 cut off", b"\x1f\x8b\x08 cut off"])
def test_damaged_archives_are_refused_in_a_sentence(name: str, data: bytes, tmp_path: Path, base: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ImportRefused, match=r"x\."):
        unpack(tmp_path / name, base=base)
    assert contents(base) == {}


def test_one_that_is_cut_off_or_empty_is_refused(tmp_path: Path, base: Path) -> None:
    whole = tarred(tmp_path / "whole.tgz", {"a.bin": bytes(range(256)) * 4000})
    (tmp_path / "half.tgz").write_bytes(whole.read_bytes()[:-200])
    for path in (
        tmp_path / "half.tgz",
        zipped(tmp_path / "empty.zip", {}),
        zipped(tmp_path / "out.zip", {"../a": b""}),
    ):
        with pytest.raises(ImportRefused):
            unpack(path, base=base)


def test_unpacking_can_be_stopped(tmp_path: Path, base: Path) -> None:
    with pytest.raises(Cancelled):
        unpack(zipped(tmp_path / "a.zip", {"a.txt": b"1"}), Watch(cancelled=lambda: True), base)
    assert contents(base) == {}


def test_unpacking_one_large_file_can_be_stopped(tmp_path: Path, base: Path) -> None:
    answers = iter([False])
    with pytest.raises(Cancelled):
        unpack(
            zipped(tmp_path / "a.zip", {"a.bin": bytes(65 << 20)}), Watch(cancelled=lambda: next(answers, True)), base
        )
    assert contents(base) == {}


class Asked(set[str]):
    """Names that are taken, which counts how often it is asked for one."""

    times = 0

    def __contains__(self, name: object) -> bool:
        self.times += 1
        return super().__contains__(name)


def test_an_archive_of_one_name_again_and_again_is_numbered_on(tmp_path: Path) -> None:
    work = archives._Work(zipped(tmp_path / "a.zip", {}), tmp_path, Watch())
    work._taken = asked = Asked()
    names = [work._free(PurePosixPath("a.txt")).name for _ in range(500)]
    assert names == ["a.txt", *(f"a ({number}).txt" for number in range(2, 501))]
    assert asked.times < 1_000


PARTS = st.sampled_from(["..", ".", "", "a", "A", "b.txt", "/", "\\", "C:", "\x00", "~", "con", "\ud800", "x" * 300])


@settings(max_examples=60, deadline=None)
@given(names=st.lists(st.lists(PARTS, min_size=1, max_size=4).map("/".join), min_size=1, max_size=6))
def test_whatever_files_are_called_nothing_lands_elsewhere(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        try:
            path = tarred(root / "a.tgz", dict.fromkeys(names, b"data"))
        except UnicodeEncodeError:
            return
        try:
            unpack(path, base=root / "base")
        except ImportRefused:
            assert not any(file.is_file() for file in (root / "base").rglob("*"))
        assert {file.name for file in root.iterdir()} <= {"a.tgz", "base"}


def test_an_archive_of_class_folders_is_taken_in(
    tmp_path: Path, make_picture: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTODIDACT_HOME", str(tmp_path / "home"))
    for place, name in enumerate(("bolt", "nut", "bolt", "nut")):
        make_picture(tmp_path / "parts" / name / f"{place}.png", seed=place)
    files = contents(tmp_path / "parts") | {"../x.png": b""}
    path = zipped(tmp_path / "parts.zip", files)
    assert is_archive(path) and not is_archive(tmp_path / "parts")
    understanding = understand(path)
    assert understanding.text() == "4 photos in 2 folders → sort photos into bolt / nut"
    assert understanding.source.is_relative_to(home()) and home().is_relative_to(tmp_path)
    assert understanding.problems[0].startswith("1 thing was left out or renamed in unpacking; the first, ../x.png")
    batch = read(understanding)
    assert batch.frame.height == 4
    assert batch.problems[0].path == "../x.png"


def test_names_that_differ_in_how_an_accent_is_stored_are_two_files_on_every_disk(tmp_path: Path, base: Path) -> None:
    names = ("a/caf\u00e9.txt", "a/cafe\u0301.txt")
    folder = unpack(zipped(tmp_path / "both.zip", {name: name.encode() for name in names}), base=base)
    assert sorted(contents(folder).values()) == sorted(name.encode() for name in names)
    assert len({unicodedata.normalize("NFC", name).casefold() for name in contents(folder)}) == 2
    assert [problem.path for problem in left_out(folder)] == [names[1]]
