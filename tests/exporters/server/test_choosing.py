from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exporters.server.__main__ import main
from exporters.server.choosing import FILE, choose, keep, kept, measure_package
from exporters.server.machine import cores
from exporters.server.settings import Load
from exporters.server.tuning import Trial, Tuning
from exporters.standalone.package import check_package

TRIAL = Trial(Load(1, 2, 4), 100.0, 10.0)
TUNING = Tuning(TRIAL, (TRIAL,), None, 1.0)


@pytest.fixture
def package(rows: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(rows, tmp_path / "rows"))


def test_what_was_measured_is_kept_and_not_measured_again(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = choose(package, check_package(package), 0.1)
    content = (package / FILE).read_text()
    assert choose(package, check_package(package), 0.1) == first
    assert (package / FILE).read_text() == content
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["kept"] for line in said] == [False, True]
    assert said[0]["chosen"] == said[1]["chosen"] and "answers a second" in said[0]["chosen"]


def test_another_model_machine_or_target_is_measured_anew(tmp_path: Path) -> None:
    assert keep(tmp_path, "abc", TUNING)
    assert kept(tmp_path, "abc", None) == TUNING
    assert kept(tmp_path, "abd", None) is None
    assert kept(tmp_path, "abc", 5.0) is None
    content = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**content, "machine": "another"}))
    assert kept(tmp_path, "abc", None) is None


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 5000, '{"format": 1}', "null"])
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert kept(tmp_path, "abc", None) is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not keep(tmp_path / "file", "abc", TUNING)


def test_of_what_could_not_get_its_name_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / FILE / "mine").mkdir(parents=True)
    assert not keep(tmp_path, "abc", TUNING)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_what_was_measured_for_more_memory_than_there_is_now_is_measured_anew(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = check_package(package)
    many = replace(TRIAL, load=Load(9, 1, 1))
    assert keep(package, str(manifest["files"]["model.onnx"]), replace(TUNING, chosen=many))
    monkeypatch.setattr("exporters.server.choosing.calls", lambda model_bytes, modality: 9)
    assert choose(package, manifest, 0.0) == Load(9, 1, 1)
    monkeypatch.setattr("exporters.server.choosing.calls", lambda model_bytes, modality: 3)
    assert choose(package, manifest, 0.0) == Load(3, 1, 1)


def test_of_sounds_fewer_calls_run_at_once(package: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.server.machine.cores", lambda: 64)
    monkeypatch.setattr("exporters.server.machine.memory", lambda: 832_000_000)
    assert choose(package, check_package(package), 0.0) == Load(4, 1, 1)
    assert choose(sounds, check_package(sounds), 0.0) == Load(2, 1, 1)


@pytest.mark.parametrize("task", [None, [], {}, {"modality": ["audio"]}])
def test_what_a_damaged_manifest_says_of_its_task_is_left_to_whoever_opens_it(package: Path, task: Any) -> None:
    assert choose(package, {**check_package(package), "task": task}, 0.0) == Load(cores(), 1, 1)


def test_what_was_found_before_a_search_was_killed_stands(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\necho '{json.dumps(TUNING.to_json())}'\nkill -9 $$\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    assert choose(package, check_package(package), 0.1) == TRIAL.load


def test_without_a_search_every_core_answers_by_itself(package: Path) -> None:
    assert choose(package, check_package(package), 0.0) == Load(cores(), 1, 1)
    assert not (package / FILE).exists()


def test_a_package_without_a_sample_is_served_by_rule(package: Path) -> None:
    manifest = json.loads((package / "manifest.json").read_text())
    manifest["files"] = {"model.onnx": manifest["files"]["model.onnx"]}
    (package / "manifest.json").write_text(json.dumps(manifest))
    assert measure_package(package, 0.1) is None
    assert choose(package, check_package(package), 0.1) == Load(cores(), 1, 1)


@pytest.mark.parametrize("changes", [{"files": []}, {"name": None}, {"name": ""}, {"inputs": [{"type": "int64"}]}])
def test_a_damaged_manifest_is_met_with_a_sentence_before_anything_is_served(
    package: Path, changes: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = json.loads((package / "manifest.json").read_text())
    (package / "manifest.json").write_text(json.dumps({**manifest, **changes}))
    assert main([str(package), "--port", "0"], {}) == 1
    assert capsys.readouterr().err.strip().endswith("Export it again.")


def test_what_is_no_small_ordinary_file_is_ignored_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kept(tmp_path, "abc", None) is None
    assert capsys.readouterr().out == ""
    assert keep(tmp_path, "abc", TUNING)
    path = tmp_path / FILE
    whole = path.read_bytes()
    path.write_bytes(whole + b" " * 1_000_000)
    assert kept(tmp_path, "abc", None) is None
    (tmp_path / "real").write_bytes(whole)
    path.unlink()
    path.symlink_to(tmp_path / "real")
    assert kept(tmp_path, "abc", None) is None
    path.unlink()
    os.mkfifo(path)
    assert kept(tmp_path, "abc", None) is None
    assert [json.loads(line)["ignored"] for line in capsys.readouterr().out.splitlines()] == [FILE] * 3


def test_kept_settings_of_another_type_are_ignored(tmp_path: Path) -> None:
    assert keep(tmp_path, "abc", TUNING)
    content = json.loads((tmp_path / FILE).read_text())
    for wrong in ({"chosen": 3}, {"tried": {"a": 1}}, {"seconds": 10**400}, {"chosen": {"load": [], "per_second": 1}}):
        (tmp_path / FILE).write_text(json.dumps({**content, **wrong}))
        assert kept(tmp_path, "abc", None) is None
