"""The licences of what is inside: the weights and the libraries."""

from __future__ import annotations

from exporters.report.document import Block, Heading, Paragraph, Table
from exporters.report.libraries import Library
from exporters.report.material import Material
from exporters.report.sections.words import name_of


def licences(material: Material, libraries: tuple[Library, ...], sbom: str) -> list[Block]:
    """Return the chapter; ``sbom`` is the name of the file that has all of it for machines."""
    blocks: list[Block] = [
        Heading("Licences"),
        Paragraph(
            "What was learned from the data belongs to whoever trained the model, as far as the rights in the data "
            "allow. The licence of the data is not recorded in a run: know it before you hand the model on. "
            "Autodidact Studio itself is under the Apache License 2.0."
        ),
    ]
    if material.weights:
        inside = tuple((name_of(one["name"]), name_of(one["licence"]), one["sha256"][:16]) for one in material.weights)
        caption = "Pretrained networks inside the model, or that it was tuned from"
        blocks.append(Table(caption, ("Network", "Licence", "SHA-256 begins"), inside))
    elif material.weights is None:
        blocks.append(Paragraph("Which pretrained networks are inside is not known: the model could not be opened."))
    else:
        blocks.append(Paragraph("No pretrained network is inside: the model was learned from the data alone."))
    rows = tuple((one.name, one.version, one.licence, one.role) for one in libraries)
    caption = f"Libraries, as installed where this card was written; {sbom} has the same for machines (CycloneDX)"
    return [*blocks, Table(caption, ("Library", "Version", "Licence", "Needed"), rows, first=20)]
