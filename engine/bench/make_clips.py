"""Makes the clips that the benchmarks ship: `python -m engine.bench.make_clips FOLDER`.

Everyday questions in the basic voice, 16 kHz mono FLAC.
"""

import json
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from engine.bench.clips import INDEX
from engine.layers.resampling import resample
from engine.layers.tts.basic_voice import BasicVoice

SENTENCES = (
    "What is the weather like in the mountains today?",
    "Can you tell me a short story about a brave little dog?",
    "I would like to know more about your company.",
    "How do you make a really good cup of coffee?",
    "My name is Peter and I live near the river.",
    "What should I read on a long train journey?",
    "Please explain to me how a bicycle works.",
    "Thank you very much, that was very helpful.",
)
RATE = 16_000
LEAD = 0.6
"""Seconds before the first voiced sample."""
TAIL = 0.4
"""Seconds after the last."""
BED = 0.0006
"""Standard deviation of the noise under everything: a quiet room."""


def make_clips(folder: Path) -> None:
    """Write the clips and their index; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    voice, noise = BasicVoice(), np.random.default_rng(7)
    rows = []
    for number, sentence in enumerate(SENTENCES, 1):
        spoken = voice.speak(sentence)
        speech = resample(spoken.samples, spoken.sample_rate, RATE).astype(np.float64)
        loud = np.flatnonzero(np.abs(speech) > 0.004)
        speech = speech[loud[0] : loud[-1] + 1]
        samples = np.concatenate([np.zeros(int(LEAD * RATE)), speech, np.zeros(int(TAIL * RATE))])
        samples += noise.normal(0, BED, samples.size)
        name = f"question{number}.flac"
        _write(folder / name, samples.astype(np.float32))
        begin, end = LEAD, round(LEAD + speech.size / RATE, 3)
        words = "".join(c for c in sentence.lower() if c.isalnum() or c in " '")
        rows.append(
            {
                "file": name,
                "kind": "natural",
                "speech": [[begin, end]],
                "pauses": [],
                "true_end": end,
                "transcript": words,
                "source": "basic voice",
            }
        )
    (folder / INDEX).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _write(path: Path, samples: NDArray[np.float32]) -> None:
    pcm = np.clip(samples * 32767, -32768, 32767).astype(np.int16).reshape(1, -1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=RATE, layout="mono")
        stream.codec_context.format = "s16"
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


if __name__ == "__main__":
    make_clips(Path(sys.argv[1]))
