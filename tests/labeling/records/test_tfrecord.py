from __future__ import annotations

from pathlib import Path

import pytest

from labeling.records.tfrecord import masked_checksum, number_of_records, records, write_records

CONTENTS = [b"first", b"", b"x" * 3000]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sample.tfrecord"
    assert write_records(path, CONTENTS) == 3
    return path


def test_records_survive(file: Path) -> None:
    told: list[str] = []
    assert list(records(file, told.append)) == CONTENTS
    assert told == []
    assert number_of_records(file) == (3, True)


def test_the_layout_is_that_of_tensorflow() -> None:
    # The first record of TensorFlow's own test file for an empty event: its length and the length's checksum.
    assert masked_checksum((24).to_bytes(8, "little")) == int.from_bytes(bytes.fromhex("a37f4b22"), "little")


def test_a_damaged_record_is_left_out_and_the_rest_read(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[12] ^= 1
    file.write_bytes(data)
    told: list[str] = []
    assert list(records(file, told.append)) == [None, *CONTENTS[1:]]
    assert number_of_records(file) == (3, True)
    assert told == ["Record 1 is damaged (its checksum is wrong or it is cut off), so it was left out."]


def test_after_a_damaged_length_nothing_is_guessed(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[21] ^= 1
    file.write_bytes(data)
    told: list[str] = []
    assert list(records(file, told.append)) == CONTENTS[:1]
    assert number_of_records(file) == (1, False)
    assert "wrong checksum" in told[0]


def test_a_file_that_is_cut_off_is_read_up_to_there(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])
    told: list[str] = []
    assert list(records(file, told.append)) == [*CONTENTS[:2], None]
    assert number_of_records(file) == (3, True)
    assert len(told) == 1


@pytest.mark.parametrize("claimed", [1 << 40, (1 << 64) - 1])
def test_a_record_that_claims_to_be_huge_is_not_read(tmp_path: Path, claimed: int) -> None:
    length = claimed.to_bytes(8, "little")
    path = tmp_path / "huge.tfrecord"
    path.write_bytes(length + masked_checksum(length).to_bytes(4, "little") + b"x")
    told: list[str] = []
    assert list(records(path, told.append)) == [None]
    assert number_of_records(path) == (1, True)
    assert "the limit is 256 MB" in told[0]
