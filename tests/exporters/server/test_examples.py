"""The commands that are shown are the ones that work: each is run as it stands."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.packaged import write_package
from exporters.server.examples import curl, many, python
from exporters.standalone.package import Package
from tests.exporters import models, texts
from tests.exporters.server.client import serving


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of texts that lie in several columns."""
    source = models.source_of(models.model_of(texts.IN_COLUMNS, texts.ngrams(texts.IN_COLUMNS)), "reviews")
    return write_package(source, tmp_path_factory.mktemp("reviews") / "reviews", lambda share, text: None).folder


@pytest.mark.parametrize("name", ["pictures", "sounds", "words", "reviews", "rows", "numbers"])
def test_every_command_is_answered(
    name: str, request: pytest.FixtureRequest, photo: bytes, sound: bytes, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(name)
    task = Package.open(folder, threads=1).task
    (tmp_path / "photo.jpg").write_bytes(photo)
    (tmp_path / "sound.wav").write_bytes(sound)
    with (tmp_path / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[column.name for column in task.columns], ["1"] * len(task.columns)])
    with serving(folder) as server:
        url = f"http://127.0.0.1:{server.port}/predict"
        commands = [[sys.executable, "-c", python(task, url)]]
        if shutil.which("curl"):
            commands += [["sh", "-c", f"{line} --fail -s"] for line in curl(task, url).splitlines()]
        said = [subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True) for words in commands]
    for done in said:
        answer = done.stdout.replace("'", '"').replace("None", "null")
        (prediction,) = json.loads(answer)["predictions"]
        assert not {"label", "labels", "number"}.isdisjoint(prediction)
        assert "error" not in prediction


def test_a_table_of_many_columns_is_sent_as_a_file() -> None:
    columns = tuple(Column(f"column {number}", ColumnType.NUMBER) for number in range(100))
    wide = Task(Modality.TABLE, Kind.REGRESSION, target="price", columns=columns)
    assert curl(wide, "URL") == "curl -H 'Content-Type: text/csv' --data-binary @table.csv URL\n"
    assert 'open("table.csv", "rb")' in python(wide, "URL")


def test_names_of_columns_stay_names_in_a_shell_and_in_python() -> None:
    odd = Column("it's $(touch gone) `x` \"\\\n", ColumnType.CATEGORY)
    task = Task(Modality.TABLE, Kind.REGRESSION, target="price", columns=(odd,))
    shown = curl(task, "URL").splitlines()[0].replace("curl", "printf '%s\\n'", 1)
    said = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True).stdout.splitlines()
    assert json.loads(said[3]) == {"columns": {odd.name: "a word"}}
    compile(python(task, "URL"), "example", "exec")
    assert "rows" in many(task)
