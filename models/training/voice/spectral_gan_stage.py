"""Finishing the decoder: judges of spectra, and mels as the acoustic model paints them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.voice.acoustic import NOISE_CHANNELS, AcousticModel
from models.training.voice.adversaries import Contest, SpectrumJudge, deception_loss, feature_loss
from models.training.voice.batches import batch_of
from models.training.voice.decoder import Decoder
from models.training.voice.decoder_stage import decode, inner
from models.training.voice.losses import noise_share_loss, spectral_loss
from models.training.voice.material import Material, Pieces
from models.training.voice.utterances import Utterance

_BATCH, _FRAMES = 8, 40
_RATE, _JUDGE_RATE = 2e-4, 2e-4


class SpectralGanStage:
    """Least-squares GAN + feature matching + 3 x spectral loss + 4 x noise-share loss; half of each batch is painted."""

    name = "spectral_gan"

    def __init__(
        self, decoder: Decoder, material: Material, painted: NDArray[np.float32], device: torch.device, width: int = 16
    ) -> None:
        self._decoder, self._material, self._painted, self._device = decoder, material, painted, device
        judge = SpectrumJudge(width).to(device)
        self._contest = Contest("decoder", decoder, judge, rate=_RATE, judge_rate=_JUDGE_RATE)

    def states(self) -> Mapping[str, Any]:
        """Both networks, both optimisers."""
        return self._contest.states()

    def step(self, random: np.random.Generator, progress: float) -> Mapping[str, float]:
        """One turn of each side on the same batch."""
        self._contest.decay(progress)
        pieces = _joined(
            self._material.draw(random, _BATCH // 2, _FRAMES),
            self._material.draw(random, _BATCH // 2, _FRAMES, self._painted),
        )
        decoded = decode(self._decoder, pieces)
        made, real = inner(decoded.samples), inner(pieces.samples)
        with torch.autocast(self._device.type, torch.bfloat16):
            on_real, on_made = self._contest.judge(real), self._contest.judge(made.detach())
        judged = self._contest.teach_judge(on_real, on_made)
        with self._contest.judge_at_rest():
            with torch.autocast(self._device.type, torch.bfloat16):
                seen = self._contest.judge(made)
            deception, features = deception_loss(seen), feature_loss(on_real, seen)
            sound = spectral_loss(made, real)
            noise = noise_share_loss(decoded.noise_share, pieces.noise_share, pieces.voiced)
            self._contest.teach_learner(deception + features + 3 * sound + 4 * noise, 5.0)
        return {
            "judge": judged, "deception": deception.item(), "features": features.item(),
            "sound": sound.item(), "noise": noise.item(),
        }  # fmt: skip

    def score(self) -> float | None:
        """No single loss judges an adversary."""
        return None


@torch.no_grad()
def paint_all(
    model: AcousticModel, utterances: Sequence[Utterance], ids: Mapping[str, int], device: torch.device
) -> list[NDArray[np.float32]]:
    """Paint each utterance with its real durations and pitch: natural-log mel [frames, 80]."""
    model.eval()
    torch.manual_seed(0)
    painted = []
    for one in utterances:
        batch = batch_of([one], ids, device)
        mel = model.natural(model(batch, torch.randn(1, NOISE_CHANNELS, one.frames, device=device)))
        painted.append(np.ascontiguousarray(mel[0].T.cpu().numpy(), np.float32))
    return painted


def _joined(one: Pieces, other: Pieces) -> Pieces:
    return Pieces(
        torch.cat([one.mel, other.mel]),
        torch.cat([one.f0, other.f0]),
        torch.cat([one.voiced, other.voiced]),
        torch.cat([one.noise_share, other.noise_share]),
        torch.cat([one.samples, other.samples]),
    )
