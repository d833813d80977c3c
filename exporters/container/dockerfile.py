"""The Dockerfile and what the engine may read of the context."""

from __future__ import annotations

from exporters.container.facts import PORT, PYTHON, USER, Facts

BASE = f"docker.io/library/python:{PYTHON}-slim-bookworm"
CONTEXT = ("app", "model", "wheels", "requirements.txt")
"""What is sent to the engine; everything else in the folder stays out of the image."""

LEFT_OUT = ("model/serving.json",)
"""What the server keeps beside a model that is served from the folder itself: no image is made with it."""

TUNE_SECONDS = 0.5  # at every start, since nothing can be kept on a root that cannot be written

_TEMPLATE = """\
# {name}: a model exported by Autodidact Studio, behind a small HTTP server.
#
#   docker build -t {image} .
#   podman build --format docker -t {image} .
#
# With wheels in wheels/ nothing is downloaded but the base image, and `--network none` works; without, the packages
# come from the package index. In both cases only files with the hashes of requirements.txt are installed.
# BUILDER needs Python {python} with pip, BASE the same Python. To build the same image for ever, name them by digest:
#
#   --build-arg BUILDER={base}@sha256:… --build-arg BASE={base}@sha256:…
ARG BUILDER={base}
ARG BASE={base}

FROM ${{BUILDER}} AS build
COPY wheels /wheels/
COPY requirements.txt /requirements.txt
RUN set -eu; \\
    python3 -c 'import sys; sys.exit("BUILDER needs Python {python}" if sys.version_info[:2] != ({comma}) else 0)'; \\
    offline=; \\
    if ls /wheels/*.whl >/dev/null 2>&1; then offline="--no-index --find-links=/wheels"; fi; \\
    python3 -m pip install --no-cache-dir --disable-pip-version-check --no-compile --no-deps \\
        --only-binary=:all: --require-hashes $offline --target /image/deps --requirement /requirements.txt; \\
    find /image/deps -type d -name tests -prune -exec rm -rf {{}} +; \\
    python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /image/deps >/dev/null || true; \\
    chmod -R u=rwX,go=rX /image/deps
COPY app /image/app
COPY model /image/model
RUN set -eu; \\
    python3 -m compileall -q --invalidation-mode unchecked-hash /image/app; \\
    chmod -R u=rwX,go=rX /image/app /image/model

FROM ${{BASE}}
COPY --from=build /image/deps /deps
COPY --from=build /image/app /app
COPY --from=build /image/model /model
ENV PYTHONPATH=/app:/deps \\
    PYTHONDONTWRITEBYTECODE=1 \\
    PYTHONUNBUFFERED=1 \\
    ORT_DISABLE_TELEMETRY=1 \\
    AUTODIDACT_TUNE_SECONDS={tune} \\
    PORT={port}
WORKDIR /app
USER {user}:{user}
EXPOSE {port}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["python3", "/app/healthcheck.py"]
CMD ["python3", "-m", "exporters.server", "/model", "--host", "0.0.0.0"]
"""


def dockerfile(facts: Facts) -> str:
    """Return the Dockerfile: packages and code are prepared in one stage, and run in another that has no pip."""
    comma = PYTHON.replace(".", ", ")
    return _TEMPLATE.format(
        name=facts.name,
        image=facts.image,
        base=BASE,
        python=PYTHON,
        comma=comma,
        port=PORT,
        user=USER,
        tune=TUNE_SECONDS,
    )


def dockerignore() -> str:
    """Return the ``.dockerignore``: nothing goes to the engine but what the Dockerfile copies."""
    kept = "".join(f"!{name}\n" for name in CONTEXT)
    left_out = "".join(f"{name}\n" for name in LEFT_OUT)
    return f"# Nothing but what the Dockerfile copies.\n*\n{kept}{left_out}**/__pycache__\n"
