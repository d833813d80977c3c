"""A model folder holds a whole model at every moment, and nothing in it can point outside."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import ModelError
from engine.learners.constant import ConstantMember
from engine.model.folder import annotate, read_manifest
from engine.model.model import Model, WeightedMember
from engine.task import Kind, Modality, Task

TASK = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))


def save(folder: Path, *shares: float) -> None:
    parts = [
        WeightedMember(f"m{k}", 1 / len(shares), ConstantMember(np.array([s, 1 - s]))) for k, s in enumerate(shares)
    ]
    Model(TASK, tuple(parts), temperature=1.5).save(folder)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    save(tmp_path / "model", 0.2, 0.6)
    model = Model.load(tmp_path / "model")
    assert (model.task, model.temperature) == (TASK, 1.5)
    assert [(part.name, part.weight) for part in model.members] == [("m0", 0.5), ("m1", 0.5)]


def test_a_new_model_replaces_the_old_and_tidies_up_one_later(tmp_path: Path) -> None:
    for share in (0.1, 0.2, 0.3):
        save(tmp_path / "model", share)
    manifest = read_manifest(tmp_path / "model")
    assert manifest.members[0].settings == {"answer": [0.3, 0.7]}
    # one generation is kept for whoever is just loading it
    assert len(list((tmp_path / "model" / "members").iterdir())) == 2


def test_a_note_for_people_leaves_the_model_as_it_is(tmp_path: Path) -> None:
    for share in (0.1, 0.2):
        save(tmp_path / "model", share)
    before = read_manifest(tmp_path / "model")
    annotate(tmp_path / "model", {"pace": 3})
    annotate(tmp_path / "model", {"size": 4})
    after = read_manifest(tmp_path / "model")
    assert (after.members, after.temperature) == (before.members, before.temperature)
    assert after.info == {**before.info, "pace": 3, "size": 4}
    assert len(list((tmp_path / "model" / "members").iterdir())) == 2  # the one before is still kept


def test_no_model_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Train first"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 1}', '{"format": 1, "members": [{}]}', "[" * 10**5])
def test_a_damaged_manifest_is_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "model.json").write_text(content)
    with pytest.raises(ModelError, match="damaged"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "change", [{"temperature": 0.0}, {"temperature": -1.0}, {"temperature": float("nan")}, {"members": []}]
)
def test_a_model_that_could_not_answer_is_damaged(tmp_path: Path, change: dict[str, Any]) -> None:
    save(tmp_path / "model", 0.2, 0.6)
    path = tmp_path / "model" / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ModelError, match="damaged"):
        read_manifest(tmp_path / "model")


@pytest.mark.parametrize("key", ["temperature", "weight"])
def test_a_number_out_of_all_bounds_is_damage(tmp_path: Path, key: str) -> None:
    save(tmp_path / "model", 0.2, 0.6)
    path = tmp_path / "model" / "model.json"
    path.write_text(re.sub(f'"{key}": [0-9.]+', f'"{key}": {"9" * 400}', path.read_text()))
    with pytest.raises(ModelError, match="damaged"):
        read_manifest(tmp_path / "model")


@pytest.mark.parametrize("weights", [(0.0, 0.0), (-0.5, 1.5), (float("inf"), 0.5)])
def test_shares_of_members_are_no_less_than_nothing(tmp_path: Path, weights: tuple[float, float]) -> None:
    save(tmp_path / "model", 0.2, 0.6)
    path = tmp_path / "model" / "model.json"
    content = json.loads(path.read_text())
    for member, weight in zip(content["members"], weights, strict=True):
        member["weight"] = weight
    path.write_text(json.dumps(content))
    with pytest.raises(ModelError, match="damaged"):
        read_manifest(tmp_path / "model")


@pytest.mark.parametrize("settings", [None, [], "answer", 1.0])
def test_settings_that_are_none_are_damage(tmp_path: Path, settings: object) -> None:
    save(tmp_path / "model", 0.2)
    path = tmp_path / "model" / "model.json"
    content = json.loads(path.read_text())
    content["members"][0]["settings"] = settings
    path.write_text(json.dumps(content))
    with pytest.raises(ModelError, match="damaged"):
        read_manifest(tmp_path / "model")


def test_a_newer_model_asks_for_an_update(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"format": 99}')
    with pytest.raises(ModelError, match="newer version"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("name", ["../../secret", "/etc", "..", "", "link", "absent"])
def test_a_part_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    save(tmp_path / "model", 0.5)
    (tmp_path / "secret").mkdir()
    (tmp_path / "model" / "members" / "link").symlink_to(tmp_path / "secret")
    path = tmp_path / "model" / "model.json"
    manifest = json.loads(path.read_text())
    manifest["members"][0]["folder"] = name
    path.write_text(json.dumps(manifest))
    with pytest.raises(ModelError):
        Model.load(tmp_path / "model")


def test_a_kind_from_the_future_is_a_sentence(tmp_path: Path) -> None:
    save(tmp_path / "model", 0.5)
    path = tmp_path / "model" / "model.json"
    manifest = json.loads(path.read_text())
    manifest["members"][0]["kind"] = "image.telepathy"
    path.write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="newer version"):
        Model.load(tmp_path / "model")
