"""Sharpening the acoustic model: a judge of mel pictures takes the blur of the mean away."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from models.training.voice.acoustic import AcousticModel
from models.training.voice.acoustic_stage import mel_distance, paint
from models.training.voice.adversaries import Contest, MelJudge, deception_loss, feature_loss
from models.training.voice.batches import batch_of, random_crops
from models.training.voice.utterances import Utterance

_BATCH, _FRAMES = 12, 64
_RATE = 2e-4


class MelGanStage:
    """Least-squares GAN 0.3 + feature matching 0.3 + distance 0.8."""

    name = "mel_gan"

    def __init__(
        self, model: AcousticModel, training: Sequence[Utterance], ids: Mapping[str, int], device: torch.device
    ) -> None:
        self._model, self._training, self._ids, self._device = model, training, ids, device
        self._contest = Contest("acoustic", model, MelJudge().to(device), rate=_RATE, judge_rate=_RATE)

    def states(self) -> Mapping[str, Any]:
        """Both networks, both optimisers."""
        return self._contest.states()

    def step(self, random: np.random.Generator, progress: float) -> Mapping[str, float]:
        """One turn of each side on the same batch."""
        self._model.train()
        self._contest.decay(progress)
        chosen, crops = random_crops(random, self._training, _BATCH, _FRAMES)
        batch = batch_of(chosen, self._ids, self._device, crops)
        made = paint(self._model, batch)
        real = self._model.normalised(batch.mel)
        with torch.autocast(self._device.type, torch.bfloat16):
            verdicts = self._contest.judge(torch.cat([real, made.detach()]))
        on_real, on_made = _halves(verdicts)
        judged = self._contest.teach_judge(on_real, on_made)
        with self._contest.judge_at_rest():
            with torch.autocast(self._device.type, torch.bfloat16):
                seen = self._contest.judge(made)
            deception, features = deception_loss(seen), feature_loss(on_real, seen)
            distance = mel_distance(self._model, batch, made)
            self._contest.teach_learner(0.3 * deception + 0.3 * features + 0.8 * distance, 1.0)
        return {
            "judge": judged, "deception": deception.item(), "features": features.item(), "mel": distance.item(),
            "liveliness": (made.std(dim=2).mean() / real.std(dim=2).mean()).item(),
        }  # fmt: skip

    def score(self) -> float | None:
        """No single loss judges an adversary."""
        return None


def _halves(verdicts: list[list[torch.Tensor]]) -> tuple[list[list[torch.Tensor]], list[list[torch.Tensor]]]:
    real = [[layer.chunk(2)[0] for layer in layers] for layers in verdicts]
    made = [[layer.chunk(2)[1] for layer in layers] for layers in verdicts]
    return real, made
