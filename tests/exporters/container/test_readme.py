"""The README: its commands are the ones that were proven, and names from outside are only names."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.container.facts import Facts
from exporters.container.readme import plain, readme
from exporters.container.running import hardening

FACTS = Facts.of("Bolts", "ab12" * 16, 1_000_000)
MANIFEST: dict[str, Any] = {
    "model_sha256": "ab12" * 16,
    "task": Task(Modality.IMAGE, Kind.MULTICLASS, ("hex", "wing\nnut 🔩")).to_json(),
    "score": {"metric": "accuracy", "value": 0.91234},
}


def commands(text: str) -> list[list[str]]:
    """The words of every command in the code blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.strip()]


def text(sample: str = "sample.png", platform: str | None = None, triton: bool = False, **changed: Any) -> str:
    return readme(FACTS, {**MANIFEST, **changed}, sample, platform, triton)


def test_it_runs_the_container_with_the_flags_that_were_proven() -> None:
    (run,) = [words for words in commands(text()) if words[:2] == ["docker", "run"]]
    flags = [word for word in hardening(FACTS) if not word.startswith("/tmp")]
    assert set(flags) <= set(run)
    assert run[run.index("--tmpfs") + 1] in hardening(FACTS)
    assert run[run.index("--publish") + 1] == "127.0.0.1:8080:8080"
    assert run[-1] == FACTS.image


def test_it_builds_with_docker_and_podman() -> None:
    builds = [words for words in commands(text()) if words[1] == "build"]
    assert [words[0] for words in builds] == ["docker", "podman", "docker"]
    assert builds[1][2:4] == ["--format", "docker"]
    assert all(FACTS.image in words for words in builds)


def test_it_asks_about_the_sample_whatever_its_name() -> None:
    (ask,) = [words for words in commands(text("it's a sample.csv")) if "/predict" in words[-1] and "-F" not in words]
    assert ask[:3] == ["curl", "--data-binary", "@model/sample/it's a sample.csv"]
    assert "Content-Type: text/csv" in ask


def test_it_says_what_the_model_does_and_how_well() -> None:
    assert "It looks at a picture and names one of these: “hex”, “wing nut 🔩”." in text()
    assert "it reached accuracy 0.9123." in text()
    assert "reached" not in text(score=None)
    several = Task(Modality.AUDIO, Kind.MULTILABEL, ("rain",)).to_json()
    assert "It listens to a sound and says which of these hold: “rain”." in text(task=several)
    number = Task(Modality.TABLE, Kind.REGRESSION, columns=(Column("it's `size`", ColumnType.NUMBER),)).to_json()
    assert "It reads a row of a table and answers with a number." in text(task=number)


def test_it_shows_how_to_ask_about_ones_own_samples() -> None:
    (ask,) = [words for words in commands(text()) if "-F" in words]
    assert ask == ["curl", "-F", "file=@photo.jpg", "http://127.0.0.1:8080/predict"]
    columns = (Column("it's `title`", ColumnType.TEXT), Column("body", ColumnType.TEXT))
    shown = text(sample="sample.csv", task=Task(Modality.TEXT, Kind.REGRESSION, columns=columns).to_json())
    typed = next(words for words in commands(shown) if "-d" in words)
    assert json.loads(typed[typed.index("-d") + 1]) == {
        "columns": {"it's `title`": "a few words", "body": "a few words"}
    }
    code = re.findall(r"```python\n(.*?)```", shown, flags=re.DOTALL)
    assert len(code) == 1 and compile(code[0], "readme", "exec")


def test_a_thousand_classes_are_not_all_named() -> None:
    classes = tuple(f"class {number}" for number in range(1000))
    many = Task(Modality.IMAGE, Kind.MULTICLASS, classes).to_json()
    assert "“class 19” and 980 more." in text(task=many)
    assert "class 20”" not in text(task=many)


def test_wheels_and_triton_are_mentioned_where_they_are_inside() -> None:
    assert "for Linux on aarch64" in text(platform="aarch64")
    assert "--fetch-wheels" not in text(platform="aarch64")
    assert "--fetch-wheels" in text()
    assert "tritonserver" in text(triton=True)
    assert "tritonserver" not in text()


@given(st.text())
def test_a_name_is_one_line_and_opens_nothing_in_markdown(name: str) -> None:
    shown = plain(name)
    assert len(shown.splitlines()) <= 1
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_<\[|]", shown)


@pytest.mark.parametrize("name", ["# head", "<script>alert(1)</script>", "![x](http://elsewhere)", "a\n\n- b"])
def test_hostile_titles_stay_titles(name: str) -> None:
    facts = Facts.of(name, "ab12" * 16, 1)
    first, second, *_ = readme(facts, MANIFEST, "sample.png", None, False).splitlines()
    assert first == f"# {plain(name)}"
    assert second == ""
