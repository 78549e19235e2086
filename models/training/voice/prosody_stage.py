"""Teaching the prosody net, which an hour of speech overfits quickly: dropout, and the best state is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.training.voice.batches import Batch, batch_of
from models.training.voice.prosody import STYLES, Contour, ProsodyNet
from models.training.voice.stages import decayed
from models.training.voice.utterances import Utterance

_BATCH = 16
_RATE = 2e-3
_TOKENS_DROPPED = 0.06
_STYLES_DROPPED = 0.3
_STEPS_BETWEEN_SCORES = 50


@dataclass(frozen=True, slots=True)
class Losses:
    """What the net gets wrong."""

    duration: Tensor
    """Squared, of log(1 + frames)."""
    voice: Tensor
    """Cross-entropy."""
    pitch: Tensor
    """Absolute, in deviations, on voiced frames."""

    @property
    def total(self) -> Tensor:
        """The weighted sum."""
        return 2 * self.duration + self.voice + self.pitch


class Best:
    """The best state so far, as part of the checkpoint."""

    def __init__(self, net: ProsodyNet) -> None:
        self.steps = 0
        self.score = float("inf")
        self.state = {name: value.clone() for name, value in net.state_dict().items()}

    def state_dict(self) -> dict[str, Any]:
        """Steps, score and state."""
        return {"steps": self.steps, "score": self.score, "state": self.state}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Undo `state_dict`."""
        self.steps, self.score, self.state = int(saved["steps"]), float(saved["score"]), dict(saved["state"])


class ProsodyStage:
    """Durations, voice and pitch of whole sentences."""

    name = "prosody"

    def __init__(
        self,
        net: ProsodyNet,
        training: Sequence[Utterance],
        validation: Sequence[Utterance],
        ids: Mapping[str, int],
        device: torch.device,
    ) -> None:
        self._net, self._training, self._validation = net, training, validation
        self._ids, self._device = ids, device
        pitch = np.concatenate([one.log_f0[one.voiced > 0] for one in training])
        net.mean.fill_(float(pitch.mean()))
        net.deviation.fill_(float(pitch.std()))
        raw = np.array([_style(one) for one in training])
        self._centre, self._scale = raw.mean(axis=0), raw.std(axis=0) + 1e-6
        self._optimiser = torch.optim.AdamW(net.parameters(), _RATE, (0.9, 0.98), weight_decay=0.1)
        self._best = Best(net)

    def states(self) -> Mapping[str, Any]:
        """Network, optimiser and best state."""
        return {"prosody": self._net, "optimiser": self._optimiser, "best": self._best}

    def step(self, random: np.random.Generator, progress: float) -> Mapping[str, float]:
        """Learn 16 sentences."""
        decayed(self._optimiser, _RATE, progress)
        self._net.train()
        chosen = [self._training[index] for index in random.integers(0, len(self._training), _BATCH)]
        batch = batch_of(chosen, self._ids, self._device)
        kept = torch.from_numpy((random.random(batch.ids.shape) > _TOKENS_DROPPED).astype(np.float32))
        style = np.array([(_style(one) - self._centre) / self._scale for one in chosen], np.float32)
        style *= random.random((_BATCH, 1)) > _STYLES_DROPPED
        losses = self._losses(batch, torch.from_numpy(style).to(self._device), kept.to(self._device))
        self._optimiser.zero_grad()
        losses.total.backward()
        torch.nn.utils.clip_grad_norm_(self._net.parameters(), 1.0)
        self._optimiser.step()
        self._best.steps += 1
        if self._best.steps % _STEPS_BETWEEN_SCORES == 0:
            self._keep_if_better()
        return {
            "duration": losses.duration.item(),
            "voice": losses.voice.item(),
            "pitch": losses.pitch.item(),
            "best": self._best.score if np.isfinite(self._best.score) else 0.0,
        }

    def score(self) -> float | None:
        """Return to the best state; its loss on the validation sentences with an average style."""
        self._keep_if_better()
        self._net.load_state_dict(self._best.state)
        return self._best.score

    @torch.no_grad()
    def _keep_if_better(self) -> None:
        self._net.eval()
        batch = batch_of(self._validation, self._ids, self._device)
        style = torch.zeros(len(self._validation), STYLES, device=self._device)
        score = self._losses(batch, style, torch.ones_like(batch.present)).total.item()
        if score < self._best.score:
            self._best.score = score
            self._best.state = {name: value.clone() for name, value in self._net.state_dict().items()}

    def _losses(self, batch: Batch, style: Tensor, kept: Tensor) -> Losses:
        # A dropped token keeps its place and its duration, but not its name.
        vectors = self._net.read(batch.ids * kept.long(), batch.present, style)
        logarithms = self._net.log_durations(vectors)
        contour = self._net.contour(vectors, batch.token_of, batch.position)
        return losses_of(logarithms, contour, batch, self._net)


def losses_of(logarithms: Tensor, contour: Contour, batch: Batch, net: ProsodyNet) -> Losses:
    """Compare what the net says with the batch."""
    difference = (logarithms - torch.log1p(batch.durations.float())) ** 2
    voice = functional.binary_cross_entropy_with_logits(contour.voice, batch.voiced, reduction="none")
    wanted = (batch.log_f0 - net.mean) / net.deviation
    heard = batch.voiced * batch.filled
    return Losses(
        (difference * batch.present).sum() / batch.present.sum(),
        (voice * batch.filled).sum() / batch.filled.sum(),
        (torch.abs(contour.pitch - wanted) * heard).sum() / heard.sum(),
    )


def _style(one: Utterance) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    pitch = one.log_f0[one.voiced > 0]
    if pitch.size < 2:
        return np.array([5.0, 0.17, np.log(one.frames / len(one.tokens))])
    return np.array([pitch.mean(), pitch.std(), np.log(one.frames / len(one.tokens))])
