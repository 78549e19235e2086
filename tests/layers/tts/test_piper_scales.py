"""The scales that a network is given: three for any Piper voice, four for those of this project."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from engine.layers.tts.emotions import Emotion
from engine.layers.tts.piper_model import PiperModel
from engine.layers.tts.piper_voice import PiperVoiceEngine
from engine.layers.tts.style import SpeakingStyle
from tests.layers.tts.measured import median_pitch
from tests.layers.tts.tiny_piper_voice import SAMPLE_RATE, write_tiny_voice


def four_scales(folder: Path) -> tuple[Path, Path]:
    """Write a voice that answers any phonemes with 2 s of a tone: 150 Hz, moved by the fourth scale in semitones."""
    _, config_path = write_tiny_voice(folder)
    config = json.loads(config_path.read_text("utf-8")) | {"visavis": {"scales": 4}}
    config_path.write_text(json.dumps(config), "utf-8")
    count = 2 * SAMPLE_RATE
    turns = (2 * np.pi * 150 / SAMPLE_RATE * np.arange(count)).astype(np.float32)
    constants = {"turns": turns, "three": np.array([3]), "twelfth": np.array([1 / 12], np.float32)}
    constants |= {
        "two": np.array([2.0], np.float32),
        "loud": np.array([0.3], np.float32),
        "shape": np.array([1, 1, 1, count]),
    }
    nodes = [
        helper.make_node("Gather", ["scales", "three"], ["semitones"]),
        helper.make_node("Mul", ["semitones", "twelfth"], ["octaves"]),
        helper.make_node("Pow", ["two", "octaves"], ["factor"]),
        helper.make_node("Mul", ["turns", "factor"], ["angles"]),
        helper.make_node("Sin", ["angles"], ["wave"]),
        helper.make_node("Mul", ["wave", "loud"], ["sound"]),
        helper.make_node("Reshape", ["sound", "shape"], ["output"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [4]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "samples"])]
    weights = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tone", inputs, outputs, weights)
    path = folder / "tone.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path, config_path


@pytest.mark.parametrize("pitch", [-4.0, 0.0, 4.0])
def test_a_voice_with_a_fourth_scale_moves_the_pitch_by_itself(tmp_path: Path, pitch: float) -> None:
    clause = PiperVoiceEngine(*four_scales(tmp_path)).speak("Hello.", style=SpeakingStyle(pitch=pitch))
    assert median_pitch(clause.samples, SAMPLE_RATE) == pytest.approx(150 * 2 ** (pitch / 12), rel=0.01)
    assert clause.samples.size == pytest.approx(2.25 * SAMPLE_RATE, rel=0.01)


def test_the_third_scale_is_the_melody_only_in_voices_of_this_project(tmp_path: Path) -> None:
    given: list[list[float]] = []

    class Recorder:
        def __init__(self, session: object) -> None:
            self._session = session

        def run(self, names: None, inputs: dict[str, np.ndarray]) -> object:
            given.append(inputs["scales"].tolist())
            return self._session.run(names, inputs)  # type: ignore[attr-defined]

    for folder, write in (("three", write_tiny_voice), ("four", four_scales)):
        (tmp_path / folder).mkdir()
        voice = PiperVoiceEngine(*write(tmp_path / folder))
        voice._model._voice.session = Recorder(voice._model._voice.session)
        voice.speak("Hello.", style=SpeakingStyle(emotions=(Emotion("boredom"),)))
    three, four = given
    assert (len(three), len(four)) == (3, 4)
    assert three[2] == pytest.approx(0.8)
    assert four[2] < 0.8
    assert four[3] == pytest.approx(-0.6)
    assert four[1] > 1.0


def test_a_voice_without_the_mark_has_three_scales(tmp_path: Path) -> None:
    assert not PiperModel(*write_tiny_voice(tmp_path)).shifts_pitch
