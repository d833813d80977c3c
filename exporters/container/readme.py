"""The README of a context: for whoever gets the folder and has never heard of what made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.task import Task
from exporters.container.dockerfile import BASE
from exporters.container.facts import GRACE_S, PIDS, PORT, PYTHON, SCRATCH_MB, USER, Facts
from exporters.container.requests import content_type
from exporters.server import examples
from exporters.standalone.replay import SAMPLE

_MARKS = "\\`*_{}[]<>|~&$"
_SHELL = str.maketrans({"'": "'\\''"})
_TEMPLATE = """\
# {title}

A trained model behind a small HTTP server, as a folder from which docker or podman makes an image. Nothing in it
reaches out: it works without any network, sends no telemetry, and holds no training code.

{task}

## Build

```sh
docker build -t {image} .
podman build --format docker -t {image} .
```

{network}

The image stands on `{base}`, which the engine fetches once. To stand on an image of your own, or on one fixed by its
digest, name it for both stages; it needs Python {python}, the first one pip too:

```sh
docker build -t {image} --build-arg BUILDER=IMAGE@sha256:… --build-arg BASE=IMAGE@sha256:… .
```

## Run

```sh
docker run --detach --name {name} --publish 127.0.0.1:{port}:{port} \\
    --read-only --tmpfs /tmp:rw,noexec,nosuid,nodev,size={scratch}m --cap-drop ALL \\
    --security-opt no-new-privileges --pids-limit {pids} --memory {memory}m {image}
```

The same line works with `podman` in the place of `docker`; on a computer without systemd podman wants
`--no-healthcheck` too. `compose.yaml` says the same for `docker compose up --build`, and `kubernetes.yaml` for
`kubectl apply -f`, there with a policy that lets no connection out.

The server runs as user {user}, writes nothing, and answers on port {port} (`--env PORT=…` for another). To let only
those in who know a token, add `--env AUTODIDACT_TOKEN=…`, and send `Authorization: Bearer …` with every request. It
has no encryption of its own: put it behind a proxy that has before others reach it.

## Ask

```sh
curl http://127.0.0.1:{port}/healthz
curl --data-binary @'model/{sample_folder}/{sample}' -H 'Content-Type: {sample_type}' http://127.0.0.1:{port}/predict
```

The answer to that sample is in `model/{sample_folder}/expected.json`. About what is yours:

```sh
{curl}```

{many} From Python:

```python
{python_code}```

http://127.0.0.1:{port}/docs describes all paths,
with a page to try them: `/predict`, the Open Inference Protocol under `/v2`, the paths of Custom Vision's containers,
`/metadata` and `/metrics`.

## Stop

```sh
docker stop -t {grace} {name} && docker rm {name}
```

It finishes the requests it has begun first.

## What is in the folder

| | |
| --- | --- |
| `Dockerfile`, `.dockerignore` | how the image is made |
| `app/` | the server, in Python |
| `model/` | `model.onnx`, what it takes and answers (`manifest.json`), a sample, and the licences (`LICENSES/`) |
| `requirements.txt` | the packages, each with the hashes of the files that may be installed |
| `wheels/` | the packages themselves, where they were exported too |
| `compose.yaml`, `kubernetes.yaml` | the container as it should run |
{triton}
The server is under the Apache License 2.0 (`app/LICENSE`); `model/LICENSES/` has the full texts of the licences of what
the model was made from, and the packages bring their own.

The model's fingerprint is `{fingerprint}`; that of each file is in `model/manifest.json` and is checked at every start.
"""

_ONLINE = """\
The packages are downloaded from the package index meanwhile, and only files with the hashes of `requirements.txt` are
installed. To build without a network, put those files (wheels for Python {python} on Linux) into `wheels/`, or export
with `--fetch-wheels`."""
_OFFLINE = """\
The packages lie in `wheels/`, for Linux on {platform}, so that the build needs no network once the base image is
there: add `--network none` to be sure."""
_TRITON = (
    "| `triton/` | a model repository for the Triton inference server: `tritonserver --model-repository triton` |\n"
)


def readme(facts: Facts, manifest: Mapping[str, Any], sample: str, platform: str | None, triton: bool) -> str:
    """Return ``README.md``; ``platform`` is that of the wheels inside, None without any."""
    task, url = Task.from_json(manifest["task"]), f"http://127.0.0.1:{PORT}/predict"
    network = _ONLINE.format(python=PYTHON) if platform is None else _OFFLINE.format(platform=platform)
    return _TEMPLATE.format(
        title=plain(facts.title),
        task=_task(manifest),
        image=facts.image,
        name=facts.name,
        network=network,
        base=BASE,
        python=PYTHON,
        port=PORT,
        scratch=SCRATCH_MB,
        pids=PIDS,
        memory=facts.most_mb,
        user=USER,
        grace=GRACE_S,
        sample_folder=SAMPLE,
        sample=sample.translate(_SHELL),
        sample_type=content_type(sample),
        curl=examples.curl(task, url),
        python_code=examples.python(task, url),
        many=examples.many(task),
        triton=_TRITON if triton else "",
        fingerprint=manifest["model_sha256"],
    )


def _task(manifest: Mapping[str, Any]) -> str:
    task, score = manifest["task"], manifest.get("score")
    what = {
        "image": "It looks at a picture",
        "audio": "It listens to a sound",
        "text": "It reads a text",
        "table": "It reads a row of a table",
    }.get(str(task.get("modality")), "It looks at a sample")
    classes = [plain(str(name)) or "(no name)" for name in task.get("classes") or ()]
    if classes:
        shown = ", ".join(f"“{name}”" for name in classes[:20])
        more = f" and {len(classes) - 20} more" if len(classes) > 20 else ""
        several = " and says which of these hold" if task.get("kind") == "multilabel" else " and names one of these"
        what += f"{several}: {shown}{more}."
    else:
        what += " and answers with a number."
    if score:
        what += f" On samples it never saw, it reached {plain(str(score['metric']))} {float(score['value']):.4g}."
    return what


def plain(text: str) -> str:
    r"""Return a name from outside as one line that Markdown takes literally.

    >>> plain("grass\n# snake `🐍` <b>")
    'grass # snake \\`🐍\\` \\<b\\>'
    """
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return "".join(f"\\{letter}" if letter in _MARKS else letter for letter in line)
