"""The whole card: its chapters in the order that they are read, plain words first."""

from __future__ import annotations

from exporters.report.document import Block, Document
from exporters.report.libraries import Library
from exporters.report.material import Material
from exporters.report.sections.data import data
from exporters.report.sections.failures import failures
from exporters.report.sections.licences import licences
from exporters.report.sections.limits import limits
from exporters.report.sections.measuring import measuring
from exporters.report.sections.parts import parts
from exporters.report.sections.summary import subtitle, summary
from exporters.report.sections.sureness import sureness
from exporters.report.sections.technical import technical
from exporters.report.sections.training import training
from exporters.report.sections.words import name_of


def card(material: Material, libraries: tuple[Library, ...], sbom: str) -> Document:
    """Return the card of ``material``; ``sbom`` is the name of the file with what is inside."""
    chapters: list[list[Block]] = [
        summary(material),
        data(material),
        measuring(material),
        failures(material),
        sureness(material),
        limits(material),
        training(material),
        parts(material),
        technical(material),
        licences(material, libraries, sbom),
    ]
    name = name_of(material.name)
    return Document(
        title=f"Model card: {name}",
        subtitle=subtitle(material),
        blocks=tuple(block for chapter in chapters for block in chapter),
        moment=material.moment,
        keywords=("model card", material.task.modality.value, material.task.kind.value),
    )
