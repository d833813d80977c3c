"""The annotation formats: a registry by the name that the command line asks for.

A format is one file here, which reads it and writes it, and a line below. What any list, table or folder is read as
(:mod:`labeling.formats`, :mod:`labeling.autodl.reading`) has its writer alone here.
"""

from __future__ import annotations

from labeling.annotations.audacity import Audacity
from labeling.annotations.class_folders import ClassFolders
from labeling.annotations.coco import Coco
from labeling.annotations.codec import Codec, Writer
from labeling.annotations.conll import Conll
from labeling.annotations.create_ml import CreateMl
from labeling.annotations.csv_list import CsvList, XlsxList
from labeling.annotations.custom_vision import CustomVision
from labeling.annotations.fasttext import FastText
from labeling.annotations.jsonl import JsonLines
from labeling.annotations.label_studio import LabelStudio
from labeling.annotations.labelme import Labelme
from labeling.annotations.voc import Voc
from labeling.annotations.yolo import Yolo
from labeling.autodl.writing import AutoDl

CODECS: dict[str, Codec] = {
    codec.name: codec
    for codec in (
        Coco(),
        CustomVision(),
        LabelStudio(),
        CreateMl(),
        Labelme(),
        Voc(),
        Yolo(),
        Audacity(),
        FastText(),
        Conll(),
        JsonLines(),
    )
}

WRITERS: dict[str, Writer] = {
    **CODECS,
    **{writer.name: writer for writer in (ClassFolders(), CsvList(), XlsxList(), AutoDl())},
}
