from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.separated import unique_names
from engine.task import Column, ColumnType
from labeling.errors import ImportRefused
from labeling.importing import understand
from labeling.tables.columns import converted, number
from labeling.tables.dialect import sniff
from labeling.tables.source import opened

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=8)
PLAIN = WORDS.filter(lambda word: not word.startswith("\ufeff") and "\ufeff" not in word)
CELLS = st.one_of(PLAIN, st.integers(-(10**6), 10**6).map(str), st.just("two words, and; more"))


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """A header and rows: the first column numbers the rows, so that the header can be told from them."""
    width = draw(st.integers(1, 4))
    names = [f"name {at} of these" for at in range(width + 1)]
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=8))
    return [names, *([str(number), *row] for number, row in enumerate(rows))]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_is_read_back_whatever_its_dialect(
    tmp_path: Path, table: list[list[str]], delimiter: str, encoding: str, line_end: str
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(table)
    path = tmp_path / "table.csv"
    path.write_bytes(text.getvalue().encode(encoding))

    with opened(path) as read:
        frame = read.lazy.collect()

    assert frame.columns == table[0]
    assert [list(row) for row in frame.rows()] == table[1:]


def read(path: Path, data: bytes) -> list[dict[str, str | None]]:
    path.write_bytes(data)
    with opened(path) as table:
        return table.lazy.collect().to_dicts()


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a,b\n1,2\n3,4\n", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        (b"a;b\n1,5;2\n3,5;4\n", [{"a": "1,5", "b": "2"}, {"a": "3,5", "b": "4"}]),
        (b"a\tb\n1\t2\n", [{"a": "1", "b": "2"}]),
        (b"a,b\r1,2\r3,4\r", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        (b"\n\na,b\n1,2\n", [{"a": "1", "b": "2"}]),
        (b"a,b\n1,caf\xe9\n", [{"a": "1", "b": "café"}]),
        (b"a,b\n1,\x93x\x94\n", [{"a": "1", "b": "“x”"}]),
        (b"a,b\n1,x\x00y\n", [{"a": "1", "b": "xy"}]),
        (b"5.1,3.5,setosa\n4.9,3.0,setosa\n", [
            {"column_1": "5.1", "column_2": "3.5", "column_3": "setosa"},
            {"column_1": "4.9", "column_2": "3.0", "column_3": "setosa"},
        ]),
        (b"a,b,a\n1,2,3\n", [{"a": "1", "b": "2", "a (2)": "3"}]),
        (b"x,y\nr1,1,2\nr2,3,4\n", [
            {"column_1": "r1", "x": "1", "y": "2"},
            {"column_1": "r2", "x": "3", "y": "4"},
        ]),
        (b"a,b\n1,2\n4\n5,6\n", [{"a": "1", "b": "2"}, {"a": "4", "b": None}, {"a": "5", "b": "6"}]),
        (b"value\n1\n\n2\n", [{"value": "1"}, {"value": "2"}]),
    ],
)  # fmt: skip
def test_the_usual_ways_of_writing_a_table_are_understood(
    tmp_path: Path, data: bytes, rows: list[dict[str, str | None]]
) -> None:
    assert read(tmp_path / "table.csv", data) == rows


def test_values_too_many_are_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\n1,2\n3,4,5\n6,7\n")
    with opened(path) as table:
        assert table.lazy.collect().rows() == [("1", "2"), ("3", "4"), ("6", "7")]
        assert "more than 2 values" in table.notes[0]


def test_a_quotation_mark_never_closed_is_a_plain_character(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b'a,b\n1,"un\n2,x\n')
    with opened(path) as table:
        assert table.lazy.collect().rows() == [("1", '"un'), ("2", "x")]
        assert "never closed" in table.notes[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "is empty"), (b"  \n \n", "is empty"), (bytes(range(256)) * 20, "binary data")],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    with pytest.raises(ImportRefused, match=words):
        sniff(path)


@given(st.lists(st.text(max_size=5), max_size=6), st.integers(1, 8))
def test_column_names_are_always_unique(given_names: list[str], width: int) -> None:
    names = unique_names(given_names, width)
    assert len(names) == len(set(names)) == width
    assert all(names)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    try:
        with opened(path) as table:
            table.lazy.collect()
    except ImportRefused as refusal:
        assert str(refusal).endswith(".")


def test_a_table_in_chinese_of_any_encoding_is_read(tmp_path: Path) -> None:
    text = "城市,数值,类别\n" + "".join(f"北京市朝阳区,{row},好的\n上海市,{row},差的\n" for row in range(20))
    rows = [read(tmp_path / "table.csv", text.encode(encoding)) for encoding in ("utf-8", "gb18030", "gbk")]
    assert rows[0] == rows[1] == rows[2]
    assert rows[1][0] == {"城市": "北京市朝阳区", "数值": "0", "类别": "好的"}


def test_a_table_in_korean_of_any_encoding_is_read(tmp_path: Path) -> None:
    text = "도시,값,평가\n" + "".join(
        f"서울특별시 강남구,{row},매우 좋아요\n부산광역시,{row},별로예요\n" for row in range(20)
    )
    rows = [read(tmp_path / "table.csv", text.encode(encoding)) for encoding in ("utf-8", "cp949", "euc_kr")]
    assert rows[0] == rows[1] == rows[2]
    assert rows[1][0] == {"도시": "서울특별시 강남구", "값": "0", "평가": "매우 좋아요"}


def test_western_letters_are_not_taken_for_chinese(tmp_path: Path) -> None:
    text = "Stadt,Größe\n" + "Köln,groß\nMünster,mäßig\nŒuvre,“ça va”\n" * 20
    assert read(tmp_path / "table.csv", text.encode("cp1252"))[0] == {"Stadt": "Köln", "Größe": "groß"}


@pytest.mark.parametrize(
    ("cells", "encoding", "language"),
    [
        ("Köln,groß", "cp1252", "Western European"),
        ("北京市,很好", "gb18030", "Chinese"),
        ("서울특별시 강남구 매우 좋아요,부산광역시 별로예요", "cp949", "Korean"),
    ],
)
def test_a_guess_at_the_encoding_is_told(tmp_path: Path, cells: str, encoding: str, language: str) -> None:
    for written, told in (("utf-8", 0), (encoding, 1)):
        (tmp_path / "table.csv").write_bytes(f"place,size\n{cells}\n".encode(written))
        with opened(tmp_path / "table.csv") as table:
            assert sum(f"taken for {language} text ({encoding})" in note for note in table.notes) == told


def test_a_slip_into_another_encoding_leaves_the_rest_of_a_table_as_it_is(tmp_path: Path) -> None:
    rows = "".join(f"São Paulo,{row},açaí\n" for row in range(20)).encode() + "Orléans,3,café\n".encode("cp1252")
    (tmp_path / "table.csv").write_bytes(b"city,size,fruit\n" + rows)
    with opened(tmp_path / "table.csv") as table:
        read = table.lazy.collect()
        assert [note for note in table.notes if "in UTF-8 but for some letters" in note]
    assert read["city"].to_list() == ["São Paulo"] * 20 + ["Orléans"]
    assert read["fruit"].to_list()[-2:] == ["açaí", "café"]


@pytest.mark.parametrize(
    ("cells", "delimiter", "numbers"),
    [
        (["1,234", "987"], "\t", [1234.0, 987.0]),
        (["1,234.5", "12,345,678"], "|", [1234.5, 12_345_678.0]),
        (["1,234", "0,125"], "\t", [1.234, 0.125]),
        (["1,5", "1.234,25"], "|", [1.5, 1234.25]),
        (["1,5", "1.234,25"], ";", [1.5, 1234.25]),
        (["1,234", "987"], ";", [1.234, 987.0]),
        (["1,234", "0,125"], ",", [1234.0, None]),
        (["1,234", "Well, yes"], "\t", [1234.0, None]),
    ],
)
def test_commas_in_numbers_mean_what_the_file_says(
    tmp_path: Path, cells: list[str], delimiter: str, numbers: list[float | None]
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("".join(f'{name}{delimiter}"{cell}"\n' for name, cell in zip("nab", ["size", *cells], strict=True)))
    with opened(path) as table:
        found = table.lazy.select(number("size", pl.String(), table.decimal_comma)).collect()
    assert found.to_series().to_list() == numbers


def test_a_comma_far_down_tells_how_the_file_writes_numbers(tmp_path: Path) -> None:
    (tmp_path / "table.tsv").write_text("n\tsize\n" + "a\t1,234\n" * 500 + "b\t0,5\n")
    assert sniff(tmp_path / "table.tsv").decimal_comma


def test_words_with_a_comma_say_nothing_about_numbers(tmp_path: Path) -> None:
    rows = "".join(f"{number},{number:03}\tabout {number},{number % 9}\n" for number in range(12, 40))
    (tmp_path / "table.tsv").write_text("size\tnote\n" + rows + "13,013\t3,4\n")
    assert sniff(tmp_path / "table.tsv").decimal_comma is None


def test_what_a_comma_meant_is_known_where_a_table_does_not_tell(tmp_path: Path) -> None:
    (tmp_path / "learned.tsv").write_text("size\tkind\n" + "52,520\ta\n0,5\tb\n" * 20)
    (tmp_path / "asked.tsv").write_text("size\tweight\n52,520\t3\n")
    (column,) = understand(tmp_path / "learned.tsv", target="kind").columns
    assert column.format == ","
    with opened(tmp_path / "asked.tsv") as table:
        assert table.lazy.select(converted(column, pl.String(), table.decimal_comma)).collect().item() == 52.52
        plain = Column("size", ColumnType.NUMBER)
        assert table.lazy.select(converted(plain, pl.String(), table.decimal_comma)).collect().item() == 52520.0
