"""A model as a folder from which docker or podman makes an image, with a network or without."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from typing_extensions import override

from engine.task import Modality
from exporters.base import Exporter, ExportReport, Progress
from exporters.container.context import code, texts
from exporters.container.facts import Facts
from exporters.container.pins import container_lock
from exporters.container.triton import repository
from exporters.container.wheels import fetched_wheels, given_wheels
from exporters.errors import NotExportable
from exporters.files import new_folder, write_together
from exporters.manifest import untimed, written
from exporters.packaged import write_package
from exporters.source import Source
from exporters.standalone.described import MANIFEST, MODEL
from exporters.standalone.replay import EXPECTED, SAMPLE
from exporters.targets import PLATFORMS

_PACKAGED, _FETCHED = 0.8, 0.95


class DockerExporter(Exporter):
    """Writes a build context: the package folder, the server, pinned packages, and how to run it.

    Its options: ``wheels``, a folder of wheels that are to go along, checked against the lock; ``fetch_wheels``, to
    download them; ``platform``, the processor they are for; ``triton``, for a repository of that server too.
    """

    target: ClassVar[str] = "docker"

    def __init__(
        self, wheels: Path | None = None, fetch_wheels: bool = False, platform: str = "x86_64", triton: bool = False
    ) -> None:
        self._wheels = wheels
        self._fetch = fetch_wheels
        self._platform = platform
        self._triton = triton

    @override
    def export(self, source: Source, out: Path, progress: Progress) -> ExportReport:
        begin = time.perf_counter()
        self._check()
        with new_folder(out) as folder:
            packaged = write_package(source, folder / "model", lambda share, text: progress(_PACKAGED * share, text))
            manifest = untimed(packaged.manifest)
            write_together({folder / "model" / MANIFEST: written(manifest)})
            self._complete(folder, manifest, progress)
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        return ExportReport(
            target=self.target,
            path=out,
            parity_path=out / "model" / MANIFEST,
            bytes=size,
            seconds=round(time.perf_counter() - begin, 2),
            parity=packaged.proven.parity.to_json(),
            notes=packaged.proven.notes,
            score=packaged.manifest["score"],
        )

    def _check(self) -> None:
        if self._platform not in PLATFORMS:
            raise NotExportable(
                f"Containers are made for {' or '.join(PLATFORMS)}, but got {self._platform!r}. Nothing was exported."
            )
        if self._fetch and self._wheels is not None:
            raise NotExportable(
                "Wheels are either given (--wheels) or downloaded (--fetch-wheels), not both. Nothing was exported."
            )

    def _complete(self, folder: Path, manifest: Mapping[str, Any], progress: Progress) -> None:
        """Write everything around the package in ``folder / "model"``."""
        content = (folder / "model" / MODEL).read_bytes()
        facts = Facts.said(manifest)
        modality = Modality(manifest["task"]["modality"])
        lock = container_lock(manifest)
        offline = self._fetch or self._wheels is not None
        sample = json.loads((folder / "model" / SAMPLE / EXPECTED).read_bytes())["file"]
        platform = self._platform if offline else None
        files = texts(facts, manifest, lock, sample, platform, self._triton)
        files |= code(modality)
        if self._triton:
            files |= {f"triton/{path}": part for path, part in repository(facts.name, content).items()}
        write_together({folder / path: written for path, written in files.items()})
        if offline:
            progress(_PACKAGED, "Downloading the packages" if self._fetch else "Checking the packages")
            with self._wheels_for(lock) as wheels:
                progress(_FETCHED, "Adding the packages")
                for name, path in wheels.items():
                    shutil.copyfile(path, folder / "wheels" / name)

    @contextmanager
    def _wheels_for(self, lock: str) -> Iterator[Mapping[str, Path]]:
        if self._wheels is not None:
            yield given_wheels(lock, self._wheels, self._platform)
        else:
            with fetched_wheels(lock, self._platform) as wheels:
                yield wheels
