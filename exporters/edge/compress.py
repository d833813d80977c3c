"""A model as a file whose networks can be stored in 8 bits, calibrated on what they really see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import onnx
from PIL import Image

from engine.arrays import IntArray
from engine.dataset import Dataset, Split
from engine.modalities import open_samples
from engine.modalities.audio.resample import RATE
from engine.modalities.audio.samples import AudioSamples
from engine.modalities.image.samples import ImageSamples
from engine.samples import Samples
from exporters.edge.graph import NetworkGraph
from exporters.edge.quantise import Batch, quantised, whole_quantised
from exporters.edge.scheme import Scheme, Way, is_heavy, ways_for
from exporters.onnx.compose import fill, reserved_names
from exporters.onnx.limits import refuse_what_cannot_be_written
from exporters.onnx.metadata import describe
from exporters.onnx.runtime import OnnxModel, ort_session
from exporters.source import Source

CALIBRATED_ON = 100
_MOST_BATCHES = 300
# What a whole model is calibrated on of each: 100 photos or sounds as they are would take gigabytes.
_LONGEST = 640
_HEARD = 10 * RATE


@dataclass(frozen=True)
class Artefact:
    """A file's bytes, opened."""

    content: bytes
    opened: OnnxModel


@dataclass
class Compressor:
    """Writes one model as files, whose networks are stored in different ways.

    ``calibration`` are real samples that were learned from; where there are none, everything stays float32.
    """

    source: Source
    calibration: Samples | None
    graph: NetworkGraph = field(init=False)
    _batches: dict[int, list[Batch]] = field(default_factory=dict, init=False)
    _kept: dict[tuple[int, Scheme], onnx.ModelProto] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        refuse_what_cannot_be_written(self.source.model)
        self.graph = NetworkGraph(reserved_names(self.source.model))
        fill(self.graph, self.source.model)

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways to store the networks that are worth trying, float32 as the last."""
        return (Way.FLOAT,) if self.calibration is None else ways_for(self.graph.networks, self._whole().graph)

    def artefact(self, scheme: Scheme) -> Artefact:
        """Return the model with its networks stored as ``scheme`` says."""
        model = self._whole(self.networks(scheme))
        if scheme.way is not Way.FLOAT and not any(is_heavy(network) for network in self.graph.networks):
            model = whole_quantised(model, self._calls(), scheme)
        content: bytes = model.SerializeToString(deterministic=True)
        return Artefact(content, OnnxModel(content))

    def _whole(self, instead: Mapping[int, onnx.ModelProto] | None = None) -> onnx.ModelProto:
        graph = self.graph.with_networks(instead or {})
        return graph.build(self.source.name, describe(self.source))

    def _calls(self) -> list[Batch]:
        """Return what calls with the samples to calibrate on take."""
        assert self.calibration is not None
        form = OnnxModel(self._whole().SerializeToString()).form
        if isinstance(self.calibration, ImageSamples):
            calls = form.calls(_coarse(self.calibration))
        elif isinstance(self.calibration, AudioSamples):
            calls = form.calls(_begun(self.calibration))
        else:
            return [call.feeds for call in form.calls(self.calibration)]
        return [{name: one[None]} for call in calls for name, array in call.feeds.items() for one in array]

    def networks(self, scheme: Scheme) -> dict[int, onnx.ModelProto]:
        """Return the networks that are stored otherwise than they were, by their number."""
        if scheme.way is Way.FLOAT:
            return {}
        found = {}
        for number, network in enumerate(self.graph.networks):
            if is_heavy(network):
                key = (number, scheme)
                if key not in self._kept:
                    self._kept[key] = quantised(network, self._batches_of(number), scheme)
                found[number] = self._kept[key]
        return found

    def _batches_of(self, number: int) -> list[Batch]:
        """Return what the network reads when the model is asked about the samples to calibrate on."""
        if number not in self._batches:
            self._look()
        return self._batches[number]

    def _look(self) -> None:
        """Run all that comes before the networks, as the finished file does, and keep what they are fed."""
        assert self.calibration is not None
        whole = self._whole()
        form = OnnxModel(whole.SerializeToString()).form
        numbers = range(len(self.graph.networks))
        before = ort_session(_up_to_networks(whole, self.graph))
        self._batches = {number: [] for number in numbers}
        names = list(dict.fromkeys(name for number in numbers for name in self.graph.feeds_of(number)))
        for call in form.calls(self.calibration):
            said = dict(zip(names, before.run(names, dict(call.feeds)), strict=True))
            for number in numbers:
                entrance = self.graph.networks[number].graph.input[0].name
                for name in self.graph.feeds_of(number):
                    self._batches[number] += [{entrance: one[None]} for one in said[name]]
        self._batches = {number: _some(batches) for number, batches in self._batches.items()}


def _coarse(samples: ImageSamples) -> ImageSamples:
    """Return the pictures that can be read, large ones made smaller."""
    pictures = []
    for row in range(len(samples)):
        picture = samples.picture_or_none(row, _LONGEST)
        if picture is not None:
            image = Image.fromarray(picture)
            image.thumbnail((_LONGEST, _LONGEST))
            pictures.append(np.asarray(image))
    return ImageSamples.from_arrays(pictures)


def _begun(samples: AudioSamples) -> AudioSamples:
    """Return the beginnings of the sounds that can be read."""
    waves = (samples.wave_or_none(row) for row in range(len(samples)))
    return AudioSamples.from_decoded([wave[:_HEARD].copy() for wave in waves if wave is not None])


def _some(batches: list[Batch]) -> list[Batch]:
    """Return at most as many as calibration needs, evenly spaced."""
    return batches[:: -(-len(batches) // _MOST_BATCHES)] if batches else []


def _up_to_networks(whole: onnx.ModelProto, graph: NetworkGraph) -> bytes:
    """Return the model cut down to what computes the networks' inputs, handed out under their inner names."""
    del whole.graph.output[:]
    seen = set()
    for number, network in enumerate(graph.networks):
        element = network.graph.input[0].type.tensor_type.elem_type
        for name in graph.feeds_of(number):
            if name not in seen:
                whole.graph.output.append(onnx.helper.make_tensor_value_info(name, element, None))
            seen.add(name)
    content: bytes = whole.SerializeToString()
    return content


def calibration_samples(source: Source) -> Samples | None:
    """Return samples that the model learned from, evenly over its classes; None where they are gone."""
    dataset = source.dataset
    if dataset is None or "split" not in dataset.frame.columns:
        return None
    train = dataset.part(Split.TRAIN)
    if not len(train):
        return None
    samples = open_samples(train, source.model.task)
    return samples.take(_spread(train))


def _spread(train: Dataset) -> IntArray:
    """Return rows at random, of each label in turn."""
    rng = np.random.default_rng(0)
    shuffled = rng.permutation(len(train))
    labels = np.array([str(label) for label in train.frame["label"].to_list()])[shuffled]
    turn = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        turn[labels == label] = np.arange((labels == label).sum())
    order: IntArray = shuffled[np.argsort(turn, kind="stable")]
    return order[:CALIBRATED_ON]
