"""Small models of every kind, made directly: what is tested here is how they are written, not how they are trained."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import polars as pl

from engine.arrays import ByteArray, Float32Array, FloatArray
from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead
from engine.learners.constant import ConstantMember
from engine.modalities.audio.members.features import FeaturesMember as AudioFeaturesMember
from engine.modalities.audio.members.network import NetworkMember as AudioNetworkMember
from engine.modalities.audio.resample import RATE
from engine.modalities.audio.samples import AudioSamples
from engine.modalities.image.members.features import FeaturesMember
from engine.modalities.image.members.network import NetworkMember as ImageNetworkMember
from engine.modalities.image.members.thumbnail import ThumbnailMember
from engine.modalities.image.samples import ImageSamples
from engine.modalities.image.thumbnail import LENGTH
from engine.modalities.table.backend import load_lightgbm
from engine.modalities.table.expansion import Expansion
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.forest import Forest, TreeInputs
from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.modalities.table.members.linear import LinearMember
from engine.modalities.table.members.network import NetworkMember
from engine.modalities.table.members.trees import TreesMember
from engine.modalities.table.samples import TableSamples
from engine.modalities.table.scaling import Scaling
from engine.modalities.table.target import Link
from engine.model.member import Member
from engine.model.model import Model, WeightedMember
from engine.samples import Samples
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.onnx.compose import compose
from exporters.onnx.inputs.base import Feeds
from exporters.onnx.metadata import describe
from exporters.onnx.runtime import OnnxModel
from exporters.source import Source
from tests.exporters.texts import TEXT_MEMBERS

COLUMNS = (
    Column("length in cm", ColumnType.NUMBER),
    Column("colour 🎨", ColumnType.CATEGORY),
    Column("label", ColumnType.DATE),
    Column("inner_1_Mul", ColumnType.CATEGORY),
)
CLASSES = ("adder", "grass\nsnake 🐍", "")
TABLE = Task(Modality.TABLE, Kind.MULTICLASS, CLASSES, target="kind", columns=COLUMNS)
TWO = Task(Modality.TABLE, Kind.MULTICLASS, CLASSES[:2], target="kind", columns=COLUMNS)
NUMBER = Task(Modality.TABLE, Kind.REGRESSION, target="weight", columns=COLUMNS)
PICTURES = Task(Modality.IMAGE, Kind.MULTICLASS, CLASSES)
PICTURE_NUMBER = Task(Modality.IMAGE, Kind.REGRESSION)
SOUNDS = Task(Modality.AUDIO, Kind.MULTICLASS, CLASSES)
SOUND_NUMBER = Task(Modality.AUDIO, Kind.REGRESSION)
MANY = Task(Modality.TABLE, Kind.MULTILABEL, CLASSES, target="kind", columns=COLUMNS)
PICTURE_MANY = Task(Modality.IMAGE, Kind.MULTILABEL, CLASSES)
SOUND_MANY = Task(Modality.AUDIO, Kind.MULTILABEL, CLASSES)


def rows(count: int = 300, seed: int = 0) -> TableSamples:
    """Rows with missing values, a column of timestamps and one of many categories."""
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "length in cm": rng.normal(50.0, 20.0, count),
            "colour 🎨": rng.choice(["rot", "grün 🟢", " blau", ""], count),
            "label": 1.7e9 + rng.integers(0, 10**6, count),
            "inner_1_Mul": [f"place {number}" for number in rng.integers(0, 80, count)],
        },
        schema_overrides={"label": pl.Float64},
    )
    gaps = [pl.when(pl.Series(rng.random(count) < 0.9)).then(pl.col(name)).alias(name) for name in frame.columns]
    return TableSamples(frame.select(gaps))


def pictures(count: int = 5, seed: int = 0) -> ImageSamples:
    """Noise of several sizes."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 90, (count, 2))
    found: list[ByteArray] = [rng.integers(0, 256, (h, w, 3), dtype=np.uint8) for h, w in sizes]
    return ImageSamples.from_arrays(found)


def sounds(count: int = 6, seed: int = 0, seconds: float = 0.8) -> AudioSamples:
    """Tones under noise, of several lengths."""
    rng = np.random.default_rng(seed)
    waves = []
    for _ in range(count):
        time = np.arange(int(RATE * seconds * rng.uniform(0.5, 1.5))) / RATE
        tone = np.sin(2 * np.pi * rng.uniform(100, 3000) * time) * np.exp(-time * rng.uniform(0, 5))
        waves.append((0.5 * tone + rng.uniform(0.001, 0.3) * rng.normal(size=len(time))).clip(-1, 1).astype(np.float32))
    return AudioSamples.from_decoded(waves)


def link_of(task: Task) -> Link:
    """The link that the table learners choose for a task, with a scale where it has one."""
    if task.kind is Kind.REGRESSION:
        return Link("exp", 0.3, 2.0)
    if task.kind is Kind.MULTILABEL:
        return Link("sigmoids")
    return Link("sigmoid" if task.outputs == 2 else "softmax")


def _raw_outputs(task: Task) -> int:
    return 1 if link_of(task).name == "sigmoid" else task.outputs


def constant(task: Task) -> ConstantMember:
    """Uneven shares, or a number."""
    answer = np.arange(1.0, task.outputs + 1)
    if task.kind is Kind.MULTILABEL:
        return ConstantMember(answer / (task.outputs + 1.0))
    return ConstantMember(answer / answer.sum() if task.kind is Kind.MULTICLASS else answer)


def lightgbm(task: Task) -> LightGBMMember:
    """Two boosters of 15 rounds on noisy labels, for each class where a sample may have several."""
    samples = rows()
    encoder = TableEncoder.fit(samples, COLUMNS)
    numbers = encoder.encode(samples)
    labels = np.nan_to_num(numbers[:, 0]) / 20.0 + numbers[:, 3] % 3 + (numbers[:, 2] > 1.7e9 + 5e5)
    words = {"objective": "regression"}
    if task.kind is Kind.MULTICLASS:
        labels = np.floor(labels) % task.outputs
        words = {"objective": "binary"} if task.outputs == 2 else {"objective": "multiclass"}
    if task.kind is Kind.MULTILABEL:
        held = [(labels > np.quantile(labels, 0.3 * code)).astype(np.float64) for code in range(task.outputs)]
        texts = [
            booster_text(numbers, own, 2, {"objective": "binary", "seed": seed}) for seed in (1, 2) for own in held
        ]
        return LightGBMMember(encoder, texts, link_of(task), task.outputs)
    texts = [booster_text(numbers, labels, task.outputs, {**words, "seed": seed}) for seed in (1, 2)]
    return LightGBMMember(encoder, texts, link_of(task))


def booster_text(numbers: FloatArray, labels: FloatArray, outputs: int, words: dict[str, object]) -> str:
    """A booster of 15 rounds as LightGBM writes it; ``words`` name the objective and a seed."""
    classes = {"num_class": outputs} if words["objective"] == "multiclass" else {}
    params = {
        "verbosity": -1,
        "num_threads": 1,
        "min_data_in_leaf": 3,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        **words,
        **classes,
    }
    module = load_lightgbm()
    data = module.Dataset(numbers, labels, categorical_feature=[1, 3], params=params)
    text: str = module.train(params, data, 15).model_to_string()
    return text


def linear(task: Task, columns: tuple[Column, ...] = COLUMNS, samples: TableSamples | None = None) -> LinearMember:
    """Random weights over an expansion fitted to these samples, or the usual ones."""
    samples, rng = samples or rows(), np.random.default_rng(1)
    encoder = TableEncoder.fit(samples, columns)
    expansion = Expansion.fit(encoder, encoder.encode(samples), knots=4)
    outputs = _raw_outputs(task)
    tables = [rng.normal(size=(c.missing_code + 1, outputs)) for c in encoder.columns if c.is_category]
    weights = rng.normal(size=(expansion.width, outputs))
    return LinearMember(encoder, expansion, weights, rng.normal(size=outputs), tables, link_of(task))


def network(task: Task, columns: tuple[Column, ...] = COLUMNS) -> NetworkMember:
    """Two untrained networks of three copies each."""
    from engine.modalities.table.network import Shape, fresh

    samples = rows()
    encoder = TableEncoder.fit(samples, columns)
    scaling = Scaling.fit(encoder, encoder.encode(samples))
    codes = tuple(c.missing_code + 1 for c in encoder.columns if c.is_category)
    shape = Shape(
        folds=2,
        members=3,
        hidden=12,
        layers=2,
        numbers=len(scaling.numbers),
        gaps=len(scaling.gaps),
        codes=codes,
        outputs=_raw_outputs(task),
    )
    weights = {name: weight.numpy() for name, weight in fresh(shape, seed=0).items()}
    return NetworkMember(encoder, scaling, weights, link_of(task))


def trees(task: Task) -> TreesMember:
    """Two small forests, grown by scikit-learn."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    samples = rows()
    encoder = TableEncoder.fit(samples, COLUMNS)
    numbers = encoder.encode(samples)
    classes = task.outputs if task.kind is Kind.MULTICLASS else 0
    labels = np.nan_to_num(numbers[:, 0]) / 20.0 + numbers[:, 3] % 3
    labels = np.floor(labels) % classes if classes else labels
    if task.kind is Kind.MULTILABEL:  # the trees then learn each class's 0 and 1 as numbers
        held = [labels > np.quantile(labels, 0.3 * code) for code in range(task.outputs)]
        labels = np.stack(held, axis=1).astype(np.float64)
    inputs = TreeInputs.fit(encoder, numbers, labels, classes)[0]
    grower = ExtraTreesClassifier if classes else ExtraTreesRegressor
    parts = []
    for seed in (1, 2):
        grown = grower(9, random_state=seed, min_samples_leaf=2).fit(inputs.design(numbers), labels)
        stump = grower(1, random_state=seed, max_leaf_nodes=None, min_samples_leaf=300)
        stump.fit(inputs.design(numbers), labels)
        grown_trees = [tree.tree_ for tree in (*grown.estimators_, *stump.estimators_)]
        parts.append((inputs, Forest.of(grown_trees, np.arange(task.outputs), task.outputs)))
    return TreesMember(encoder, parts, link_of(task) if task.kind is Kind.REGRESSION else Link("identity"))


def kernel_head(task: Task, features: int, root: float | None = 0.001) -> KernelHead:
    """Random landmarks about as far apart as real ones."""
    rng = np.random.default_rng(2)

    def draw(*shape: int) -> Float32Array:
        return rng.normal(size=shape).astype(np.float32)

    scale = np.full(features, features**-0.5, dtype=np.float32)
    marks = draw(40, features) * scale
    weight, bias = draw(40, task.outputs), draw(task.outputs)
    return KernelHead(root, Answer.of(task.kind), draw(features) * 0.3, scale, marks, weight, bias)


def thumbnail(task: Task) -> ThumbnailMember:
    """A random head on real thumbnails."""
    return ThumbnailMember(kernel_head(task, LENGTH), constant(task).answer)


def features(task: Task, middle: bool = True, resolution: int = 96) -> FeaturesMember:
    """A random head on real features of a small picture."""
    head = kernel_head(task, 1280)
    return FeaturesMember("efficientnet_lite0", resolution, middle, head, constant(task).answer)


def tuned(
    task: Task, backbone: str = "residual-8-1-2-3-silu-excite", mirror: bool = True, count: int = 2
) -> ImageNetworkMember:
    """Networks with random weights."""
    import torch

    from engine.backbones import bare_backbone

    parts = []
    for seed in range(count):
        random = torch.Generator().manual_seed(seed)
        body = bare_backbone(backbone)
        state = {
            name: value + 0.02 * torch.rand(value.shape, generator=random)
            for name, value in body.state_dict().items()
            if value.is_floating_point()
        }
        weight = torch.randn(task.outputs, body.length, generator=random) / body.length**0.5
        parts.append({**state, "weight": weight, "bias": torch.randn(task.outputs, generator=random)})
    return ImageNetworkMember(backbone, 48, parts, constant(task).answer, task.kind, mirror=mirror)


def heard(task: Task, *kinds: str) -> AudioFeaturesMember:
    """A head on real features of sounds, with some of these as landmarks."""
    features = np.hstack([_told_of_sounds(kind) for kind in kinds])
    mean, spread = features.mean(axis=0), features.std(axis=0) + 0.01
    scale = (0.3 / spread / features.shape[1] ** 0.5).astype(np.float32)
    marks = ((features - mean) * scale).astype(np.float32)
    rng = np.random.default_rng(5)
    weight = rng.normal(size=(len(marks), task.outputs)).astype(np.float32)
    head = KernelHead(None, Answer.of(task.kind), mean, scale, marks, weight, np.zeros(task.outputs, np.float32))
    return AudioFeaturesMember(kinds, head, constant(task).answer)


@cache
def _told_of_sounds(kind: str) -> Float32Array:
    from engine.modalities.audio.kinds import kinds

    samples = sounds(16, seed=9)
    return kinds([kind])[0].compute(samples, np.arange(len(samples)), "cpu")


def tuned_speech(task: Task, count: int = 2) -> AudioNetworkMember:
    """The speech network with random heads, its weights a little changed."""
    import torch

    from engine.backbones.speech import LENGTH as HEARD
    from engine.backbones.speech import load_speech
    from engine.backbones.weights import verified

    parts = []
    for seed in range(count):
        random = torch.Generator().manual_seed(seed)
        state = load_speech(verified("speech_embedding")).state_dict()
        changed = {
            name: value * (1 + 0.01 * torch.rand(value.shape, generator=random)) for name, value in state.items()
        }
        weight = torch.randn(task.outputs, HEARD, generator=random) / HEARD**0.5
        parts.append({**changed, "weight": weight, "bias": torch.randn(task.outputs, generator=random)})
    return AudioNetworkMember(parts, constant(task).answer, task.kind)


TABLE_MEMBERS: dict[str, Callable[[Task], Member]] = {
    "constant": constant,
    "table.lightgbm": lightgbm,
    "table.linear": linear,
    "table.network": network,
    "table.trees": trees,
}
IMAGE_MEMBERS: dict[str, Callable[[Task], Member]] = {
    "constant": constant,
    "image.thumbnail": thumbnail,
    "image.features": features,
    "image.network": lambda task: tuned(
        task, "efficientnet_lite0"
    ),  # others are written by torch, which takes its time
}
AUDIO_MEMBERS: dict[str, Callable[[Task], Member]] = {
    "constant": constant,
    "audio.features": lambda task: heard(task, "statistics", "yamnet"),
    "audio.network": tuned_speech,
}
MEMBERS_OF: dict[Modality, dict[str, Callable[[Task], Member]]] = {
    Modality.TABLE: TABLE_MEMBERS,
    Modality.IMAGE: IMAGE_MEMBERS,
    Modality.AUDIO: AUDIO_MEMBERS,
    Modality.TEXT: {"constant": constant, **TEXT_MEMBERS},
}


def model_of(task: Task, *members: Member, temperature: float = 1.0) -> Model:
    """The members with uneven weights that sum to 1."""
    shares = np.arange(1.0, len(members) + 1)
    shares /= shares.sum()
    parts = [WeightedMember(f"{m.kind} {i}", float(w), m) for i, (m, w) in enumerate(zip(members, shares, strict=True))]
    return Model(task, tuple(parts), temperature)


def source_of(model: Model, name: str = "model") -> Source:
    """A model that stands alone."""
    return Source(model, name, "0" * 64, None, None)


def content_of(model: Model) -> bytes:
    """The model as the bytes of an ``.onnx`` file."""
    content: bytes = compose(model).build("model", describe(source_of(model))).SerializeToString()
    return content


def exported(model: Model) -> OnnxModel:
    """The model as ONNX, opened."""
    return OnnxModel(content_of(model))


def one_call(artefact: OnnxModel, samples: Samples) -> Feeds:
    """The samples as what one call takes."""
    (call,) = artefact.form.calls(samples)
    return call.feeds


def apart(model: Model, samples: Samples) -> float:
    """The largest difference between a model and its export."""
    return float(np.abs(exported(model).predict(samples) - model.predict(samples)).max())
