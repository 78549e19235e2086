"""Teaching the acoustic model the mean of what the speaker would do."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.training.voice.acoustic import NOISE_CHANNELS, AcousticModel
from models.training.voice.batches import Batch, batch_of, random_crops
from models.training.voice.stages import decayed
from models.training.voice.utterances import Utterance

_BATCH, _FRAMES = 16, 96
_RATE = 1.2e-3


class AcousticStage:
    """Absolute distance in the normalised mel spectrogram, with real durations and pitch."""

    name = "acoustic"

    def __init__(
        self,
        model: AcousticModel,
        training: Sequence[Utterance],
        validation: Sequence[Utterance],
        ids: Mapping[str, int],
        device: torch.device,
    ) -> None:
        self._model, self._training, self._validation = model, training, validation
        self._ids, self._device = ids, device
        frames = np.concatenate([one.mel for one in training])
        model.level.copy_(torch.from_numpy(frames.mean(axis=0)))
        model.spread.copy_(torch.from_numpy(frames.std(axis=0)))
        self._optimiser = torch.optim.AdamW(model.parameters(), _RATE, (0.9, 0.98), weight_decay=0.03)

    def states(self) -> Mapping[str, Any]:
        """Network and optimiser."""
        return {"acoustic": self._model, "optimiser": self._optimiser}

    def step(self, random: np.random.Generator, progress: float) -> Mapping[str, float]:
        """Learn stretches of 16 sentences."""
        decayed(self._optimiser, _RATE, progress)
        self._model.train()
        chosen, crops = random_crops(random, self._training, _BATCH, _FRAMES)
        batch = batch_of(chosen, self._ids, self._device, crops)
        distance = mel_distance(self._model, batch, paint(self._model, batch))
        self._optimiser.zero_grad()
        distance.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimiser.step()
        return {"mel": distance.item()}

    @torch.no_grad()
    def score(self) -> float | None:
        """Distance on the validation sentences."""
        self._model.eval()
        torch.manual_seed(0)
        scores = []
        for one in self._validation:
            batch = batch_of([one], self._ids, self._device)
            scores.append(mel_distance(self._model, batch, paint(self._model, batch)).item())
        return float(np.mean(scores)) if scores else None


def paint(model: AcousticModel, batch: Batch) -> Tensor:
    """Paint a batch in bfloat16 arithmetic with fresh noise; normalised, [batch, 80, frames]."""
    shape = (batch.filled.shape[0], NOISE_CHANNELS, batch.filled.shape[1])
    with torch.autocast(batch.filled.device.type, torch.bfloat16):
        painted: Tensor = model(batch, torch.randn(shape, device=batch.filled.device))
    return painted.float()


def mel_distance(model: AcousticModel, batch: Batch, painted: Tensor) -> Tensor:
    """Mean absolute distance over the frames that are there."""
    distance = functional.l1_loss(painted, model.normalised(batch.mel), reduction="none").mean(dim=1)
    return (distance * batch.filled).sum() / batch.filled.sum()
