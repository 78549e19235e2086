"""All stages in order, each from its checkpoint if there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from models.training.voice.acoustic import AcousticModel
from models.training.voice.acoustic_stage import AcousticStage
from models.training.voice.calibration import calibrate
from models.training.voice.corpus import Corpus, read_corpus
from models.training.voice.decoder import Decoder
from models.training.voice.decoder_stage import DecoderStage
from models.training.voice.features import Recording, prepare
from models.training.voice.material import Material
from models.training.voice.mel_gan_stage import MelGanStage
from models.training.voice.phonemes import symbol_ids, trained_as
from models.training.voice.prosody import ProsodyNet
from models.training.voice.prosody_stage import ProsodyStage
from models.training.voice.recipe import BUDGETS, minutes_for
from models.training.voice.signals import Floats
from models.training.voice.speaker import RECORDED, Speaker
from models.training.voice.spectral_gan_stage import SpectralGanStage, paint_all
from models.training.voice.stages import Run, StageResult, Trainable
from models.training.voice.utterances import Utterance, of, utterances
from models.training.voice.voice_model import Networks, VoiceModel


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished voice and what it came from."""

    voice: VoiceModel
    ids: dict[str, int]
    corpus: Corpus
    recordings: dict[str, Recording]
    utterances: dict[str, Utterance]
    results: dict[str, StageResult]
    speaker: Speaker


def train(
    data: Path,
    run: Run,
    minutes: float | None,
    sentences: int | None = None,
    processes: int = 1,
    speaker: Speaker = RECORDED,
) -> Trained:
    """Train a voice from the recordings in `data`.

    `minutes` bounds the training stages together (measuring, aligning and calibrating come on top); `sentences` takes
    only the first so many; `speaker` makes somebody else of the person recorded. Raises CorpusError when the recordings are
    not as expected.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    corpus = read_corpus(data, run.seed, sentences)
    run.report(f"{len(corpus.everything)} sentences, {len(corpus.held_out)} of them held out")
    recordings = prepare(corpus, run.folder / "features.npz", processes, speaker)
    found = utterances(corpus, recordings, run)
    return _Training(run, minutes, corpus, recordings, found, speaker).result()


class _Training:
    def __init__(
        self,
        run: Run,
        minutes: float | None,
        corpus: Corpus,
        recordings: dict[str, Recording],
        found: dict[str, Utterance],
        speaker: Speaker,
    ) -> None:
        self._run, self._minutes, self._corpus, self._speaker = run, minutes, corpus, speaker
        self._recordings, self._found = recordings, found
        self._training, self._validation = of(corpus.training, found), of(corpus.validation, found)
        # Numbered over all sentences, so that a trial division of the corpus does not change the symbols.
        self._ids = symbol_ids(one.tokens for one in found.values())
        self._results: dict[str, StageResult] = {}

    def result(self) -> Trained:
        run = self._run
        torch.manual_seed(run.seed)
        symbols = len(self._ids)
        decoder = Decoder().to(run.device)
        acoustic = AcousticModel(symbols).to(run.device)
        prosody = ProsodyNet(symbols).to(run.device)
        material = self._material(self._training)
        parts = (self._training, self._validation, self._ids, run.device)
        self._train(DecoderStage(decoder, material, self._material(self._validation)))
        self._train(AcousticStage(acoustic, *parts))
        self._train(ProsodyStage(prosody, *parts))
        self._train(MelGanStage(acoustic, self._training, self._ids, run.device))
        painted = self._painted_like(acoustic)
        self._train(SpectralGanStage(decoder, material, painted, run.device, width=48 if self._on_gpu else 16))
        seen = {token for one in self._training for token in one.tokens}
        cpu = Networks(prosody.cpu(), acoustic.cpu(), decoder.cpu())
        voice = VoiceModel(cpu, self._ids, trained_as(self._ids, seen), run.seed, self._speaker)
        voice.eval()
        mels = paint_all(voice.acoustic, self._validation, self._ids, torch.device("cpu"))
        calibrate(voice, self._validation, self._recordings, mels, self._ids, run.report)
        return Trained(voice, self._ids, self._corpus, self._recordings, self._found, self._results, self._speaker)

    @property
    def _on_gpu(self) -> bool:
        return bool(self._run.device.type != "cpu")

    def _material(self, part: Sequence[Utterance]) -> Material:
        return Material([self._recordings[one.key] for one in part], self._run.device)

    def _train(self, stage: Trainable) -> None:
        self._results[stage.name] = self._run.train(stage, BUDGETS[stage.name], minutes_for(stage.name, self._minutes))

    def _painted_like(self, acoustic: AcousticModel) -> Floats:
        """The training recordings' mels, with the acoustic model's where it speaks."""
        pieces = []
        for one, mel in zip(
            self._training, paint_all(acoustic, self._training, self._ids, self._run.device), strict=True
        ):
            whole = self._recordings[one.key].mel.copy()
            whole[one.first : one.first + one.frames] = mel
            pieces.append(whole)
        return np.concatenate(pieces)
