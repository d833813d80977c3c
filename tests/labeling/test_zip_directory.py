from __future__ import annotations

import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labeling.archives import unpack
from labeling.errors import ImportRefused
from labeling.zip_directory import entries

MILLION = 1_000_000


def listing(path: Path, number: int, told: int) -> Path:
    """Write an archive that lists ``number`` files, none of which it has, and says that it lists ``told``."""
    one = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.png"
    size = number * len(one)
    with path.open("wb") as file:
        file.write(one * number)
        file.write(struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, told, told, size, 0))
        file.write(struct.pack("<IIQI", 0x07064B50, 0, size, 1))
        file.write(struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))
    return path


@pytest.mark.parametrize("told", [MILLION, 1])
def test_a_million_files_are_refused_at_once(tmp_path: Path, told: int) -> None:
    path = listing(tmp_path / "many.zip", MILLION, told)
    started = time.process_time()
    tracemalloc.start()
    with pytest.raises(ImportRefused, match="holds more than 500,000 files"):
        unpack(path, base=tmp_path / "base")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - started < 2
    assert most < 20 << 20
    assert not list((tmp_path / "base").glob("*"))


@settings(max_examples=20, deadline=None)
@given(names=st.lists(st.text(min_size=1, max_size=9), unique=True, max_size=30), comment=st.binary(max_size=50))
@example(names=["0"], comment=b"PK\x05\x06")
def test_the_files_of_real_archives_are_counted(
    names: list[str], comment: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = comment
        for number in range(len(names)):
            archive.writestr(f"{number}.txt", names[number].encode("utf-8", "replace"))
    # A comment that holds the sign of an archive's end makes it none, to Python's own reader too.
    assert entries(path, 1000) == (len(names) if zipfile.is_zipfile(path) else 0)


@given(junk=st.binary(max_size=200))
def test_junk_lists_nothing_or_little(junk: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    path.write_bytes(junk + b"PK\x05\x06" + junk)
    assert entries(path, 1000) <= len(junk) // 2
