"""Figures of the labelling half, each with the bound that it is to keep, kept as lines and shown as a table."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "reports" / "labeling.jsonl"
REPORT = RESULTS.with_suffix(".md")


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, and ``most`` that it may be; None where there is no bound."""

    name: str
    value: float
    unit: str = ""
    most: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the bound is kept."""
        return self.most is None or self.value <= self.most

    def line(self) -> str:
        """Return a line of a table."""
        bound = "" if self.most is None else f"≤ {_shown(self.most)} {self.unit}"
        verdict = "" if self.most is None else "yes" if self.kept else "**no**"
        return f"| {self.name} | {_shown(self.value)} {self.unit} | {bound} | {verdict} |"


def keep(part: str, figures: Sequence[Figure], about: dict[str, Any], path: Path = RESULTS) -> None:
    """Append what a part measured, with facts about the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = {"part": part, "figures": [asdict(figure) for figure in figures], "about": about}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def keep_pictures(folder: Path, path: Path = RESULTS) -> None:
    """Keep the pictures that a part drew into its folder, beside the report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for picture in folder.glob("*.png"):
        shutil.copyfile(picture, path.with_name(f"{path.stem}-{picture.name}"))


def newest(path: Path = RESULTS) -> dict[str, dict[str, Any]]:
    """Return the newest line of each part."""
    if not path.is_file():
        return {}
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {line["part"]: line for line in lines}


def report(found: dict[str, dict[str, Any]]) -> str:
    """Return the newest figures of all parts as Markdown."""
    parts = [
        "# Labelling, measured",
        "",
        "`make bench-labeling` measures these again; bounds are those of the product.",
    ]
    for part, line in found.items():
        about = line["about"]
        parts += [
            "",
            f"## {part}",
            "",
            f"{about['date']}, {about['cores']} cores of {about['cpu']}, load before {about['load_before']}, commit "
            f"{about['commit']}.",
            "",
            "| figure | measured | bound | kept |",
            "| --- | --- | --- | --- |",
            *(Figure(**figure).line() for figure in line["figures"]),
        ]
        picture = RESULTS.with_name(f"{RESULTS.stem}-{part}.png")
        if picture.is_file():
            parts += ["", f"![{part}]({picture.name})"]
    return "\n".join(parts) + "\n"


def _shown(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:.3g}"
