"""Check a bundle, a package folder or a zip of one, and ask it about its sample somewhere clean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from exporters.errors import ExportError
from exporters.standalone.errors import NotAPackage
from exporters.standalone.replay import TOLERANCE
from exporters.verify.checks import Checked, check
from exporters.verify.environment import Environment, fresh_environment, own_interpreter
from exporters.verify.lone import check_lone, is_lone
from exporters.verify.unpack import unpack

_OTHER_PROGRAMS = (
    "The programs beside the model are not those of this version of Autodidact Studio: it is older or newer, or they "
    "were changed. They were not run; this version's own were."
)


@dataclass(frozen=True)
class Verdict:
    """Whether a package is what was exported, and sentences that say what was done and found."""

    holds: bool
    sentences: tuple[str, ...]


def verify(
    path: Path, wheels: Path | None = None, install: bool = False, tell: Callable[[str], None] = lambda words: None
) -> Verdict:
    """Verify the folder, zip or ``.onnx`` file at ``path``.

    The sample is asked in a fresh environment installed from the folder ``wheels``, or from pip's index with
    ``install``; without either, in an interpreter of its own that sees only what the export needs.
    """
    try:
        with TemporaryDirectory(prefix="autodidact-verify-") as scratch:
            return _verified(path, Path(scratch), wheels, install, tell)
    except (NotAPackage, ExportError) as error:
        return Verdict(False, (f"{path.name} is not verified. {error}",))
    except OSError as error:
        return Verdict(False, (f"{path.name} is not verified: it cannot be read ({error.strerror or error}).",))


def _verified(path: Path, scratch: Path, wheels: Path | None, install: bool, tell: Callable[[str], None]) -> Verdict:
    if is_lone(path):
        return Verdict(True, (check_lone(path, scratch), f"{path.name} is verified."))
    folder = path
    if not path.is_dir():
        folder = scratch / "unpacked"
        unpack(path, folder)
    tell("Comparing every file with the manifest")
    checked = check(folder)
    notes = () if checked.own else (_OTHER_PROGRAMS,)
    if wheels is not None or install:
        tell("Installing what the model needs into a fresh environment")
        environment = fresh_environment(checked.modality, checked.lock, scratch, wheels)
    else:
        environment = own_interpreter(checked.modality, checked.lock, scratch)
    tell("Asking the model about its sample")
    return _judged(path.name, checked, environment, environment.replay(checked.folder, scratch), notes)


def _judged(
    name: str, checked: Checked, environment: Environment, said: dict[str, Any], notes: tuple[str, ...]
) -> Verdict:
    same = f"All {checked.files} files of {name} are as they were exported: every SHA-256 fits."
    if "problem" in said:
        return Verdict(False, (same, *notes, f"But {name} is not verified. {said['problem']}"))
    difference = said["difference"]
    apart = "of another kind" if difference is None else f"{difference:.1g} apart"
    asked = f"Asked about {said['sample']} in {environment.words}, it answers as the trained model did:"
    if difference is None or difference > TOLERANCE:
        asked = asked.replace("it answers as the trained model did:", "it does not answer as the trained model did:")
        return Verdict(False, (same, *notes, f"{asked} {apart}. {name} is not verified. Export the model again."))
    return Verdict(True, (same, *notes, f"{asked} {apart}, and {TOLERANCE:.0e} would be too much. {name} is verified."))
