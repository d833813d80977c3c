"""Pascal VOC: an XML file a picture, its boxes in pixels (http://host.robots.ox.ac.uk/pascal/VOC)."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import FileCodec, Reading
from labeling.annotations.documents import name_of, number, read_xml, size_of
from labeling.annotations.lookup import Lookup
from labeling.annotations.model import Annotated, Annotations, Box, Carried, fitted
from labeling.annotations.naming import own_files
from labeling.splits import split_of_folders
from labeling.walk import Found

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FOLDER = "annotations"


class Voc(FileCodec):
    """Boxes in pictures."""

    name = "voc"
    title = "Pascal VOC"
    modalities = frozenset({Modality.IMAGE})
    carries = frozenset({Carried.BOXES, Carried.EMPTY, Carried.SPLIT})
    endings = (".xml",)

    @override
    def owns(self, path: Path) -> bool:
        return _is_voc(path)

    @override
    def samples(self, found: Found, reading: Reading) -> list[Annotated]:
        root = read_xml(found.path)
        sample = _sample(root, found, reading.media(), reading.result) if root.tag == "annotation" else None
        return [] if sample is None else [sample]

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        from xml.etree.ElementTree import ElementTree, indent

        said = [sample for sample in annotations.samples if sample.boxes is not None]
        places = [str(PurePosixPath(sample.split or "", FOLDER, sample.name)) for sample in said]
        for sample, inner in zip(annotations.one_by_one(said), own_files(places, ".xml"), strict=True):
            root = _element(sample)
            indent(root)
            target = folder / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            ElementTree(root).write(target, encoding="utf-8", xml_declaration=True)


def _is_voc(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError:
        return False
    return b"<annotation" in start


def _sample(root: Element, found: Found, lookup: Lookup, result: Annotations) -> Annotated | None:
    written = name_of(root.findtext("filename"))
    name = lookup.of_file(found.relative, written)
    if name is None:
        result.complain(
            found.relative, f"It is about the picture {written or found.path.stem}, which is not there: left out."
        )
        return None
    size = size_of(root.findtext("size/width"), root.findtext("size/height")) or lookup.size(name)
    boxes = []
    for item in root.iterfind("object"):
        label = name_of(item.findtext("name"))
        left, top, right, bottom = (number(item.findtext(f"bndbox/{key}")) for key in ("xmin", "ymin", "xmax", "ymax"))
        if not label:
            result.complain(name, "A box has no class, so it was left out.")
            continue
        box, sentence = fitted(Box(label, left, top, right - left, bottom - top), size)
        if sentence:
            result.complain(name, sentence)
        if box is not None:
            boxes.append(box)
    split = split_of_folders(found)
    return Annotated(name, size=size, boxes=tuple(boxes), split=split)


def _element(sample: Annotated) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    root = Element("annotation")
    SubElement(root, "filename").text = sample.name
    if sample.size is not None:
        size = SubElement(root, "size")
        for key, value in zip(("width", "height", "depth"), (*sample.size, 3), strict=True):
            SubElement(size, key).text = str(value)
    for box in sample.boxes or ():
        item = SubElement(root, "object")
        for key, text in (("name", box.label), ("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")):
            SubElement(item, key).text = text
        corners = SubElement(item, "bndbox")
        places = (box.x, box.y, box.x + box.width, box.y + box.height)
        for key, place in zip(("xmin", "ymin", "xmax", "ymax"), places, strict=True):
            SubElement(corners, key).text = f"{place:.12g}"
    return root
