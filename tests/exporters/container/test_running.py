"""What a container may do is the same wherever it is said."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import pytest
import yaml

from exporters.container.engines import Engine
from exporters.container.facts import Facts
from exporters.container.orchestration import compose
from exporters.container.process import Cancelled
from exporters.container.requests import PortWay
from exporters.container.running import Running, Wish, hardening, start
from exporters.errors import ContainerFailed

FACTS = Facts.of("Bolts", "ab12" * 16, 1_000_000)


def program(folder: Path, lines: str) -> Engine:
    """An engine that writes down what it is told."""
    path = folder / "docker"
    path.write_text(f'#!/bin/sh\necho "$@ token=$AUTODIDACT_TOKEN" >> {folder}/said\n{lines}\n')
    path.chmod(0o755)
    return Engine("docker", str(path), "28")


def said(folder: Path) -> list[str]:
    return (folder / "said").read_text().splitlines()


def test_the_flags_are_those_of_the_compose_file() -> None:
    service = yaml.safe_load(compose(FACTS))["services"]["model"]
    flags = hardening(FACTS)
    pairs = dict(itertools.pairwise(flags))
    assert ("--read-only" in flags) is service["read_only"]
    assert [pairs["--tmpfs"]] == service["tmpfs"]
    assert [pairs["--cap-drop"]] == service["cap_drop"]
    assert service["security_opt"] == [f"{pairs['--security-opt']}:true"]
    assert (int(pairs["--pids-limit"]), pairs["--memory"]) == (service["pids_limit"], service["mem_limit"])


def test_a_port_of_this_computer_alone_is_opened_and_the_token_is_no_argument(tmp_path: Path) -> None:
    running = start(program(tmp_path, ""), FACTS, Wish(token="between-us"))
    (line,) = said(tmp_path)
    assert line.startswith("run --detach --pull never --name bolts-")
    assert f"--publish 127.0.0.1:{running.port}:{running.port} --env PORT={running.port}" in line
    assert "--env AUTODIDACT_TOKEN --" in line
    assert line.endswith(f"{FACTS.image} token=between-us")
    assert line.count("between-us") == 1
    assert running.address == f"http://127.0.0.1:{running.port}"


def test_without_a_network_no_port_is_opened(tmp_path: Path) -> None:
    running = start(program(tmp_path, ""), FACTS, Wish("none"))
    (line,) = said(tmp_path)
    assert "--network none" in line
    assert "--publish" not in line
    assert running.address is None


def test_one_that_does_not_start_is_removed_and_told(tmp_path: Path) -> None:
    engine = program(tmp_path, '[ "$1" = run ] && echo no space left on device && exit 125')
    with pytest.raises(ContainerFailed, match=r"docker could not start the container\. The disk is full\."):
        start(engine, FACTS, Wish())
    assert [line.split()[0] for line in said(tmp_path)] == ["run", "stop", "rm"]


def test_a_start_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        start(program(tmp_path, ""), FACTS, Wish(), cancel)
    assert [line.split()[0] for line in said(tmp_path)][-2:] == ["stop", "rm"]


def test_one_that_never_gets_healthy_is_told_with_its_last_words(tmp_path: Path) -> None:
    engine = program(tmp_path, 'case "$1" in inspect) echo true 0;; logs) echo still loading;; esac')
    running = Running(engine, "bolts-1", PortWay(9), Wish(port=9))
    with pytest.raises(ContainerFailed, match=r"not ready after 1 s\. It said: still loading"):
        running.wait_until_healthy(1.2)


def test_waiting_can_be_cancelled(tmp_path: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        Running(program(tmp_path, ""), "bolts-1", PortWay(9), Wish(port=9)).wait_until_healthy(60, cancel)


def test_one_that_is_gone_answers_with_a_sentence(tmp_path: Path) -> None:
    running = Running(program(tmp_path, ""), "bolts-1", PortWay(9), Wish(port=9))
    with pytest.raises(ContainerFailed, match="The container gave no answer"):
        running.ask(b"x", "image/png")
