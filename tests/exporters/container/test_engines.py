"""Finding docker and podman, and what is said when they fail: scripts say what the real programs would."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from exporters.container.engines import Engine, build, carries_wheels, find_engines, reason_for, step_of
from exporters.container.process import Cancelled, Ended
from exporters.errors import ContainerFailed

NO_DAEMON = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that is all there is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def script(folder: Path, name: str, lines: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return str(path)


def answering(introduced: str, version: str) -> str:
    return f'case "$1" in --version) echo "{introduced}";; *) echo "{version}";; esac'


def test_without_any_it_says_so(programs: Path) -> None:
    found = find_engines()
    assert found.engines == ()
    assert found.problems == (
        "Neither docker nor podman is installed. With one of them the container can be tried from here.",
    )


def test_both_are_found_with_their_versions(programs: Path) -> None:
    script(programs, "docker", answering("Docker version 28.2.2, build e6534b4", "28.2.2"))
    script(programs, "podman", answering("podman version 4.3.1", "4.3.1"))
    found = find_engines()
    assert [(engine.kind, engine.version) for engine in found.engines] == [("docker", "28.2.2"), ("podman", "4.3.1")]
    assert found.problems == ()


def test_docker_without_its_daemon_is_named_with_what_it_says(programs: Path) -> None:
    script(
        programs, "docker", f'[ "$1" = --version ] && echo Docker version 28 && exit; echo; echo "{NO_DAEMON}"; exit 1'
    )
    found = find_engines()
    assert found.engines == ()
    assert found.problems == (f"docker is installed, but does not answer: {NO_DAEMON}",)


def test_podman_under_the_name_of_docker_is_podman_and_counted_once(programs: Path) -> None:
    script(
        programs, "docker", 'echo "Emulate Docker CLI using podman." >&2\n' + answering("podman version 5.1.0", "5.1.0")
    )
    script(programs, "podman", answering("podman version 5.1.0", "5.1.0"))
    (engine,) = find_engines().engines
    assert (engine.kind, engine.program) == ("podman", str(programs / "docker"))


def test_one_that_cannot_be_started_is_a_problem(programs: Path) -> None:
    (programs / "podman").write_text("#!/nowhere/sh\n")
    (programs / "podman").chmod(0o755)
    (problem,) = find_engines().problems
    assert problem.startswith("podman is installed, but cannot be started (")


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    (folder / "wheels").mkdir(parents=True)
    return folder


def test_a_build_is_told_what_the_context_needs(programs: Path, context: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    program = script(programs, "podman", f'[ "$1" = ps ] || echo "$@" > {said}')
    build(Engine("podman", program, "5", bases={"BASE": "mine:1"}), context, "localhost/a:1")
    assert said.read_text().split() == [
        *("build", "--tag", "localhost/a:1", "--format", "docker", "--build-arg", "BASE=mine:1", str(context)),
    ]


def test_a_context_with_wheels_is_built_without_a_network(programs: Path, context: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    program = script(programs, "docker", f'echo "$@" > {said}')
    assert not carries_wheels(context)
    (context / "wheels" / "numpy-1-py3-none-any.whl").touch()
    assert carries_wheels(context)
    build(Engine("docker", program, "28"), context, "localhost/a:1")
    assert said.read_text().split() == ["build", "--tag", "localhost/a:1", "--network", "none", str(context)]


def test_progress_never_goes_back(programs: Path, context: Path) -> None:
    lines = ["[1/2] STEP 1/2: FROM a", "[1/2] STEP 2/2: RUN pip", "[2/2] STEP 1/4: FROM b", "Step 1/4 : COPY c"]
    program = script(programs, "podman", "\n".join(f'echo "{line}"' for line in lines))
    told: list[tuple[float, str]] = []
    build(Engine("podman", program, "5"), context, "localhost/a:1", lambda share, text: told.append((share, text)))
    assert [share for share, _ in told] == [0.0, 0.0, 0.25, 0.5, 0.5, 1.0]
    assert told[2][1] == "Installing the packages"


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("STEP 3/6: RUN set -eu; pip", (2 / 6, "Installing the packages")),
        ("[2/2] STEP 1/11: FROM localhost/base", (0.5, "Getting the base image")),
        ("Step 6/18 : COPY app /image/app", (5 / 18, "Copying the model")),
        ("#9 [build 2/6] COPY wheels /wheels/", (1 / 6, "Copying the model")),
        ("#12 [stage-1 3/5] WORKDIR /app", (2 / 5, "Putting the image together")),
        ("Collecting numpy==2.4.6", None),
        ("Step by step 3/4", None),
        ("STEP 99999/3: RUN x", (1.0, "Installing the packages")),
    ],
)
def test_steps_are_read_from_every_engine(line: str, step: tuple[float, str] | None) -> None:
    assert step_of(line) == step


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("write /var/lib/docker/x: no space left on device", "The disk is full."),
        (NO_DAEMON, "Docker is not running. Start it."),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "A package is not the file"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "A package cannot be had."),
        ("pinging container registry docker.io: dial tcp: connection refused", "The base image cannot be had."),
        ("BUILDER needs Python 3.11", "The image named as BUILDER has another Python."),
        ("something nobody has seen", "It said: something nobody has seen"),
    ],
)
def test_a_failure_is_told_with_its_meaning_and_its_words(words: str, meaning: str) -> None:
    told = reason_for(Ended(1, ("", words)))
    assert told.startswith(meaning)
    assert told.endswith(f"It said: {words}")


def test_the_text_of_a_step_is_no_reason() -> None:
    echoed = 'STEP 3/6: RUN echo "BUILDER needs Python 3.11"; pip --require-hashes'
    assert reason_for(Ended(1, (echoed, "killed"))) == "It said: killed"


def test_a_build_that_fails_says_why(programs: Path, context: Path) -> None:
    program = script(programs, "docker", "echo 'no space left on device'; exit 1")
    with pytest.raises(ContainerFailed, match=r"docker could not build the image\. The disk is full\."):
        build(Engine("docker", program, "28"), context, "localhost/a:1")


def test_an_engine_that_went_away_is_met_with_a_sentence(context: Path) -> None:
    with pytest.raises(ContainerFailed, match="/nowhere/docker cannot be started"):
        build(Engine("docker", "/nowhere/docker", "28"), context, "localhost/a:1")


def test_a_build_that_takes_too_long_leaves_none_of_its_containers(
    programs: Path, context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporters.container.engines._BUILD_S", 0.3)
    removed, listed = tmp_path / "removed", tmp_path / "listed"
    listed.write_text("1 mine-working-container mine\n")
    program = script(
        programs,
        "podman",
        f"""case "$1" in
ps) while read -r line; do echo "$line"; done < {listed};;
rm) echo "$@" > {removed};;
*) echo "2 a-working-container mine" >> {listed}; exec /bin/sleep 60;;
esac""",
    )
    with pytest.raises(ContainerFailed, match="did not finish the build"):
        build(Engine("podman", program, "5", bases={"BASE": "mine"}), context, "localhost/a:1")
    assert removed.read_text().split() == ["rm", "--force", "2"]


def test_a_build_can_be_cancelled(programs: Path, context: Path) -> None:
    program = script(programs, "docker", "echo 'Step 1/2 : FROM a'\n/bin/sleep 60")
    cancel = threading.Event()

    def progress(share: float, text: str) -> None:
        if text == "Getting the base image":
            cancel.set()

    with pytest.raises(Cancelled):
        build(Engine("docker", program, "28"), context, "localhost/a:1", progress, cancel)
