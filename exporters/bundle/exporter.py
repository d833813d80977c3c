"""The bundle: a package folder, the program that asks it, and what tells a person how, as one zip."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from typing_extensions import override

from engine.task import Modality
from exporters.base import Exporter, ExportReport, Progress
from exporters.bundle.archive import archive
from exporters.bundle.layout import CODE, PREDICT, PROGRAM, SHIPPED
from exporters.bundle.readme import readme
from exporters.errors import NotWritable
from exporters.files import unfinished, write_together
from exporters.manifest import untimed, written
from exporters.packaged import write_package
from exporters.requirements import lock_name, lock_text
from exporters.source import Source
from exporters.standalone.described import MANIFEST
from exporters.standalone.replay import EXPECTED, SAMPLE
from exporters.vendoring import vendored

_PACKAGED = 0.95


class BundleExporter(Exporter):
    """Writes ``<name>.zip``."""

    target: ClassVar[str] = "bundle"

    @override
    def export(self, source: Source, out: Path, progress: Progress) -> ExportReport:
        start = time.perf_counter()
        path = out / f"{source.name}.zip"
        replaced = _replaceable(path)
        try:
            with TemporaryDirectory(prefix="autodidact-") as scratch:
                folder = Path(scratch) / "package"
                packaged = write_package(source, folder, lambda share, text: progress(_PACKAGED * share, text))
                progress(_PACKAGED, "Packing")
                content = archive(bundle_files(folder, packaged.manifest), source.name)
        except OSError as error:
            raise unfinished(error) from error
        write_together({path: content})
        notes = [f"SHA-256 of {path.name}: {hashlib.sha256(content).hexdigest()}"]
        if replaced:
            notes.append(f"An older export of that name was replaced in {out}.")
        return ExportReport(
            target=self.target,
            path=path,
            parity_path=path,
            bytes=len(content),
            seconds=round(time.perf_counter() - start, 2),
            parity=packaged.proven.parity.to_json(),
            notes=(*packaged.proven.notes, *notes),
            score=packaged.manifest["score"],
        )


def bundle_files(folder: Path, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Return all files of the bundle around the package in ``folder``, by their paths in it.

    What was timed is left out of its manifest, so that the same run gives the same bundle.
    """
    files = {name: (folder / name).read_bytes() for name in manifest["files"]}
    said = json.loads(files[f"{SAMPLE}/{EXPECTED}"])
    same = untimed(manifest)
    around = {
        **{f"{CODE}/{name}": code for name, code in vendored(Modality(manifest["task"]["modality"])).items()},
        PREDICT: PROGRAM,
        "requirements.txt": lock_text(lock_name(manifest)).encode(),
        "README.md": readme(same, said["file"], said["real"]).encode(),
    }
    same[SHIPPED] = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(around.items())}
    return {**files, **around, MANIFEST: written(same)}


def _replaceable(path: Path) -> bool:
    """Return whether there is an older export at ``path``, which may be replaced.

    Raises:
        NotWritable: something else is there, which may not.
    """
    if not path.exists() and not path.is_symlink():
        return False
    if is_bundle(path):
        return True
    raise NotWritable(f"{path} is there already and is no export, so it was left alone. Choose another folder.")


def is_bundle(path: Path) -> bool:
    """Return whether a file is a bundle, by the names inside."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as content:
            names = {name.partition("/")[2] for name in content.namelist()}
    except (OSError, zipfile.BadZipFile):
        return False
    return {MANIFEST, PREDICT} <= names
