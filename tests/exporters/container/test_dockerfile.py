"""The Dockerfile, read instruction by instruction and held against rules."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
import subprocess
from dataclasses import dataclass

import pytest

from exporters.container.dockerfile import CONTEXT, dockerfile, dockerignore
from exporters.container.facts import Facts

FACTS = Facts.of("Bolts", "ab12" * 16, 1_000_000)


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continued lines joined."""

    word: str
    rest: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.rest)


def instructions(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [Instruction(*line.split(" ", 1)) for line in joined.splitlines() if line.strip()]


ALL = instructions(dockerfile(FACTS))
LAST = ALL[max(place for place, found in enumerate(ALL) if found.word == "FROM") :]


def only(word: str) -> Instruction:
    """The one instruction of that kind in the last stage."""
    (found,) = [instruction for instruction in LAST if instruction.word == word]
    return found


def test_both_stages_stand_on_images_that_can_be_named_by_digest() -> None:
    usual = [found.rest for found in ALL if found.word == "ARG"]
    assert usual == [f"{name}=docker.io/library/python:3.11-slim-bookworm" for name in ("BUILDER", "BASE")]
    assert [found.rest for found in ALL if found.word == "FROM"] == ["${BUILDER} AS build", "${BASE}"]


def test_what_runs_is_a_user_by_number_without_rights() -> None:
    assert only("USER").rest == "10001:10001"
    assert LAST.index(only("USER")) < LAST.index(only("CMD"))


def test_signals_reach_the_server_since_no_shell_is_between() -> None:
    assert json.loads(only("CMD").rest)[:3] == ["python3", "-m", "exporters.server"]
    assert only("STOPSIGNAL").rest == "SIGTERM"


def test_health_is_asked_for_by_the_python_that_is_there() -> None:
    options, _, command = only("HEALTHCHECK").rest.partition(" CMD ")
    assert json.loads(command) == ["python3", "/app/healthcheck.py"]
    assert {option.split("=")[0] for option in options.split()} == {
        "--interval",
        "--timeout",
        "--start-period",
        "--retries",
    }


def test_the_runtime_says_nothing_to_anyone_and_nothing_is_written() -> None:
    said = dict(word.split("=", 1) for word in only("ENV").words)
    assert said["ORT_DISABLE_TELEMETRY"] == "1"
    assert said["PYTHONDONTWRITEBYTECODE"] == "1"
    assert said["PORT"] == only("EXPOSE").rest == "8080"


def test_only_checked_packages_and_nothing_they_ask_for_are_installed() -> None:
    (pip,) = [found.rest for found in ALL if "pip install" in found.rest]
    for option in ("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-cache-dir"):
        assert option in pip
    assert "pip" not in " ".join(found.rest for found in LAST)


def test_no_folder_that_is_copied_can_take_the_place_of_the_lock() -> None:
    (pip,) = [found for found in ALL if "pip install" in found.rest]
    lock = pip.words[pip.words.index("--requirement") + 1].rstrip(";")
    copied = [found.words for found in ALL if found.word == "COPY" and "--from" not in found.rest]
    assert ["requirements.txt", lock] in copied
    assert not any(lock.startswith(to) for *_, to in copied if to != lock)


def test_the_last_stage_only_copies() -> None:
    assert {found.word for found in LAST} <= {
        *("FROM", "COPY", "ENV", "WORKDIR", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD"),
    }
    assert all(found.rest.startswith("--from=build ") for found in LAST if found.word == "COPY")


def test_old_builders_understand_it() -> None:
    assert not any(found.word == "ADD" or "--mount" in found.rest or "--chmod" in found.rest for found in ALL)
    assert not any("<<" in found.rest for found in ALL)


def test_files_written_under_a_strict_mask_can_be_read_in_the_container() -> None:
    for folder in ("deps", "app", "model"):
        assert any("chmod -R u=rwX,go=rX" in found.rest and f"/image/{folder}" in found.rest for found in ALL)


@pytest.mark.parametrize("place", [place for place, found in enumerate(ALL) if found.word == "RUN"])
def test_shells_accept_each_command(place: int) -> None:
    checked = subprocess.run(["sh", "-n", "-c", ALL[place].rest], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_the_engine_gets_what_is_copied_and_nothing_else() -> None:
    copied = [word for found in ALL if found.word == "COPY" and "--from" not in found.rest for word in found.words[:-1]]
    assert sorted(copied) == sorted(CONTEXT)
    rules = [line for line in dockerignore().splitlines() if not line.startswith("#")]
    for name in (*CONTEXT, "README.md", "triton", "secret.env", ".git"):
        assert _is_sent(name, rules) == (name in CONTEXT)
    assert rules.index("model/serving.json") > rules.index("!model"), "the last rule that fits decides"


def _is_sent(name: str, rules: list[str]) -> bool:
    """Whether a file at the top of the context is sent: the last rule that fits decides."""
    sent = True
    for rule in rules:
        if fnmatch.fnmatchcase(name, rule.removeprefix("!")):
            sent = rule.startswith("!")
    return sent


def test_the_comments_tell_how_to_build_this_very_image() -> None:
    comments = re.findall(r"^#   (\w+ build .*)$", dockerfile(FACTS), flags=re.MULTILINE)
    assert [command.split()[0] for command in comments] == ["docker", "podman"]
    assert all(FACTS.image in command for command in comments)
