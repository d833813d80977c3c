"""Figures and the bounds they are to keep, written down as lines of a file, the newest of each part shown as tables."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

REPORTS = Path(__file__).parent / "reports"


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, and the ``most`` or the ``least`` that it may be; None where there is no such bound."""

    name: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the bounds are kept."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def line(self) -> str:
        """Return a line of a table.

        >>> Figure("seconds", 2.25, "s", most=3).line()
        '| seconds | 2.25 s | ≤ 3 s | yes |'
        """
        bounds = [
            f"{sign} {self._shown(bound)}" for sign, bound in (("≤", self.most), ("≥", self.least)) if bound is not None
        ]
        verdict = "" if not bounds else "yes" if self.kept else "**no**"
        return f"| {self.name} | {self._shown(self.value)} | {', '.join(bounds)} | {verdict} |"

    def _shown(self, value: float) -> str:
        number = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:.3g}"
        return f"{number} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Ledger:
    """All figures of one half of the product, measured by ``command``: ``name.jsonl``, with ``name.md`` beside it."""

    name: str
    title: str
    command: str
    folder: Path = REPORTS

    @property
    def lines(self) -> Path:
        """Where the figures are kept, a line each time a part is measured."""
        return self.folder / f"{self.name}.jsonl"

    def keep(
        self, part: str, figures: Sequence[Figure], about: Mapping[str, Any], pictures: Path | None = None
    ) -> None:
        """Append what a part measured, with facts about the machine; take in what it drew; write the report anew."""
        self.folder.mkdir(parents=True, exist_ok=True)
        line = {"part": part, "figures": [asdict(figure) for figure in figures], "about": about}
        with self.lines.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        for picture in () if pictures is None else pictures.glob("*.png"):
            shutil.copyfile(picture, self.folder / f"{self.name}-{picture.name}")
        self.lines.with_suffix(".md").write_text(self.report(), encoding="utf-8")

    def report(self) -> str:
        """Return the newest figures of all parts as Markdown."""
        pieces = [f"# {self.title}", "", f"`{self.command}` measures these again."]
        for part, line in sorted(self._newest().items()):
            about = line["about"]
            pieces += [
                "",
                f"## {part}",
                "",
                "{date}, {cores} cores of {cpu}, load before {load_before}, commit {commit}.".format(**about),
                "",
                "| figure | measured | bound | kept |",
                "| --- | --- | --- | --- |",
                *(Figure(**figure).line() for figure in line["figures"]),
            ]
            picture = self.folder / f"{self.name}-{part}.png"
            if picture.is_file():
                pieces += ["", f"![{part}]({picture.name})"]
        return "\n".join([*pieces, ""])

    def _newest(self) -> dict[str, dict[str, Any]]:
        if not self.lines.is_file():
            return {}
        lines = map(json.loads, self.lines.read_text(encoding="utf-8").splitlines())
        return {line["part"]: line for line in lines}
