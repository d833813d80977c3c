"""Files as the tools themselves write them: what they say, and what in them is broken."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from labeling.annotations.model import Annotated, Annotations, Box, Region, Span
from labeling.annotations.registry import CODECS
from labeling.errors import ImportRefused
from labeling.source import Source


def read(name: str, folder: Path) -> Annotations:
    codec, source = CODECS[name], Source(folder)
    assert codec.recognises(source)
    return codec.read(source)


def one(name: str, folder: Path) -> Annotated:
    annotations = read(name, folder)
    assert annotations.problems == []
    (sample,) = annotations.samples
    return sample


def picture(path: Path, size: tuple[int, int] = (200, 100)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size).save(path)


def sound(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(8000, dtype=np.float32), 8000)


def test_coco_finds_pictures_in_its_own_folders_and_reads_ids_as_words(tmp_path: Path) -> None:
    picture(tmp_path / "val2017" / "000000000139.jpg")
    (tmp_path / "annotations").mkdir()
    document = {
        "info": {"year": 2017},
        "licenses": [],
        "images": [{"id": "139", "file_name": "000000000139.jpg", "height": 100, "width": 200}],
        "annotations": [
            {
                "id": 1,
                "image_id": 139,
                "category_id": 64,
                "bbox": [10.5, 20, 30, 40.25],
                "segmentation": [],
                "iscrowd": 0,
            }
        ],
        "categories": [{"id": 64, "name": "potted plant", "supercategory": "furniture"}, {"id": 1, "name": "person"}],
    }
    (tmp_path / "annotations" / "instances_val2017.json").write_text(json.dumps(document))
    sample = one("coco", tmp_path)
    assert sample.name == "val2017/000000000139.jpg"
    assert sample.boxes == (Box("potted plant", 10.5, 20, 30, 40.25),)
    assert read("coco", tmp_path).classes == ("potted plant", "person")


def test_coco_whose_list_of_categories_lies_deep_inside_is_recognised(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    gone = [{"width": 9, "height": 9, "id": place, "file_name": f"gone {place}.jpg"} for place in range(2000)]
    box = {"id": 0, "image_id": 7000, "category_id": 0, "segmentation": [[0.0] * 2000], "bbox": [10, 20, 30, 40]}
    document = {
        "images": [*gone, {"width": 200, "height": 100, "id": 7000, "file_name": "images\\a.jpg"}],
        "categories": [{"id": 0, "name": "cell"}],
        "annotations": [box] * 20,
    }
    (tmp_path / "result.json").write_text(json.dumps(document))
    assert [sample.boxes for sample in read("coco", tmp_path).samples] == [(Box("cell", 10, 20, 30, 40),) * 20]


def test_label_studio_whose_first_results_are_long_is_recognised(tmp_path: Path) -> None:
    result = [{"type": "choices", "value": {"choices": ["good"]}, "meta": {"text": ["x" * 200_000]}}]
    task = {"id": 1, "annotations": [{"result": result}], "data": {"text": "Nice"}}
    (tmp_path / "tasks.json").write_text(json.dumps([task]))
    assert one("label_studio", tmp_path) == Annotated("0", text="Nice", classes=("good",))


def test_broken_coco_loses_only_what_is_broken(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    document = """{"images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "gone.jpg"}, 7,
        {"id": 3, "file_name": "../../etc/passwd"}],
      "categories": [{"id": 1, "name": "cell"}],
      "annotations": [
        {"image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10]},
        {"image_id": 1, "category_id": 9, "bbox": [0, 0, 10, 10]},
        {"image_id": 1, "category_id": [1], "bbox": [0, 0, 10, 10]},
        {"image_id": 1, "category_id": 1, "bbox": [0, 0, NaN, 10]},
        {"image_id": 1, "category_id": 1, "bbox": [500, 0, 10, 10]},
        {"image_id": 1, "category_id": 1, "bbox": [190, 90, 100, 100]},
        {"image_id": 1, "category_id": 1, "bbox": [0, 0, 10]},
        {"image_id": 1, "category_id": 1, "bbox": [5, 5, 0, 10]}]}"""
    (tmp_path / "broken.json").write_text(document)
    annotations = read("coco", tmp_path)
    (sample,) = annotations.samples
    assert sample.boxes == (Box("cell", 0, 0, 10, 10), Box("cell", 190, 90, 10, 10))
    said = [f"{problem.path}: {problem.sentence}" for problem in annotations.problems]
    for words in ("gone.jpg", "passwd", "category 9", "no number", "outside", "cut off", "has no box", "no width"):
        assert sum(words in sentence for sentence in said) == 1, words


def test_yolo_of_old_and_new_tools(tmp_path: Path) -> None:
    for folder, names in (("new", "data.yaml"), ("old", "classes.txt")):
        root = tmp_path / folder
        picture(root / "images" / "train" / "a.b.png")
        (root / "labels" / "train").mkdir(parents=True)
        (root / "labels" / "train" / "a.b.txt").write_text("1 0.5 0.5 0.2 0.4\n0 0.1 0.1 0.3 0.1 0.3 0.5 0.1 0.5\n\n")
        text = (
            "nut\nbolt head\n" if names.endswith("txt") else "train: images/train\nnc: 2\nnames: ['nut', 'bolt head']\n"
        )
        (root / names).write_text(text)
        sample = one("yolo", root)
        assert (sample.name, sample.split, sample.size) == ("images/train/a.b.png", "train", (200, 100))
        assert sample.boxes is not None
        middle, outline = sample.boxes
        assert (middle.label, outline.label) == ("bolt head", "nut")
        assert [middle.x, middle.y, middle.width] == pytest.approx([80, 30, 40])
        assert [outline.x, outline.height] == pytest.approx([20, 40])


def test_yolo_without_its_list_of_classes_calls_them_by_number(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("3 0.5 0.5 1 1\n0 nan 0.5 1 1\n0 0.5 0.5\n")
    (tmp_path / "b.txt").write_text("3 0.5 0.5 1 1\n")
    annotations = read("yolo", tmp_path)
    (sample,) = annotations.samples
    assert sample.boxes == (Box("3", 0, 0, 200, 100),)
    said = [problem.sentence for problem in annotations.problems]
    assert sum("called by their numbers" in sentence for sentence in said) == 1
    assert sum("is no box" in sentence for sentence in said) == 2
    assert sum("no one picture b" in sentence for sentence in said) == 1


VOC = """<annotation><folder>f</folder><filename>{name}</filename><path>C:\\data\\a.jpg</path>
<size><width>200</width><height>100</height><depth>3</depth></size><segmented>0</segmented>{objects}</annotation>"""
VOC_BOX = """<object><name>{name}</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>
<bndbox><xmin>{x}</xmin><ymin>{y}</ymin><xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox></object>"""


def test_voc_of_labelimg(tmp_path: Path) -> None:
    picture(tmp_path / "JPEGImages" / "a.jpg")
    (tmp_path / "Annotations").mkdir()
    box = VOC_BOX.format(name="RBC", x=78, y=36, right=185, bottom=90)
    (tmp_path / "Annotations" / "a.xml").write_text(VOC.format(name="a.jpg", objects=box))
    assert one("voc", tmp_path).boxes == (Box("RBC", 78, 36, 107, 54),)


def test_voc_that_is_an_attack_or_broken_is_left_out_and_the_rest_is_read(tmp_path: Path) -> None:
    for name in "ab":
        picture(tmp_path / f"{name}.jpg")
    box = VOC_BOX.format(name="RBC", x=1, y=1, right=1, bottom=9)
    (tmp_path / "a.xml").write_text(VOC.format(name="a.jpg", objects=box))
    bomb = (
        '<!DOCTYPE annotation [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><annotation><filename>&b;</filename></annotation>'
    )
    (tmp_path / "b.xml").write_text(bomb)
    (tmp_path / "c.xml").write_text("<annotation><filename>b.jpg</filename>")
    annotations = read("voc", tmp_path)
    assert [(sample.name, sample.boxes) for sample in annotations.samples] == [("a.jpg", ())]
    said = [problem.sentence for problem in annotations.problems]
    assert [word in sentence for word, sentence in zip(("no width", "attack", "no XML"), said, strict=True)] == [
        True
    ] * 3


def test_labelme_takes_outlines_for_the_boxes_around_them(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    document = {
        "version": "4.5.6",
        "flags": {"blurred": True, "dark": False},
        "shapes": [
            {"label": "person", "points": [[10, 20], [50, 5], [30, 60]], "group_id": None, "shape_type": "polygon"},
            {"label": "ball", "points": [[100, 50], [100, 60]], "shape_type": "circle"},
            {"label": "edge", "points": [[0, 0], [9, 9]], "shape_type": "line"},
        ],
        "imagePath": "..\\photos\\a.jpg",
        "imageData": "AAAA",
        "imageHeight": 100,
        "imageWidth": 200,
    }
    (tmp_path / "a.json").write_text(json.dumps(document))
    annotations = read("labelme", tmp_path)
    (sample,) = annotations.samples
    assert sample.boxes == (Box("person", 10, 5, 40, 55), Box("ball", 90, 40, 20, 20))
    assert sample.classes == ("blurred",)
    assert ["edge" in problem.sentence for problem in annotations.problems] == [True]


def test_create_ml_gives_middles(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    mark = {"label": "Ball", "coordinates": {"y": 50, "x": 100, "height": 20, "width": 40}}
    (tmp_path / "_annotations.createml.json").write_text(json.dumps([{"image": "a.jpg", "annotations": [mark]}]))
    assert one("create_ml", tmp_path).boxes == (Box("Ball", 80, 40, 40, 20),)


def test_custom_vision_lists_tags_and_regions(tmp_path: Path) -> None:
    for name in ("1f00aaaa-0000", "photo one"):
        picture(tmp_path / f"{name}.jpg")
    tag = {"tagId": "t", "tagName": "bolt", "created": "2023-01-01"}
    region = {"regionId": "r", "tagName": "bolt", "left": 0.1, "top": 0.2, "width": 0.5, "height": 0.25}
    about = {"created": "2023-01-01", "width": 200, "height": 100, "thumbnailUri": ""}
    items = [
        {
            **about,
            "id": "1f00aaaa-0000",
            "originalImageUri": "https://x.blob.core.windows.net/i/o-1?sv=1",
            "tags": [tag],
        },
        {
            **about,
            "id": "77",
            "originalImageUri": "https://x/i/photo%20one.jpg?s=2",
            "tags": [tag],
            "regions": [region],
        },
    ]
    (tmp_path / "images_page_1.json").write_text(json.dumps(items))
    whole, boxed = read("custom_vision", tmp_path).samples
    assert (whole.name, whole.classes, whole.boxes) == ("1f00aaaa-0000.jpg", ("bolt",), None)
    assert (boxed.name, boxed.boxes) == ("photo one.jpg", (Box("bolt", 20, 20, 100, 25),))


def test_label_studio_finds_uploads_and_takes_the_last_word(tmp_path: Path) -> None:
    picture(tmp_path / "cat.jpg")
    sound(tmp_path / "bird.wav")
    box = {
        "original_width": 200,
        "original_height": 100,
        "value": {"x": 10, "y": 20, "width": 50, "height": 25, "rotation": 0, "rectanglelabels": ["cat"]},
        "type": "rectanglelabels",
    }
    skipped = {"was_cancelled": True, "result": [{"type": "choices", "value": {"choices": ["dog"]}}]}
    region = {"type": "labels", "value": {"start": 0.25, "end": 0.5, "channel": 0, "labels": ["tit"]}}
    span = {"type": "labels", "value": {"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}}
    beyond = {"type": "labels", "value": {"start": 3, "end": 40, "labels": ["PER"]}}
    tasks = [
        {"id": 1, "data": {"image": "/data/upload/1/0a1b2c3d-cat.jpg"}, "annotations": [{"result": [box]}, skipped]},
        {"id": 2, "data": {"audio": "/data/local-files/?d=sounds/bird.wav"}, "annotations": [{"result": [region]}]},
        {"id": 3, "data": {"text": "Anna left"}, "annotations": [{"result": [span, beyond]}], "predictions": []},
        {"id": 4, "data": {"text": "Not yet"}, "annotations": []},
        {"id": 5, "data": {"image": "gone.jpg"}, "annotations": [{"result": []}]},
    ]
    (tmp_path / "project-1-at-2024.json").write_text(json.dumps(tasks))
    annotations = read("label_studio", tmp_path)
    first, second, third, fourth = annotations.samples
    assert (first.name, first.boxes, first.classes) == ("cat.jpg", (Box("cat", 20, 20, 100, 25),), None)
    assert (second.name, second.regions) == ("bird.wav", (Region("tit", 0.25, 0.5),))
    assert (third.text, third.spans) == ("Anna left", (Span("PER", 0, 4),))
    assert (fourth.text, fourth.labelled) == ("Not yet", False)
    assert ["outside its text" in p.sentence or "task 5" in p.sentence for p in annotations.problems] == [True, True]


def test_audacity_tracks_with_bands_points_and_commas(tmp_path: Path) -> None:
    sound(tmp_path / "call.wav")
    track = "0,500000\t1,250000\tbird song\n\\\t2000.0\t4500.5\n3.0\t3.0\tclick\n5.0\t2.0\tbackwards\n"
    (tmp_path / "call_labels.txt").write_text(track)
    annotations = read("audacity", tmp_path)
    (sample,) = annotations.samples
    assert sample.regions == (Region("bird song", 0.5, 1.25, 2000.0, 4500.5), Region("click", 3.0, 3.0))
    assert ["ends before it starts" in problem.sentence for problem in annotations.problems] == [True]


def test_conll_of_2003_and_of_other_schemes(tmp_path: Path) -> None:
    lines = (
        "-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\nGerman JJ B-NP I-MISC\ncall NN I-NP I-MISC\n\n"
    )
    (tmp_path / "train.txt").write_text(lines + "Anna\tS-PER\nBell\tB-PER\nLabs\tE-PER\n")
    first, second = read("conll", tmp_path).samples
    assert first.text == "EU rejects German call"
    assert first.spans == (Span("ORG", 0, 2), Span("MISC", 11, 22))
    assert (second.text, second.spans) == ("Anna Bell Labs", (Span("PER", 0, 4), Span("PER", 5, 14)))
    assert first.split == "train"


def test_fasttext_lines(tmp_path: Path) -> None:
    (tmp_path / "cooking.train").write_text(
        "__label__sauce __label__cheese How much does it cost?\n__label__rice Cook it\n"
    )
    (tmp_path / "cooking.valid").write_text("__label__rice Again\n")
    samples = read("fasttext", tmp_path).samples
    assert [(sample.text, sample.classes, sample.split) for sample in samples] == [
        ("How much does it cost?", ("sauce", "cheese"), "train"),
        ("Cook it", ("rice",), "train"),
        ("Again", ("rice",), "validation"),
    ]


def test_fasttext_labels_end_with_any_blank(tmp_path: Path) -> None:
    (tmp_path / "all.txt").write_text("__label__a\tword0 text\n__label__b  __label__c\t\tmore\n__label__d\n")
    assert [(sample.text, sample.classes) for sample in read("fasttext", tmp_path).samples] == [
        ("word0 text", ("a",)),
        ("more", ("b", "c")),
        ("", ("d",)),
    ]


def test_conll_words_that_begin_like_a_comment_are_words(tmp_path: Path) -> None:
    text = "# sent_id = 1\n# text = I like O\nI\tO\n# a remark inside\nlike\tO\n#python\tB-TOPIC\n#\tO\n"
    (tmp_path / "all.conll").write_text(text)
    sample = one("conll", tmp_path)
    assert (sample.text, sample.spans) == ("I like #python #", (Span("TOPIC", 7, 14),))
    written = tmp_path / "written"
    written.mkdir()
    CODECS["conll"].write(Annotations([Annotated("0", text="#one", spans=(Span("TOPIC", 0, 4),))]), written)
    assert one("conll", written).spans == (Span("TOPIC", 0, 4),)


def test_json_lines_of_doccano(tmp_path: Path) -> None:
    lines = [
        {"id": 1, "text": "Anna met Bob", "label": [[0, 4, "PER"], [9, 12, "PER"]]},
        {"id": 2, "text": "Nice", "label": ["positive", "short"]},
        {"id": 3, "data": "Bad", "label": "negative"},
    ]
    text = "\n".join(json.dumps(line) for line in lines) + "\nnot json\n[1]\n"
    (tmp_path / "all.jsonl").write_text(text)
    annotations = read("jsonl", tmp_path)
    first, second, third = annotations.samples
    assert first.spans == (Span("PER", 0, 4), Span("PER", 9, 12))
    assert (second.classes, third.classes, third.text) == (("positive", "short"), ("negative",), "Bad")
    assert [problem.path for problem in annotations.problems] == ["all.jsonl, line 4", "all.jsonl, line 5"]


@pytest.mark.parametrize("name", ["coco", "create_ml", "label_studio", "labelme", "custom_vision"])
def test_json_of_a_thousand_levels_is_refused_or_left_out(name: str, tmp_path: Path) -> None:
    start = {
        "coco": '{"images": [], "categories": [], "annotations": ',
        "create_ml": '[{"image": "a.jpg", "annotations": ',
        "label_studio": '[{"data": {}, "annotations": ',
        "labelme": '{"version": "5", "shapes": [], "imagePath": ',
        "custom_vision": '[{"id": 1, "originalImageUri": "a", "tags": ',
    }[name]
    (tmp_path / "deep.json").write_text(start + "[" * 200_000)
    picture(tmp_path / "a.jpg")
    try:
        annotations = read(name, tmp_path)
    except ImportRefused as refusal:
        assert "deep.json" in str(refusal)
    else:
        assert annotations.samples == [] and annotations.problems
