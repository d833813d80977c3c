"""Networks in 8 bits, by ONNX Runtime's own tools.

Static: weights signed for each channel, activations unsigned (signed for ARM), written as QuantizeLinear and
DequantizeLinear around float operators, which ONNX Runtime joins to integer kernels when it opens the file. Only
convolutions and what stands between them are changed: the head stays float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from exporters.edge.scheme import Scheme, Way, convolutions, large_products
from exporters.edge.tools import quietly
from exporters.onnx.graph import OPSET

_SPARED = 0.1  # of the convolutions
_LOOKED_AT = 8
_HISTOGRAMS_OF = 16  # samples: all that is computed of each is held at once, some 50 MB of a picture
_PERCENTILE = 99.99
_HEADS = {"Gemm", "MatMul"}

Batch = Mapping[str, npt.NDArray[Any]]


def quantised(network: onnx.ModelProto, batches: Sequence[Batch], scheme: Scheme) -> onnx.ModelProto:
    """Return ``network`` stored as ``scheme`` says; ``batches`` are real inputs of it, for the static ways."""
    with TemporaryDirectory(prefix="edge-") as scratch, quietly():
        plain = _prepared(network, Path(scratch))
        if scheme.way is Way.DYNAMIC:
            return _of_our_opset(_dynamic(plain))
        spared = _sensitive(plain, batches, scheme) if scheme.way is Way.SPARING else []
        return _of_our_opset(onnx.load(_static(plain, batches, scheme, spared)))


def whole_quantised(model: onnx.ModelProto, batches: Sequence[Batch], scheme: Scheme) -> onnx.ModelProto:
    """Return a whole model whose networks are written in it node by node, with only these stored otherwise.

    ``batches`` are what calls with real samples take.
    """
    with TemporaryDirectory(prefix="edge-") as scratch, quietly():
        plain = Path(scratch) / "plain.onnx"
        onnx.save(model, plain)
        if scheme.way is Way.DYNAMIC:
            small = _dynamic(plain, large_products(model.graph))
        else:
            only = convolutions(model.graph)
            spared = _sensitive(plain, batches, scheme, only) if scheme.way is Way.SPARING else []
            small = onnx.load(_static(plain, batches, scheme, spared, only))
    small = _of_our_opset(small)
    del small.metadata_props[:]
    small.metadata_props.extend(model.metadata_props)
    return small


def _prepared(network: onnx.ModelProto, scratch: Path) -> Path:
    """Write the network with its batch normalisations folded and its shapes inferred anew; return the file.

    The shapes that torch writes down are in the way of the tools: they disagree with those they infer themselves.
    The tools are given files, since a model given as an object is taken apart.
    """
    from onnxruntime.quantization.shape_inference import quant_pre_process

    bare = onnx.ModelProto()
    bare.CopyFrom(network)
    del bare.graph.value_info[:]
    onnx.save(bare, scratch / "bare.onnx")
    quant_pre_process(scratch / "bare.onnx", scratch / "plain.onnx", skip_symbolic_shape=True)
    return scratch / "plain.onnx"


def _static(
    plain: Path, batches: Sequence[Batch], scheme: Scheme, spared: Sequence[str], only: Sequence[str] = ()
) -> Path:
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

    heads = [node.name for node in onnx.load(plain).graph.node if node.op_type in _HEADS]
    cut = scheme.way is Way.PERCENTILE
    path = plain.with_name("static.onnx")
    quantize_static(
        plain,
        path,
        _reader(_evenly(_of_one_shape(batches)) if cut else batches),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QInt8 if scheme.signed else QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        nodes_to_quantize=list(only),
        nodes_to_exclude=[*heads, *spared],
        calibrate_method=CalibrationMethod.Percentile if cut else CalibrationMethod.MinMax,
        extra_options={"CalibPercentile": _PERCENTILE} if cut else {},
    )
    return path


def _dynamic(plain: Path, only: Sequence[str] = ()) -> onnx.ModelProto:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    path = plain.with_name("dynamic.onnx")
    quantize_dynamic(plain, path, weight_type=QuantType.QInt8, nodes_to_quantize=list(only))
    return onnx.load(path)


def _of_one_shape(batches: Sequence[Batch]) -> list[Batch]:
    """Return the batches of the commonest shape: histograms are made of no others."""
    shapes = [tuple(array.shape for array in batch.values()) for batch in batches]
    commonest = max(dict.fromkeys(shapes), key=shapes.count, default=())
    return [batch for batch, shape in zip(batches, shapes, strict=True) if shape == commonest]


def _evenly(batches: list[Batch]) -> list[Batch]:
    """Return as many as histograms are made of, evenly spaced."""
    return batches[:: -(-len(batches) // _HISTOGRAMS_OF)] if batches else []


def _reader(batches: Sequence[Batch]) -> Any:
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):  # type: ignore[misc, unused-ignore]
        """Hands out the batches one after another."""

        def __init__(self) -> None:
            self._rest = iter(batches)

        def get_next(self) -> dict[str, npt.NDArray[Any]] | None:
            found = next(self._rest, None)
            return None if found is None else dict(found)

    return Reader()


def _sensitive(plain: Path, batches: Sequence[Batch], scheme: Scheme, only: Sequence[str] = ()) -> list[str]:
    """Return the convolutions around the tensors that 8 bits hold worst, a tenth of all."""
    from onnxruntime.quantization import qdq_loss_debug as debug

    few = [{name: array[:1] for name, array in batch.items()} for batch in batches[:_LOOKED_AT]]
    seen = []
    for inside in (plain, _static(plain, batches, Scheme(Way.STATIC, scheme.signed), [], only)):
        shown = inside.with_name(f"shown-{inside.name}")
        debug.modify_model_output_intermediate_tensors(inside, shown)
        seen.append(debug.collect_activations(str(shown), _reader(few)))
    matched = debug.create_activation_matching(seen[1], seen[0])
    clarity = {name: _ratio(found["pre_qdq"], found["post_qdq"]) for name, found in matched.items()}
    candidates = [node for node in onnx.load(plain).graph.node if node.op_type == "Conv"]
    worst = {
        node.name: min((clarity[name] for name in (*node.input[:1], *node.output) if name in clarity), default=np.inf)
        for node in candidates
    }
    return sorted(worst, key=worst.__getitem__)[: max(1, round(_SPARED * len(candidates)))]


def _ratio(before: Sequence[npt.NDArray[Any]], after: Sequence[npt.NDArray[Any]]) -> float:
    """Return the strength of a signal over that of the noise that rounding adds."""
    signal = sum(float(np.square(values, dtype=np.float64).sum()) for values in before)
    noise = sum(float(np.square(new - old, dtype=np.float64).sum()) for old, new in zip(before, after, strict=True))
    return signal / noise if noise else np.inf


def _of_our_opset(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the model without inferred shapes and without the domains that the tools declare but do not use."""
    del model.graph.value_info[:]
    used = {node.domain for node in model.graph.node}
    kept = [entry for entry in model.opset_import if entry.domain in used]
    assert all(entry.version == OPSET for entry in kept if not entry.domain), kept
    del model.opset_import[:]
    model.opset_import.extend(kept)
    return model
