"""A voice in the Piper format with random weights, small enough to be written by a test."""

import json
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

HOP: Final = 256
SAMPLE_RATE: Final = 22_050
_SILENT: Final = "_^$ ,.;:!?-"


def write_tiny_voice(folder: Path, *, durations: bool = True, seed: int = 1) -> tuple[Path, Path]:
    """Write `tiny.onnx` and `tiny.onnx.json`; each id has its own length in frames and its own 256 samples of noise."""
    ids = max(DEFAULT_PHONEME_ID_MAP[symbol][0] for symbol in DEFAULT_PHONEME_ID_MAP) + 1
    random = np.random.default_rng(seed)
    frames = random.uniform(2.0, 6.0, ids).astype(np.float32)
    waves = random.normal(0.0, 0.05, (ids, HOP)).astype(np.float32)
    frames[DEFAULT_PHONEME_ID_MAP["_"][0]] = 0.4
    for symbol in _SILENT:
        waves[DEFAULT_PHONEME_ID_MAP[symbol][0]] = 0.0
    onnx_path, config_path = folder / "tiny.onnx", folder / "tiny.onnx.json"
    onnx.save(_model(frames, waves, durations), onnx_path)
    config_path.write_text(json.dumps(_config(ids)), "utf-8")
    return onnx_path, config_path


def _config(ids: int) -> dict[str, object]:
    return {
        "audio": {"sample_rate": SAMPLE_RATE, "quality": "x_low"},
        "espeak": {"voice": "en-us"},
        "language": {"code": "en_US"},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "num_symbols": ids,
        "num_speakers": 1,
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "hop_length": HOP,
    }


def _model(frames: np.ndarray, waves: np.ndarray, durations: bool) -> onnx.ModelProto:
    constants = {
        "frames": frames,
        "waves": waves,
        "one": np.array([1], np.int64),
        "zero": np.array(0, np.int64),
        "step": np.array(1, np.int64),
        "flat": np.array([-1], np.int64),
        "column": np.array([-1, 1], np.int64),
        "audio_shape": np.array([1, 1, 1, -1], np.int64),
        "durations_shape": np.array([1, 1, -1], np.int64),
        "axis": np.array(1, np.int64),
        "axes": np.array([1], np.int64),
        "first_axis": np.array(0, np.int64),
    }
    nodes = [
        helper.make_node("Reshape", ["input", "flat"], ["ids"]),
        helper.make_node("Gather", ["scales", "one"], ["length_scale"]),
        helper.make_node("Gather", ["frames", "ids"], ["natural"]),
        helper.make_node("Mul", ["natural", "length_scale"], ["scaled"]),
        helper.make_node("Ceil", ["scaled"], ["lengths"]),
        helper.make_node("Reshape", ["lengths", "durations_shape"], ["durations"]),
        helper.make_node("Cast", ["lengths"], ["counts"], to=TensorProto.INT64),
        helper.make_node("CumSum", ["counts", "first_axis"], ["ends"]),
        helper.make_node("ReduceSum", ["counts"], ["total"], keepdims=0),
        helper.make_node("Range", ["zero", "total", "step"], ["frame"]),
        helper.make_node("Reshape", ["frame", "column"], ["frame_column"]),
        helper.make_node("GreaterOrEqual", ["frame_column", "ends"], ["passed"]),
        helper.make_node("Cast", ["passed"], ["passed_count"], to=TensorProto.INT64),
        helper.make_node("ReduceSum", ["passed_count", "axes"], ["token"], keepdims=0),
        helper.make_node("Gather", ["ids", "token"], ["id_of_frame"]),
        helper.make_node("Gather", ["waves", "id_of_frame"], ["pieces"]),
        helper.make_node("Reshape", ["pieces", "audio_shape"], ["output"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "samples"])]
    if durations:
        outputs.append(helper.make_tensor_value_info("durations", TensorProto.FLOAT, [1, 1, "phonemes"]))
    used = {name for node in nodes for name in node.input}
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items() if name in used]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
