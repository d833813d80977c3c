"""``predict.py``: ask the model beside it about files, or about the rows of a table."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from exporters.standalone.package import Answer, Item, NotAPackage, Package, Unreadable

MAX_FILE_BYTES = 500_000_000
AT_ONCE = 4096  # questions that are held with their answers: of a million they would take gigabytes
_TABLES = (".csv", ".tsv", ".tab")
_NAMED = 20  # columns in a message

Question = tuple[str, bytes | str | Mapping[str, object]]


def main(folder: Path, arguments: Sequence[str] | None = None) -> int:
    """Answer what the command line asks of the package in ``folder``; return 0, or 1 where something was not read."""
    _print_anything()
    parser = argparse.ArgumentParser(prog="predict.py", description="Ask the model about files, or rows of a table.")
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="files, or a CSV table with a row each")
    parser.add_argument("--text", metavar="WORDS", help="a text to ask about, for a model that takes texts")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    given = parser.parse_args(arguments)
    if not given.files and given.text is None:
        parser.error("name a file to ask about, such as one in the folder “sample”")
    try:
        package = Package.open(folder)
    except NotAPackage as error:
        print(error, file=sys.stderr)
        return 1
    except ImportError as error:
        _not_installed(error)
    failed = 0
    typed: list[Question] = [] if given.text is None else [("text", given.text)]
    asked: list[Iterable[Question]] = [typed, *(_of_file(package, path) for path in given.files)]
    for questions in asked:
        try:
            failed += _answer(package, questions, given.json)
        except NotAPackage as error:  # this call could not be run; others may
            failed += 1
            print(error, file=sys.stderr)
    return 1 if failed else 0


def _print_anything() -> None:
    """Print UTF-8 wherever it goes: pipes on Windows lack most letters, and names of files need not be text at all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _not_installed(error: ImportError) -> NoReturn:
    print(f"{error}. Install what it needs first: pip install --require-hashes -r requirements.txt", file=sys.stderr)
    raise SystemExit(1)


def _of_file(package: Package, path: Path) -> Iterator[Question]:
    """Yield what one file asks; Unreadable where it asks nothing."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Unreadable(f"{path} is larger than {MAX_FILE_BYTES // 1_000_000} MB.")
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read ({error.strerror or error}).") from error
    if package.columns and (path.suffix.lower() in _TABLES or package.modality == "table"):
        rows = package.each_row(content, tell=lambda sentence: print(f"{path.name}: {sentence}", file=sys.stderr))
        for number, row in enumerate(rows, start=1):
            if number == 1:
                _tell_absent(package, path.name, row)
            yield f"{path.name}, row {number}", row
    else:
        yield path.name, content


def _tell_absent(package: Package, name: str, row: Mapping[str, object]) -> None:
    absent = [f"“{column}”" for column in package.columns if column not in row]
    if absent:
        more = f" and {len(absent) - _NAMED:,} more" if len(absent) > _NAMED else ""
        print(
            f"{name} has no column {', '.join(absent[:_NAMED])}{more}, so the answers take the values for unknown. "
            "Check the names in its first line.",
            file=sys.stderr,
        )


def _answer(package: Package, questions: Iterable[Question], as_json: bool) -> int:
    """Print the answers, some thousands at once; return how many questions could not be read."""
    waiting, failed = list[tuple[str, Item]](), 0
    try:
        for name, raw in questions:
            try:
                waiting.append((name, package.read(raw)))
            except Unreadable as error:
                failed += 1
                print(f"{name}: {error}", file=sys.stderr)
            if len(waiting) >= AT_ONCE:
                _print_answers(package, waiting, as_json)
                waiting = []
    except Unreadable as error:  # of a table as a whole
        failed += 1
        print(error, file=sys.stderr)
    _print_answers(package, waiting, as_json)
    return failed


def _print_answers(package: Package, asked: Sequence[tuple[str, Item]], as_json: bool) -> None:
    answers = package.predict([item for _, item in asked])
    for (name, _), answer in zip(asked, answers, strict=True):
        print(_line(name, answer, as_json))
    sys.stdout.flush()


def _line(name: str, answer: Answer, as_json: bool) -> str:
    if as_json:
        return json.dumps({"input": name, **answer.to_json()}, ensure_ascii=False)
    return " ".join(f"{name}: {answer.sentence()}".split())
