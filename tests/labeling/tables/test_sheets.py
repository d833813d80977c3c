"""What a spreadsheet claims to be is found out before anything lays it out in memory."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from labeling.errors import ImportRefused
from labeling.importing import read, understand
from labeling.tables.sheets import _usual_cells, check

OFFICE = "http://schemas.openxmlformats.org"
MAIN = f"{OFFICE}/spreadsheetml/2006/main"
MOST_BYTES, MOST_CELLS = 1 << 20, 1000
WORKBOOK = {
    "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types"/>',
    "_rels/.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}/officeDocument/2006/relationships">'
    '<sheets><sheet name="one" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument/2006/relationships/worksheet" Target="cells.bin"/></Relationships>',
}


def workbook(folder: Path, rows: str, before: str = "", prefix: str = "x:") -> Path:
    """Write a spreadsheet whose sheet has an odd name and holds these rows, ``prefix`` before each element's name."""
    path = folder / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in WORKBOOK.items():
            archive.writestr(name, text)
        head = f'{before}<x:worksheet xmlns="{MAIN}" xmlns:x="{MAIN}"><x:dimension ref="A1"/>'
        sheet = f"{head}<x:sheetData>{rows}</x:sheetData></x:worksheet>"
        archive.writestr("xl/cells.bin", sheet.replace("<x:", f"<{prefix}").replace("</x:", f"</{prefix}"))
    return path


SHEETS = {
    "first": '<sheet name="first" sheetId="2" r:id="rId7"/>',
    "second": '<sheet name="second" sheetId="1" r:id="rId3"/>',
}
PLACES = {"rId3": "worksheets/sheet1.xml", "rId7": "/xl/worksheets/sheet2.xml"}


def two_sheets(
    folder: Path, rows: dict[str, str], listed: str = "<sheets>{first}{second}</sheets>", **others: str
) -> Path:
    """Write a spreadsheet of two sheets, the first of which is not the first part; ``others`` are further parts."""
    path = folder / "two.xlsx"
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}/officeDocument/2006/relationships">{listed.format(**SHEETS)}'
    related = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/officeDocument/2006/relationships/worksheet" Target="{place}"/>'
        for name, place in PLACES.items()
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "_rels/.rels"):
            archive.writestr(name, WORKBOOK[name])
        archive.writestr("xl/workbook.xml", f"{book}</workbook>")
        head = f'<Relationships xmlns="{OFFICE}/package/2006/relationships">'
        archive.writestr("xl/_rels/workbook.xml.rels", f"{head}{related}{others.pop('related', '')}</Relationships>")
        for name, place in (("second", "sheet1"), ("first", "sheet2")):
            sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows[name]}</x:sheetData></x:worksheet>'
            archive.writestr(f"xl/worksheets/{place}.xml", sheet)
        for name, text in others.items():
            archive.writestr(name, text)
    return path


def cell(place: str, value: str = "<x:v>1</x:v>") -> str:
    where = f' r="{place}"' if place else ""
    return f"<x:c{where}>{value}</x:c>"


@pytest.mark.parametrize(
    "rows",
    [
        f"<x:row>{cell('A1')}{cell('XFD1048576')}</x:row>",
        f"<x:row>{cell('xfd1')}</x:row><x:row>{cell('A1048576')}</x:row>",
        f'<x:row>{cell("A1")}</x:row><x:row r="1048576">{cell("")}</x:row>',
        f"<x:row>{cell('ALL1')}{cell('')}</x:row>",
        f"<x:row>{cell('')}</x:row>" * 1001,
        f"<x:row>{cell('A4294967295')}</x:row>",
    ],
)
@pytest.mark.parametrize("prefix", ["x:", ""])
def test_cells_that_span_more_than_fits_in_memory_are_refused(rows: str, prefix: str, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"book\.xlsx reaches to row .* and more than 1,000 cells do not fit"):
        check(workbook(tmp_path, rows, prefix=prefix), MOST_BYTES, MOST_CELLS)


def test_two_far_cells_are_refused_as_a_person_meets_them(tmp_path: Path) -> None:
    path = workbook(tmp_path, f"<x:row>{cell('A1')}</x:row><x:row>{cell('XFD1048576')}</x:row>")
    assert path.stat().st_size < 5000
    with pytest.raises(ImportRefused, match="row 1,048,576 and column 16,384"):
        understand(path)


FAR = "<x:row><x:c r='A1'><x:v>1</x:v></x:c><x:c r='XFD1048576'><x:v>1</x:v></x:c></x:row>"
NEAR = "".join(f"<x:row><x:c><x:v>{n}</x:v></x:c><x:c><x:v>{n % 2}</x:v></x:c></x:row>" for n in range(30))


def test_a_sheet_that_is_not_read_may_be_as_large_as_it_likes(tmp_path: Path) -> None:
    path = two_sheets(tmp_path, {"first": NEAR, "second": FAR})
    check(path, MOST_BYTES, MOST_CELLS)
    understanding = understand(path, target="0")
    assert read(understanding).frame.height == 29
    assert any("only the first was taken" in problem for problem in understanding.problems)
    with pytest.raises(ImportRefused, match=r"two\.xlsx reaches to row"):
        understand(two_sheets(tmp_path, {"first": FAR, "second": NEAR}))


@pytest.mark.parametrize(
    ("listed", "others"),
    [
        ("<sheets><names>{first}</names>{second}</sheets>", {}),
        ("<definedNames><definedName>{first}</definedName></definedNames><sheets>{second}</sheets>", {}),
        ("<a:b:sheet r:id='rId7'/><sheets>{second}</sheets>", {}),
        ("<sheets><sheet name='first' r:id='rId7' id='rId3'/>{second}</sheets>", {}),
        ("<sheets>{first}{second}</sheets>", {"XL/Workbook.xml": "<workbook/>"}),
        ("<sheets>{first}{second}</sheets>", {"other/workbook.xml": "<workbook/>"}),
        ("<sheets>{first}{second}</sheets>", {"XL/Worksheets/Sheet2.xml": "<sheetData/>"}),
        ("<sheets>{first}{second}</sheets>", {"related": '<Relationship Id="rId7" Target="worksheets/sheet1.xml"/>'}),
        (
            "<sheets>{first}{second}</sheets>",
            {"related": '<Relationship Id="r&#73;d7" Target="worksheets/sheet1.xml"/>'},
        ),
        ("<!DOCTYPE x><sheets>{first}{second}</sheets>", {}),
    ],
)
def test_where_the_first_sheet_cannot_be_told_none_may_be_too_large(
    listed: str, others: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(ImportRefused, match=r"two\.xlsx reaches to row"):
        check(two_sheets(tmp_path, {"first": NEAR, "second": FAR}, listed, **others), MOST_BYTES, MOST_CELLS)


def test_empty_cells_far_out_take_no_room(tmp_path: Path) -> None:
    rows = "".join(f"<x:row>{cell('')}{cell('', f'<x:v>{at % 2}</x:v>')}</x:row>" for at in range(30))
    empty = f'<x:row r="1048576">{cell("XFD1048576", "")}<x:c r="XFC1048576"/></x:row>'
    path = workbook(tmp_path, rows + empty)
    check(path, MOST_BYTES, MOST_CELLS)
    assert understand(path, target="0").samples == read(understand(path, target="0")).frame.height == 29


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_usual_sheets_are_looked_at_quickly_wherever_they_are_cut(size: int) -> None:
    sheet = b"<sheetData>" + b"".join(b'<row><c r="C%d"><v>1</v></c><c r="AB%d"/></row>' % (at, at) for at in range(9))
    parts = [sheet[at : at + size] for at in range(0, len(sheet), size)]
    assert _usual_cells(iter(parts)) == 8 * 28
    for odd in (b"<c>", b'<x:c r="A1">', b"<c r='A1'>", b'<c s="1" r="A1">', b'<c\nr="A1">', b'<!-- <c r="A1" --><c/>'):
        assert _usual_cells(iter([*parts, odd])) is None


def test_the_sizes_that_the_archive_tells_are_not_believed(tmp_path: Path) -> None:
    path = workbook(tmp_path, f"<x:row>{cell('A1')}{' ' * (4 << 20)}</x:row>")
    data = bytearray(path.read_bytes())
    entry = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 100)
    path.write_bytes(data)
    assert zipfile.ZipFile(path).getinfo("xl/cells.bin").file_size == 100
    with pytest.raises(ImportRefused, match="would unpack to more than 1 MB"):
        check(path, MOST_BYTES, MOST_CELLS)


@pytest.mark.parametrize(
    ("rows", "before"),
    [
        (f"<x:row>{cell('1A')}</x:row>", ""),
        (f'<x:row r="many">{cell("")}</x:row>', ""),
        (f"<x:row>{cell('')}", ""),
        (f"<x:row>{cell('A1')}</x:row>", '<!DOCTYPE x [<!ENTITY a "ha">]>'),
    ],
)
def test_what_is_no_sheet_is_said_to_be_damaged(rows: str, before: str, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="not an XLSX file, or it is damaged"):
        check(workbook(tmp_path, rows, before), MOST_BYTES, MOST_CELLS)


@pytest.mark.parametrize(("claimed", "refused"), [(3, False), (9_999_999_999, True), (999_999_999_999_999_999, True)])
def test_strings_that_are_claimed_have_to_be_there(claimed: int, refused: bool, tmp_path: Path) -> None:
    path = workbook(tmp_path, f'<x:row r="1">{cell("A1")}</x:row>')
    strings = "".join(f"<si><t>{word}</t></si>" for word in ("one", "two", "three"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}" uniqueCount="{claimed}">{strings}</sst>')
    if refused:
        with pytest.raises(ImportRefused, match="damaged"):
            check(path, MOST_BYTES, MOST_CELLS)
    else:
        check(path, MOST_BYTES, MOST_CELLS)
