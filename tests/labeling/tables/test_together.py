"""Rows with the same value in a declared column are never on two sides, and the model does not learn from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.arrays import FloatArray, IntArray
from engine.dataset import INPUT_PREFIX, Dataset, Split
from engine.metrics import score
from engine.task import Column, ColumnType, Modality, Task
from labeling.errors import ImportRefused
from labeling.importing import read, understand
from labeling.project import Project
from labeling.snapshot import Snapshot, snapshot
from labeling.tables.anew import offered, read_anew
from labeling.tables.further import as_before
from labeling.understanding import Understanding
from tests.labeling.guests import guests

PATIENTS, VISITS = 120, 5
GROUP = {"patient_id": ColumnType.GROUP}


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    """Visits of patients who can be told by their blood; who is ill is drawn, so that nothing can be learned of it."""
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(PATIENTS), VISITS)
    blood = rng.normal(size=(PATIENTS, 3))[patient] + 0.01 * rng.normal(size=(len(patient), 3))
    frame = pl.DataFrame(
        {
            "patient_id": [f"p{number % PATIENTS:03}" for number in patient],
            **{f"blood{at}": blood[:, at] for at in range(3)},
            "ill": np.where(rng.random(PATIENTS) < 0.5, "yes", "no")[patient],
        }
    ).sample(fraction=1.0, shuffle=True, seed=0)
    frame.write_csv(tmp_path / "visits.csv")
    return tmp_path / "visits.csv"


def frozen(understanding: Understanding) -> tuple[Snapshot, pl.Series]:
    """Return a snapshot of a table, and the patient of each of its rows."""
    frame = read(understanding).frame
    made = snapshot(frame, understanding)
    whose = pl.read_csv(understanding.source)["patient_id"]
    return made, whose.gather([int(row) for row in made.dataset.ids])


def nearest(task: Task, dataset: Dataset) -> FloatArray:
    """Return the validation of the model that answers as the most alike row of the other folds does, [n, classes]."""
    inputs = dataset.inputs(task.columns).select(pl.col(pl.Float64)).to_numpy()
    labels: IntArray = dataset.labels(task).astype(np.int64)
    answers = np.zeros((len(labels), 2))
    for fold in range(int(dataset.folds.max()) + 1):
        asked = np.flatnonzero(dataset.folds == fold)
        known = np.flatnonzero(dataset.folds != fold)
        far = ((inputs[asked, None] - inputs[None, known]) ** 2).sum(axis=2)
        answers[asked, labels[known[far.argmin(axis=1)]]] = 1.0
    return answers


def validation(understanding: Understanding) -> float:
    made, _ = frozen(understanding)
    train = made.dataset.part(Split.TRAIN)
    return score("nauc", train.labels(made.task), nearest(made.task, train))


def test_a_random_answer_a_patient_is_known_only_where_the_same_patients_were_seen(visits: Path) -> None:
    assert validation(understand(visits)) > 0.9
    assert abs(validation(understand(visits, types=GROUP))) < 0.2


def test_every_part_has_patients_of_its_own_and_none_is_learned_from(visits: Path) -> None:
    understanding = understand(visits, types=GROUP)
    assert Column("patient_id", ColumnType.GROUP) in understanding.columns
    assert "3 columns to learn from" in understanding.text()
    assert "rows of one “patient_id” stay together" in understanding.text()
    assert Understanding.from_json(understanding.to_json()) == understanding
    made, whose = frozen(understanding)
    sides = made.dataset.frame.with_columns(whose=whose).group_by("whose").agg(pl.col("split", "fold").n_unique())
    assert sides["split"].max() == sides["fold"].max() == 1
    assert made.dataset.frame["split"].n_unique() == 2
    assert "patient_id" not in {column.name for column in made.task.columns}
    assert INPUT_PREFIX + "patient_id" not in made.dataset.frame.columns
    said = f"“patient_id” has {PATIENTS} values; rows with the same are kept on the same side of every check."
    assert said in made.notes


def test_rows_without_a_value_go_by_themselves(visits: Path) -> None:
    frame = pl.read_csv(visits).with_columns(pl.col("patient_id").replace("p000", None))
    frame.write_csv(visits)
    made, whose = frozen(understand(visits, types=GROUP))
    groups = made.dataset.frame["group"].filter(whose.is_null())
    assert groups.n_unique() == len(groups) == VISITS


def test_test_rows_of_the_data_whose_patients_are_learned_from_are_not_tested_on(visits: Path) -> None:
    frame = pl.read_csv(visits).with_row_index("row")
    test = (pl.col("patient_id") < "p010") | (
        pl.col("row") == pl.col("row").filter(pl.col("patient_id") == "p050").min()
    )
    frame.with_columns(split=pl.when(test).then(pl.lit("test")).otherwise(pl.lit("train"))).drop("row").write_csv(
        visits
    )
    made, _ = frozen(understand(visits, types=GROUP))
    assert (made.dataset.frame["split"] == "test").sum() == 10 * VISITS
    assert any(note.startswith("1 test sample is of a “patient_id” that is learned from") for note in made.notes)


def test_a_column_named_after_someone_is_hinted_at_until_it_is_decided_on(visits: Path) -> None:
    hinted = "Several rows have the same “patient_id”."
    assert any(problem.startswith(hinted) for problem in understand(visits).problems)
    for type_ in (ColumnType.GROUP, ColumnType.CATEGORY, None):
        decided = understand(visits, types={"patient_id": type_})
        assert not any(problem.startswith(hinted) for problem in decided.problems)
    pl.read_csv(visits).rename({"patient_id": "paid"}).write_csv(visits)
    assert not any("Several rows" in problem for problem in understand(visits).problems)


def test_only_one_column_with_repeated_values_keeps_rows_together(visits: Path) -> None:
    with pytest.raises(ImportRefused, match="“blood0” cannot keep rows together: none have the same value"):
        understand(visits, types={"blood0": ColumnType.GROUP})
    pl.read_csv(visits).with_columns(clinic=pl.col("patient_id").str.tail(1)).write_csv(visits)
    with pytest.raises(ImportRefused, match="One column alone can keep rows together: choose among patient_id, clinic"):
        understand(visits, target="ill", types={**GROUP, "clinic": ColumnType.GROUP})


def test_texts_with_a_column_that_keeps_them_together_are_texts_still(tmp_path: Path) -> None:
    understanding = guests(tmp_path)
    assert understanding.modality is Modality.TEXT
    assert [column.name for column in understanding.columns] == ["words", "guest"]
    assert snapshot(read(understanding).frame, understanding).task.columns == (Column("words", ColumnType.TEXT),)


@pytest.fixture
def project(visits: Path, tmp_path: Path) -> Iterator[Project]:
    understanding = understand(visits)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        yield project


def test_it_is_declared_in_a_project_and_taken_back(project: Project, visits: Path) -> None:
    (source,) = project.table_sources()
    (patient, *_) = offered(source.understanding)
    assert (patient.type, patient.types[-1]) == (ColumnType.CATEGORY, ColumnType.GROUP)
    project.change_columns([(source, *read_anew(source.understanding, "ill", GROUP))])
    assert project.can_undo == "Keep rows of one “patient_id” together"
    understanding = project.understanding()
    assert understanding is not None
    made = snapshot(project.frame(), understanding)
    assert made.dataset.frame["group"].n_unique() == PATIENTS
    assert [column.name for column in made.task.columns] == ["blood0", "blood1", "blood2"]
    assert project.inputs(["0"])["patient_id"].to_list() == pl.read_csv(visits)["patient_id"].head(1).to_list()
    more = visits.with_name("more.csv")
    pl.read_csv(visits).head(50).with_columns(pl.col("blood0") + 1).write_csv(more)
    found = as_before(project, understand(more))
    assert found.columns == understanding.columns
    assert not any("Several rows" in problem for problem in found.problems)
    project.add(found, read(found))
    assert snapshot(project.frame(), understanding).dataset.frame["group"].n_unique() == PATIENTS
    project.undo()
    project.undo()
    understanding = project.understanding()
    assert understanding is not None
    assert "patient_id" in {column.name for column in snapshot(project.frame(), understanding).task.columns}
