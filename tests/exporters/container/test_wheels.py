"""Wheels that go along: the right files for the right machine, or none."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from exporters.container.wheels import fetched_wheels, given_wheels, runs_on
from exporters.errors import NotExportable


def wheel(name: str, version: str = "1.0") -> bytes:
    """A wheel of nothing, as pip takes it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            f"{name}-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        archive.writestr(
            f"{name}-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{name}-{version}.dist-info/RECORD", "")
    return content.getvalue()


PLAIN = wheel("plain")


def line(name: str, *contents: bytes) -> str:
    return " ".join([f"{name}==1.0", *(f"--hash=sha256:{hashlib.sha256(content).hexdigest()}" for content in contents)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One wheel for any machine, one for two processors, one that nobody asked for."""
    files = {
        "plain-1.0-py3-none-any.whl": PLAIN,
        "made_up-1.0-cp311-cp311-manylinux_2_28_x86_64.whl": b"for x86_64",
        "made_up-1.0-cp311-cp311-manylinux_2_28_aarch64.whl": b"for aarch64",
        "other-1.0-py3-none-any.whl": b"other",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


LOCK = "\n".join([line("plain", PLAIN), line("made-up", b"for x86_64", b"for aarch64")])


@pytest.mark.parametrize("platform", ["x86_64", "aarch64"])
def test_the_files_of_the_lock_for_that_processor_are_taken(folder: Path, platform: str) -> None:
    taken = given_wheels(LOCK, folder, platform)
    assert sorted(taken) == [f"made_up-1.0-cp311-cp311-manylinux_2_28_{platform}.whl", "plain-1.0-py3-none-any.whl"]
    assert all(path == folder / name for name, path in taken.items())


def test_a_file_that_was_changed_is_refused(folder: Path) -> None:
    (folder / "plain-1.0-py3-none-any.whl").write_bytes(b"something else")
    with pytest.raises(
        NotExportable, match=r"plain 1\.0: plain-1\.0-py3-none-any\.whl is not the file that the lock names"
    ):
        given_wheels(LOCK, folder, "x86_64")


def test_what_is_absent_or_made_for_others_is_named(folder: Path) -> None:
    (folder / "plain-1.0-py3-none-any.whl").unlink()
    (folder / "made_up-1.0-cp311-cp311-manylinux_2_28_x86_64.whl").unlink()
    with pytest.raises(NotExportable) as caught:
        given_wheels(LOCK, folder, "x86_64")
    assert "plain 1.0: not there" in str(caught.value)
    assert "made_up 1.0: only for other systems than Python 3.11 on Linux x86_64" in str(caught.value)
    assert "Nothing was exported" in str(caught.value)


def test_many_absent_ones_are_counted(tmp_path: Path) -> None:
    with pytest.raises(NotExportable, match="and 3 more"):
        given_wheels("\n".join(line(f"p{n}", b"") for n in range(8)), tmp_path, "x86_64")


def test_a_folder_that_cannot_be_read_is_met_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotExportable, match="cannot be read"):
        given_wheels(LOCK, tmp_path / "absent", "x86_64")


@pytest.mark.parametrize(
    ("tags", "fits"),
    [
        ("py3-none-any", True),
        ("py2.py3-none-any", True),
        ("cp311-cp311-manylinux_2_28_x86_64", True),
        ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", True),
        ("cp39-abi3-manylinux2014_x86_64", True),
        ("cp311-cp311-manylinux1_x86_64", True),
        ("cp312-abi3-manylinux2014_x86_64", False),
        ("cp310-cp310-manylinux2014_x86_64", False),
        ("cp312-cp312-manylinux_2_28_x86_64", False),
        ("cp311-cp311t-manylinux_2_28_x86_64", False),
        ("cp311-cp311-manylinux_2_39_x86_64", False),
        ("cp311-cp311-musllinux_1_2_x86_64", False),
        ("cp311-cp311-manylinux_2_28_aarch64", False),
        ("cp311-cp311-macosx_14_0_x86_64", False),
        ("cp311-cp311-win_amd64", False),
        ("py2-none-any", False),
    ],
)
def test_tags_tell_whether_a_wheel_runs_in_the_container(tags: str, fits: bool) -> None:
    assert runs_on(f"name-1.0-{tags}.whl", "x86_64") is fits


def test_wheels_are_fetched_and_checked_and_gone_afterwards(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    with fetched_wheels(line("plain", PLAIN), "aarch64") as wheels:
        (path,) = wheels.values()
        assert path.read_bytes() == PLAIN
    assert not path.exists()


def test_what_cannot_be_fetched_is_met_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with (
        pytest.raises(NotExportable, match=r"cannot be downloaded: No matching distribution found for plain==1\.0"),
        fetched_wheels(line("plain", b""), "x86_64"),
    ):
        pytest.fail("there is no such package")
