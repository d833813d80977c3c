"""The annotation formats: a registry by the name that the command line asks for.

A format is one file here, which reads it and writes it, and a line below.
"""

from __future__ import annotations

from labeling.annotations.audacity import Audacity
from labeling.annotations.coco import Coco
from labeling.annotations.codec import Codec, Writer
from labeling.annotations.conll import Conll
from labeling.annotations.create_ml import CreateMl
from labeling.annotations.csv_list import CsvList
from labeling.annotations.custom_vision import CustomVision
from labeling.annotations.fasttext import FastText
from labeling.annotations.jsonl import JsonLines
from labeling.annotations.label_studio import LabelStudio
from labeling.annotations.labelme import Labelme
from labeling.annotations.voc import Voc
from labeling.annotations.yolo import Yolo

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

WRITERS: dict[str, Writer] = {**CODECS, CsvList.name: CsvList()}
