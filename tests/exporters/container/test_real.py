"""The container for real: built without a network by podman, run without rights by runc, and asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from exporters.container.engines import Engine, build, find_engines
from exporters.container.facts import Facts
from exporters.container.process import Cancelled
from exporters.container.requests import Reply, Request
from exporters.container.running import Running, Wish, start
from exporters.container.trial import Proof, replay
from exporters.errors import ContainerFailed
from tests.exporters.container.conftest import TOKEN
from tests.exporters.models import CLASSES

AUTHORISED = {"authorization": f"Bearer {TOKEN}"}


def inside(running: Running, code: str) -> str:
    """What Python says inside the container."""
    ended = running.engine.call("exec", running.name, "python3", "-c", textwrap.dedent(code))
    assert ended.code == 0, ended.text
    return ended.text


def send(running: Running, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
    """A request with the token."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return running.send(Request(method, path, body, {**AUTHORISED, **named}))


def picture(context: Path) -> bytes:
    """The sample that goes along."""
    return next((context / "model" / "sample").glob("*.png")).read_bytes()


def containers(engine: Engine) -> list[str]:
    """The names of all that run or have ended."""
    return list(engine.call("ps", "--all", "--format", "{{.Names}}").lines)


def test_it_is_built_without_a_network_runs_without_one_and_answers_as_the_model(
    launched: tuple[Running, Proof], context: Path
) -> None:
    running, proof = launched
    assert proof.difference < 1e-6
    assert proof.sample == "sample.png"
    assert "It answered sample.png" in proof.sentence()
    assert running.address is None
    assert replay(running, context) == ("sample.png", proof.difference)


def test_nothing_but_itself_can_be_reached(sealed: Running) -> None:
    said = inside(
        sealed,
        """
        import pathlib, socket
        print([line.split(":")[0].strip() for line in pathlib.Path("/proc/net/dev").read_text().splitlines()[2:]])
        try:
            socket.create_connection(("1.1.1.1", 443), 2)
        except OSError as error:
            print(error.strerror)
        """,
    )
    assert said.splitlines() == ["['lo']", "Network is unreachable"]


def test_the_server_has_no_rights(sealed: Running) -> None:
    said = inside(sealed, "import pathlib; print(pathlib.Path('/proc/1/status').read_text())")
    status = dict(line.split(":\t", 1) for line in said.splitlines() if ":\t" in line)
    assert status["Uid"].split() == ["10001"] * 4
    assert status["Gid"].split() == ["10001"] * 4
    assert {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_its_root_cannot_be_written_and_its_scratch_space_runs_nothing(sealed: Running) -> None:
    said = inside(
        sealed,
        """
        import errno, os, pathlib, subprocess
        for folder in ("/", "/app", "/model", "/deps", "/root", "/var/tmp", "/etc"):
            try:
                pathlib.Path(folder, "mine").write_text("x")
                print(folder, "was written" if folder != "/var/tmp" else "scratch")
            except OSError as error:
                assert error.errno in (errno.EROFS, errno.EACCES, errno.ENOENT), error
        script = pathlib.Path("/tmp/run.sh")
        script.write_text("#!/bin/sh\\n")
        script.chmod(0o755)
        try:
            subprocess.run([script])
            print("ran")
        except PermissionError:
            script.unlink()
        """,
    )
    assert [line for line in said.splitlines() if "scratch" not in line] == []


def test_its_limits_hold(sealed: Running, context: Path) -> None:
    said = inside(
        sealed,
        """
        import pathlib
        for names in (("memory/memory.limit_in_bytes", "memory.max"), ("pids/pids.max", "pids.max")):
            found = [pathlib.Path("/sys/fs/cgroup", name) for name in names]
            print(next(path.read_text().strip() for path in found if path.is_file()))
        """,
    )
    assert [int(number) for number in said.split()] == [Facts.read(context).most_mb * 1024 * 1024, 256]


def test_what_trains_is_not_inside(sealed: Running) -> None:
    said = inside(
        sealed,
        """
        import importlib.util
        heavy = ["torch", "torchvision", "polars", "sklearn", "lightgbm", "onnx", "scipy", "PySide6", "pip"]
        print([name for name in heavy if importlib.util.find_spec(name)])
        """,
    )
    assert said == "[]"


def test_the_image_is_small_and_checks_its_own_health(sealed: Running, context: Path) -> None:
    wanted = "{{.Size}}|{{.Config.User}}|{{.HealthCheck.Test}}"
    seen = sealed.engine.call("image", "inspect", "--format", wanted, Facts.read(context).image)
    size, user, check = seen.text.split("|")
    assert int(size) < 400_000_000
    assert user == "10001:10001"
    assert check == "[CMD python3 /app/healthcheck.py]"
    assert sealed.engine.call("exec", sealed.name, "python3", "/app/healthcheck.py").code == 0


def test_the_health_check_tells_when_nothing_answers(sealed: Running) -> None:
    assert sealed.engine.call("exec", "--env", "PORT=9", sealed.name, "python3", "/app/healthcheck.py").code == 1


def test_the_runtime_leaves_no_traces_of_telemetry(sealed: Running) -> None:
    said = inside(
        sealed,
        """
        import os, pathlib
        environment = pathlib.Path("/proc/1/environ").read_bytes().split(b"\\0")
        print(b"ORT_DISABLE_TELEMETRY=1" in environment)
        found = [path for place in ("/tmp", "/var/tmp", "/dev/shm") for path in pathlib.Path(place).rglob("*")]
        print([str(path) for path in found if "onnx" in str(path).lower() or "deviceid" in str(path)])
        """,
    )
    assert said.splitlines() == ["True", "[]"]
    assert "telemetry" not in sealed.logs().lower()


@pytest.fixture(scope="module")
def open_one(engine: Engine, context: Path, launched: tuple[Running, Proof]) -> Iterator[Running]:
    """A container of the same image that a port of this computer leads to: no command inside it for each request."""
    with start(engine, Facts.read(context), Wish("loopback", token=TOKEN)) as running:
        running.wait_until_healthy(30)
        yield running


@pytest.mark.parametrize("token", ["", "Bearer wrong", f"Bearer {TOKEN}x", f"Basic {TOKEN}"])
def test_who_has_not_the_token_learns_nothing(open_one: Running, context: Path, token: str) -> None:
    headers = {"content-type": "image/png", **({"authorization": token} if token else {})}
    reply = open_one.send(Request("POST", "/predict", picture(context), headers))
    assert reply.status == 401
    assert b"token is needed" in reply.body
    assert not any(name.split("\n")[0].encode() in reply.body for name in CLASSES if name)
    assert open_one.send(Request("GET", "/healthz")).status == 200


def test_too_large_a_request_is_refused_and_the_next_one_answered(sealed: Running, context: Path) -> None:
    assert send(sealed, "POST", "/predict", bytes(20_000_001), content_type="image/png").status == 413
    assert sealed.ask(picture(context), "image/png").status == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"\x89PNG\r\n\x1a\n garbage", "image/png"), (b"{" * 2000, "application/json"), (b"", "image/png")],
)
def test_what_is_no_picture_is_refused_with_a_sentence(open_one: Running, body: bytes, content_type: str) -> None:
    reply = send(open_one, "POST", "/predict", body, content_type=content_type)
    assert 400 <= reply.status < 500
    assert json.loads(reply.body)["error"]
    assert open_one.send(Request("GET", "/readyz")).status == 200


def test_it_speaks_the_open_inference_protocol(open_one: Running) -> None:
    assert send(open_one, "GET", "/v2/health/ready").status == 200
    name = quote(json.loads(send(open_one, "GET", "/metadata").body)["name"])
    declared = json.loads(send(open_one, "GET", f"/v2/models/{name}").body)
    assert declared["platform"] == "onnx_onnxv1"
    tensor: dict[str, Any] = {"name": "image", "shape": [2, 4, 5, 3], "datatype": "UINT8", "data": [9] * 120}
    request = json.dumps({"id": "mine", "inputs": [tensor]}).encode()
    said = send(open_one, "POST", f"/v2/models/{name}/infer", request, content_type="application/json")
    reply = json.loads(said.body)
    assert reply["id"] == "mine"
    outputs = {output["name"]: output for output in reply["outputs"]}
    assert outputs["probabilities"]["shape"] == [2, len(CLASSES)]
    assert set(outputs["label"]["data"]) <= set(CLASSES)


def test_a_hundred_ask_at_once_and_all_are_answered(sealed: Running, context: Path) -> None:
    said = inside(
        sealed,
        f"""
        import collections, concurrent.futures, http.client, os, pathlib
        sample = next(pathlib.Path("/model/sample").glob("*.png")).read_bytes()
        headers = {{"content-type": "image/png", "authorization": "Bearer {TOKEN}"}}
        def ask(number):
            connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=30)
            connection.request("POST", "/predict", sample, headers)
            reply = connection.getresponse()
            return reply.status, reply.read().count(b"probabilities")
        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            print(dict(collections.Counter(pool.map(ask, range(100)))))
        """,
    )
    assert said == "{(200, 1): 100}"


def test_it_is_asked_through_a_port_of_this_computer_and_ends_what_it_began(open_one: Running, context: Path) -> None:
    assert open_one.address is not None
    assert json.loads(open_one.ask(picture(context), "image/png").body)["predictions"][0]["label"] in CLASSES
    ended = open_one.engine.call("stop", "-t", "10", open_one.name)
    state = open_one.engine.call("inspect", "--format", "{{.State.ExitCode}}", open_one.name)
    assert (ended.code, state.text) == (0, "0")
    assert '"event": "end"' in open_one.logs()
    with pytest.raises(ContainerFailed, match="ended by itself with exit code 0"):
        open_one.wait_until_healthy(30)
    open_one.stop()
    assert open_one.name not in containers(open_one.engine)


@pytest.fixture
def docker(engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """The program docker, talking to podman's service in the place of a daemon."""
    program = shutil.which("docker")
    if program is None:
        pytest.skip("the program docker is not installed")
    socket = f"unix://{tmp_path}/docker.sock"
    environment = {**os.environ, **engine.environment}
    service = subprocess.Popen([engine.program, "system", "service", "--time", "0", socket], env=environment)
    try:
        waiting = time.monotonic() + 20
        while not Path(socket.removeprefix("unix://")).exists() and time.monotonic() < waiting:
            time.sleep(0.05)
        found = find_engines({"DOCKER_HOST": socket, "DOCKER_BUILDKIT": "0"})
        yield next(one for one in found.engines if one.kind == "docker")
    finally:
        service.terminate()
        service.wait(20)


def test_the_program_docker_is_spoken_to_alike(docker: Engine, context: Path, launched: tuple[Running, Proof]) -> None:
    with start(docker, Facts.read(context), Wish("none", token=TOKEN)) as running:
        running.wait_until_healthy(30)
        assert replay(running, context)[1] < 1e-6
    assert running.name not in containers(docker)


def test_an_image_that_is_not_there_is_asked_of_no_registry_and_nothing_is_left(engine: Engine) -> None:
    before = containers(engine)
    with pytest.raises(ContainerFailed, match="podman could not start the container"):
        start(engine, Facts.of("absent", "f" * 64, 1), Wish("none"))
    assert containers(engine) == before


def test_an_answer_that_is_not_the_model_s_is_found(sealed: Running, context: Path, tmp_path: Path) -> None:
    other = tmp_path / "model" / "sample"
    shutil.copytree(context / "model" / "sample", other)
    said = json.loads((other / "expected.json").read_text())
    first, second = list(said["answer"]["probabilities"])[:2]
    said["answer"]["probabilities"][first] += 0.001
    said["answer"]["probabilities"][second] -= 0.001
    (other / "expected.json").write_text(json.dumps(said))
    with pytest.raises(ContainerFailed, match=r"otherwise than the model did \(by 0\.001"):
        replay(sealed, tmp_path)


def test_a_build_that_is_cancelled_leaves_no_image(engine: Engine, context: Path, tmp_path: Path) -> None:
    cancel = threading.Event()
    heard: list[str] = []

    def progress(share: float, text: str) -> None:
        heard.append(text)
        if len(heard) == 3:
            cancel.set()

    image = "localhost/given-up:1"
    with pytest.raises(Cancelled):
        build(replace(engine, bases={**engine.bases}), context, image, progress, cancel)
    assert engine.call("image", "exists", image).code == 1
    assert "working-container" not in engine.call("ps", "--all", "--external", "--format", "{{.Names}}").text


def test_a_package_that_is_not_the_locked_one_is_not_installed(engine: Engine, context: Path, tmp_path: Path) -> None:
    other = tmp_path / "context"
    shutil.copytree(context, other)
    wheel = next((other / "wheels").glob("idna-*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b"more")
    with pytest.raises(ContainerFailed, match="A package is not the file it was"):
        build(engine, other, "localhost/tampered:1")
    assert engine.call("image", "exists", "localhost/tampered:1").code == 1
