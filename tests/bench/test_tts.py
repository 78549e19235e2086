"""`visavis bench tts`."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.bench.listening import Held, held_out, listen
from engine.bench.tts import bench_tts
from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.protocol import SpokenClause
from tests.layers.tts.tiny_piper_voice import write_tiny_voice


def test_a_voice_is_measured_without_a_listener_and_what_is_missing_is_null(tmp_path: Path) -> None:
    network, _ = write_tiny_voice(tmp_path)
    command = [sys.executable, "-m", "engine", "bench", "tts", "--json", "--voice", str(network)]
    done = subprocess.run([*command, "--home", str(tmp_path)], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert (report["voice"], report["basic"]) == ("tiny", False)
    assert report["voice_mb"] == pytest.approx(network.stat().st_size / 1e6, abs=0.06)
    assert 0 < report["rtf"] < 1
    assert 0 < report["first_clause_ms"]["p50"] <= report["first_clause_ms"]["p95"]
    assert report["wer"] is None
    assert report["embedding_distance"] == {"ours": None, "flite": None, "espeak": None, "ours_to_flite": None}
    assert "no recogniser is in the store" in done.stderr
    assert "--data FOLDER" in done.stderr


def test_an_empty_store_has_the_basic_voice(tmp_path: Path) -> None:
    notes: list[str] = []
    report = bench_tts(tmp_path, None, None, notes.append)
    assert (report["voice"], report["basic"], report["voice_mb"]) == ("basic", True, None)
    assert -21.0 < report["loudness_lufs"]["lowest"] <= report["loudness_lufs"]["highest"] < -19.0
    assert report["true_peak_db"] <= -1.0
    assert any("visavis models pull --default" in note for note in notes)


def test_a_voice_of_the_store_is_measured_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "tts" / "tiny"
    folder.mkdir(parents=True)
    network, _ = write_tiny_voice(folder)
    report = bench_tts(tmp_path, None, "tiny", lambda note: None)
    assert (report["voice"], report["basic"]) == ("tiny", False)
    assert report["voice_mb"] == pytest.approx(network.stat().st_size / 1e6, abs=0.06)


def test_a_voice_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="en_US-nobody-low"):
        bench_tts(tmp_path, None, "en_US-nobody-low", lambda note: None)


def test_recordings_that_are_not_as_they_should_be_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"data.*metadata\.csv"):
        held_out(tmp_path, lambda note: None)


def test_only_recordings_that_no_voice_was_trained_on_are_used(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    (tmp_path / "flac").mkdir()
    lines = [f"clip{number:02}|Sentence {number}." for number in range(40)]
    (tmp_path / "metadata.csv").write_text("\n".join(lines), "utf-8")
    for number in range(40):
        soundfile.write(tmp_path / "flac" / f"clip{number:02}.flac", np.full(2_205, number / 100), 22_050)
    held = held_out(tmp_path, lambda note: None)
    assert held is not None
    assert len(held.texts) == 4
    for text, (samples, rate) in zip(held.texts, held.recordings, strict=True):
        number = int(text.split()[1].rstrip("."))
        assert rate == 22_050
        assert samples == pytest.approx(np.full(2_205, number / 100), abs=1e-4)


def test_nobody_listens_without_a_recogniser() -> None:
    clause = SpokenClause("Hm.", np.zeros(0, np.float32), 22_050, ())
    report = listen(None, [clause], BasicVoice(), Held((), ()), lambda note: None)
    assert report["wer"] is None
