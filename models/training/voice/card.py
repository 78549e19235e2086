"""The model card: what the voice is made of, and what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.training.voice.evaluation.measures import BANDS_HZ
from models.training.voice.speaker import RECORDED, Speaker
from models.training.voice.stages import StageResult


@dataclass(frozen=True, slots=True)
class Making:
    """How the voice came about."""

    name: str
    seed: int
    device: str
    minutes: float | None
    sentences: int
    results: Mapping[str, StageResult]
    size_bytes: int
    speaker: Speaker = RECORDED
    continued: bool = False
    """Went on from another voice's networks."""


def model_card(making: Making, scores: Mapping[str, Any]) -> str:
    """Write the card in Markdown."""
    return "\n".join(
        [
            f"# {making.name}",
            "",
            f"An English voice (US, {_who(making.speaker)}) made by the project itself.",
            "It is one ONNX file in Piper's interface (inputs `input`,",
            "`input_lengths`, `scales`; outputs sound and durations), 22,050 Hz, with its noise stored inside, so that the same",
            "text always gives the same samples. The three scales are the noise in the spectrogram, the length, and the spread",
            "of the pitch; 1 each is as trained; a fourth one shifts the pitch by semitones. Phonemes come from espeak-ng (`en-us`).",
            "",
            "No listening test has been made: the figures below say that it is understood and near the speaker, not that it",
            "is natural.",
            "",
            "## Origin and licence",
            f"- Recordings: dataset-voice-kathleen (CC0 1.0), {making.sentences} sentences of the CMU ARCTIC prompts, 0.96 h, one",
            "  speaker. 60 sentences were held out for the scores and 40 for calibration, by a permutation with the seed.",
            "- Weights: made by `models/training/voice` from these recordings and random numbers alone; under the project's",
            "  licence, GPL-3.0-or-later.",
            f"- Seed {making.seed}, device {making.device}, file {making.size_bytes / 1e6:.1f} MB (8-bit matrix products).",
            "",
            "## Recipe",
            "`python -m models.training.voice --data DIR --out DIR" + _options(making) + "`",
            *_disguise(making.speaker),
            "",
            "Alignment by a hidden Markov model (3 states a sound, up to 4 Gaussians, 22 passes); then the stages:",
            "",
            "| stage | steps | minutes | validation loss |",
            "| --- | --- | --- | --- |",
            *(_stage(name, result) for name, result in making.results.items()),
            "",
            f"Training took {sum(result.seconds for result in making.results.values()) / 60:.0f} minutes on one thread of a shared",
            "machine; measuring and aligning the recordings, calibration and export come on top (about 6 minutes).",
            "",
            *_scores(scores),
        ]
    )


def _options(making: Making) -> str:
    speaker = making.speaker
    return (
        ("" if making.minutes is None else f" --minutes {making.minutes:g}")
        + ("" if speaker.recorded else f" --pitch {speaker.pitch:g} --formants {speaker.formants:g}")
        + (" --from DIR" if making.continued else "")
    )


def _who(speaker: Speaker) -> str:
    return "one woman" if speaker.recorded else "a man made from one woman's recordings"


def _disguise(speaker: Speaker) -> list[str]:
    if speaker.recorded:
        return []
    return [
        "",
        f"No man was recorded: the woman's recordings were said again with {speaker.pitch:g} of her pitch and her formants at",
        f"{speaker.formants:g} of their frequencies (WORLD analysis and synthesis), and the voice was trained on that. Below,",
        '"speaker" means these recordings.',
    ]


def _stage(name: str, result: StageResult) -> str:
    validation = "-" if result.validation is None else f"{result.validation:.3f}"
    return f"| {name} | {result.steps} | {result.seconds / 60:.1f} | {validation} |"


def _scores(scores: Mapping[str, Any]) -> list[str]:
    errors, distance = scores["word_errors"], scores["embedding_distance"]
    voicing, sound, speed, questions = (scores[key] for key in ("voicing", "sound", "speed", "questions"))
    ours, speaker = voicing["ours"], voicing["speaker"]
    return [
        "## Scores",
        "Word errors by Whisper tiny.en on 40 everyday sentences and on the 60 held-out ones; distance is the Fréchet",
        "distance of its encoder's frames to the speaker's recordings of the held-out texts.",
        "",
        "| system | assistant sentences | held-out sentences | distance |",
        "| --- | --- | --- | --- |",
        *(
            f"| {name} | {_rate(parts.get('assistant'))} | {_rate(parts['held_out'])} | {distance.get(name, 0.0)} |"
            for name, parts in errors.items()
        ),
        "",
        "| share of noise in voiced frames | " + " | ".join(f"{low}-{high} Hz" for low, high in BANDS_HZ) + " |",
        "| --- |" + " --- |" * len(BANDS_HZ),
        "| ours | " + " | ".join(f"{value:.3f}" for value in ours["noise_share"].values()) + " |",
        "| speaker | " + " | ".join(f"{value:.3f}" for value in speaker["noise_share"].values()) + " |",
        "",
        f"- Pitch, 5th / 50th / 95th percentile: {_pitch(ours)} (speaker {_pitch(speaker)}); spread"
        f" {ours['pitch_spread_hz'] / speaker['pitch_spread_hz']:.0%} of the speaker's.",
        f"- Questions: {questions['rising']} of {questions['count']} end above their median pitch, by"
        f" {questions['median_semitones']} semitones in the median (as statements {questions['median_as_statement']}).",
        f"- Real-time factor {speed['real_time_factor']} on one thread; a clause of ten words takes {speed['clause_ms']} ms.",
        f"- {sound['durations_off']} sentences whose durations do not sum to their samples, {sound['not_finite']} with NaN,"
        f" {sound['clipped_samples']} clipped samples, peak {sound['peak']}; sharpest step {sound['sharpest_step']} of the"
        f" level (speaker {sound['sharpest_step_of_speaker']}).",
        f"- Length of the held-out sentences: {scores['length_of_held_out']} of the speaker's.",
        "",
        "## Spectrograms",
        "The speaker above, the voice below; 0 to 11 kHz, two held-out sentences.",
        "",
        "![first sentence](spectrogram-1.png)",
        "",
        "![second sentence](spectrogram-2.png)",
        "",
    ]


def _rate(part: Mapping[str, Any] | None) -> str:
    return "-" if part is None else f"{part['rate']:.1%} ({part['errors']} of {part['words']})"


def _pitch(voice: Mapping[str, Any]) -> str:
    return " / ".join(f"{value:.0f}" for value in voice["pitch_hz"].values()) + " Hz"
