from __future__ import annotations

from pathlib import Path

from labeling.project import Project
from studio.demo.sample import sample_project


def test_the_sample_project_is_made_once_and_keeps_what_the_person_did(tmp_path: Path) -> None:
    folder = sample_project(tmp_path)
    project = Project.open(folder)
    assert {info.name: info.count for info in project.classes()} == {"platelet": 75, "red cell": 75, "white cell": 75}
    first = project.frame()["id"][0]
    project.set_label([first], "white cell", name="Label 'white cell'")
    project.close()
    assert sample_project(tmp_path) == folder
    again = Project.open(folder)
    kept = again.sample(first)
    assert kept is not None and kept.label == "white cell"
    again.close()
