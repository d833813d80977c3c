"""The card of a run as three files: a page, a PDF, and the bill of what is inside."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from engine.wording import size
from exporters.base import Exporter, ExportReport, Progress
from exporters.errors import NothingToExport, NotWritable
from exporters.files import write_together
from exporters.report.card import card
from exporters.report.document import Document
from exporters.report.letters import letters
from exporters.report.libraries import libraries
from exporters.report.material import gather
from exporters.source import Source

PAGE, PRINT, BILL = "{}-card.html", "{}-card.pdf", "{}-sbom.cdx.json"
_MAKER = b"Autodidact Studio"  # which every part of a card names
_REPLACED = "An older card of that name was replaced in {}."


@dataclass(frozen=True)
class CardReport(ExportReport):
    """What was written; a card is compared with nothing, so ``parity`` is empty and its path that of the page."""

    @override
    def sentence(self) -> str:
        others = f"{self.path.with_suffix('.pdf').name} and {BILL.format(self.path.name.removesuffix('-card.html'))}"
        return f"Wrote {self.path} ({size(self.bytes)} with {others} beside it)."


class ReportExporter(Exporter):
    """Writes ``<name>-card.html``, ``<name>-card.pdf`` and ``<name>-sbom.cdx.json``; other files stay.

    An older card of that name is replaced, which a note tells; nothing else ever is.
    """

    target: ClassVar[str] = "report"

    @override
    def export(self, source: Source, out: Path, progress: Progress) -> ExportReport:
        if source.folder is None:
            raise NothingToExport(
                "This model lies in no folder, so there is nothing to write a card of. Save it first."
            )
        return self.export_at(source.folder, out, progress)

    @override
    def export_at(self, path: Path, out: Path, progress: Progress) -> ExportReport:
        from exporters.report.html import page
        from exporters.report.sbom import sbom

        start = time.perf_counter()
        progress(0.05, "Reading the run")
        material = gather(path)
        replaced = [_replaceable(out / name.format(material.name)) for name in (PAGE, PRINT, BILL)]
        inside = libraries(material.task.modality.value)
        progress(0.3, "Working out the figures")
        bill = BILL.format(material.name)
        document = card(material, inside, bill)
        progress(0.5, "Writing the page")
        web = page(document)
        progress(0.6, "Writing the PDF")
        paper, note = printed(document)
        files = {PAGE.format(material.name): web, PRINT.format(material.name): paper, bill: sbom(material, inside)}
        progress(0.95, "Writing the files")
        write_together({out / name: content for name, content in files.items()})
        place = out / PAGE.format(material.name)
        return CardReport(
            target=self.target,
            path=place,
            parity_path=place,
            bytes=sum(map(len, files.values())),
            seconds=round(time.perf_counter() - start, 2),
            parity={},
            notes=(*material.missing, *([note] if note else []), *([_REPLACED.format(out)] if any(replaced) else [])),
        )


def _replaceable(path: Path) -> bool:
    """Return whether an older card, or a part of one, is at ``path``, which may be replaced.

    Raises:
        NotWritable: something else is there, which may not.
    """
    if not path.exists() and not path.is_symlink():
        return False
    try:
        ours = path.is_file() and _MAKER in path.read_bytes()
    except OSError:
        ours = False
    if not ours:
        raise NotWritable(f"{path} is there already and is no card, so it was left alone. Choose another folder.")
    return True


def printed(document: Document) -> tuple[bytes, str]:
    """Return the card as PDF, and what a reader must know about letters that it lacks; empty where it has all."""
    from exporters.report.pdf.fonts import UNREADABLE, find_fonts, without_fonts
    from exporters.report.pdf.writer import pdf

    fonts = find_fonts(letters(document))
    try:
        return pdf(document, fonts), fonts.note()
    except UNREADABLE:  # a font that looked sound was not: write with the letters that every reader has
        plain = without_fonts(letters(document))
        return pdf(document, plain), plain.note()
