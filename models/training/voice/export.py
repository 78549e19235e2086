"""The voice as a Piper voice: one ONNX file, quantised, and its configuration."""

import json
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from models.training.voice.arrays import save_text
from models.training.voice.phonemes import with_nearest
from models.training.voice.recipe import HOP, LANGUAGE, SAMPLE_RATE
from models.training.voice.voice_model import VoiceModel

OPSET: Final = 17
SCALES: Final = (1.0, 1.0, 1.0)
"""Noise, length, spread of the pitch; a fourth one, which Piper's runtime does not give, shifts it by semitones."""


def export(voice: VoiceModel, path: Path) -> None:
    """Write the voice as ONNX with 32-bit weights, with Piper's inputs and the durations as second output."""
    voice.eval()
    example = (torch.tensor([[1, 0, 5, 0, 6, 0, 7, 0, 2]]), torch.tensor([9]), torch.tensor([*SCALES, 0.0]))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".new-{path.name}")
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            voice,
            example,
            str(temporary),
            opset_version=OPSET,
            dynamo=False,
            do_constant_folding=False,
            input_names=["input", "input_lengths", "scales"],
            output_names=["output", "durations"],
            dynamic_axes={
                "input": {1: "phonemes"},
                "scales": {0: "scales"},
                "output": {2: "samples"},
                "durations": {1: "phonemes"},
            },
        )
    _turn_weights(temporary)
    temporary.replace(path)


def _turn_weights(path: Path) -> None:
    """Store transposed weights instead of transposing them on loading: only stored ones can be quantised."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(path))
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    turned = [node for node in model.graph.node if node.op_type == "Transpose" and node.input[0] in weights]
    for node in turned:
        order = list(node.attribute[0].ints)
        values = np.ascontiguousarray(numpy_helper.to_array(weights[node.input[0]]).transpose(order))
        model.graph.initializer.append(numpy_helper.from_array(values, node.output[0]))
        model.graph.node.remove(node)
    used = {name for node in model.graph.node for name in node.input}
    for name, tensor in weights.items():
        if name not in used:
            model.graph.initializer.remove(tensor)
    onnx.save(model, str(path))


def quantise(path: Path, small: Path) -> None:
    """Write a copy whose matrix products have 8-bit weights."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    temporary = small.with_name(f".new-{small.name}")
    quantize_dynamic(
        str(path),
        str(temporary),
        op_types_to_quantize=["MatMul", "Gemm"],
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
    )
    model = onnx.load(str(temporary))
    onnx.checker.check_model(model)
    temporary.replace(small)


def configuration(ids: dict[str, int], name: str) -> dict[str, Any]:
    """Return the JSON configuration that piper-tts reads beside the ONNX file."""
    known = with_nearest(ids)
    noise, length, spread = SCALES
    return {
        "audio": {"sample_rate": SAMPLE_RATE, "quality": "medium"},
        "dataset": name,
        "espeak": {"voice": LANGUAGE},
        "hop_length": HOP,
        "inference": {"noise_scale": noise, "length_scale": length, "noise_w": spread},
        "language": {
            "code": "en_US", "family": "en", "region": "US", "name_native": "English", "name_english": "English",
            "country_english": "United States",
        },
        "num_speakers": 1,
        "num_symbols": len(ids),
        "phoneme_id_map": {symbol: [number] for symbol, number in sorted(known.items())},
        "phoneme_type": "espeak",
        "speaker_id_map": {},
        "visavis": {"scales": len(SCALES) + 1},
    }  # fmt: skip


def save_configuration(path: Path, ids: dict[str, int], name: str) -> None:
    """Write the configuration; raises OSError."""
    save_text(path, json.dumps(configuration(ids, name), indent=2, ensure_ascii=False) + "\n")
