"""What is measured on the validation sentences after training, and put right: pace, spread of the pitch, noise."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

from models.training.voice.batches import batch_of
from models.training.voice.features import Recording
from models.training.voice.pitch import noise_share
from models.training.voice.prosody import STYLES
from models.training.voice.recipe import BINS, BINS_PER_BAND, HOP
from models.training.voice.signals import Floats
from models.training.voice.utterances import Utterance
from models.training.voice.voice_model import NOISE_SAMPLES, VoiceModel

_ROUNDS = 5
_MOST = 2.0


@torch.no_grad()
def calibrate(
    voice: VoiceModel,
    utterances: Sequence[Utterance],
    recordings: Mapping[str, Recording],
    painted: Sequence[Floats],
    ids: Mapping[str, int],
    report: Callable[[str], None],
) -> None:
    """Set the voice's length factor, pitch spread and noise correction; `painted` are its mels of the utterances."""
    voice.eval()
    _calibrate_prosody(voice, utterances, ids, report)
    _calibrate_noise(voice, utterances, recordings, painted, report)


def _calibrate_prosody(
    voice: VoiceModel, utterances: Sequence[Utterance], ids: Mapping[str, int], report: Callable[[str], None]
) -> None:
    real, planned = 0.0, 0.0
    predicted, recorded = [], []
    for one in utterances:
        batch = batch_of([one], ids, torch.device("cpu"))
        logarithms, contour = voice.prosody(batch, torch.zeros(1, STYLES))
        real += float(batch.durations.sum())
        planned += float(voice.frames(batch.ids, logarithms).sum())
        heard = batch.voiced > 0
        predicted.append(contour.pitch[heard])
        recorded.append((batch.log_f0[heard] - voice.prosody.mean) / voice.prosody.deviation)
    voice.length_factor.fill_(real / planned)
    narrow = float(torch.cat(predicted).std() / torch.cat(recorded).std())
    voice.pitch_spread.fit(torch.cat(predicted), torch.cat(recorded))
    report(f"calibration: length x {real / planned:.3f}; predicted pitch spreads {narrow:.2f} of the recorded")


def _calibrate_noise(
    voice: VoiceModel,
    utterances: Sequence[Utterance],
    recordings: Mapping[str, Recording],
    painted: Sequence[Floats],
    report: Callable[[str], None],
) -> None:
    wanted = _mean_share([recordings[one.key].noise[_cut(one)][one.voiced > 0] for one in utterances])
    offset = voice.decoder.noise_offset
    offset.zero_()
    for number in range(_ROUNDS):
        shares = []
        for one, mel in zip(utterances, painted, strict=True):
            samples = copied(voice, one, mel)
            f0 = np.where(one.voiced > 0, np.exp(one.log_f0), 0.0).astype(np.float64)
            shares.append(noise_share(samples, f0)[one.voiced > 0])
        heard = _mean_share(shares)
        report(f"calibration round {number + 1}: noise share off by {np.abs(heard / wanted - 1)[3:53].mean():.1%}")
        change = 0.5 * (_log_odds(wanted) - _log_odds(heard))
        centres = (np.arange(wanted.size) + 0.5) * BINS_PER_BAND
        step = np.interp(np.arange(BINS), centres, change)
        offset.copy_(torch.clamp(offset + 0.8 * torch.from_numpy(step).float(), -_MOST, _MOST))


@torch.no_grad()
def copied(voice: VoiceModel, one: Utterance, mel: Floats) -> Floats:
    """Decode a mel with the recorded pitch, with the stored noise."""
    f0 = torch.from_numpy(np.exp(one.log_f0))[None]
    noise = voice.noise.float()[torch.arange(one.frames * HOP) % NOISE_SAMPLES][None]
    samples = voice.decoder.sound(
        torch.from_numpy(mel.T.copy())[None], f0, torch.from_numpy(one.voiced)[None], noise, voice.spectra
    )
    return np.asarray(samples[0].numpy(), np.float32)


def _cut(one: Utterance) -> slice:
    return slice(one.first, one.first + one.frames)


def _mean_share(shares: Sequence[Floats]) -> Floats:
    return np.asarray(np.concatenate(shares)[:, :-1].mean(axis=0), np.float32)


def _log_odds(share: Floats) -> Floats:
    bounded = np.clip(share, 0.005, 0.995)
    return np.asarray(np.log(bounded / (1 - bounded)), np.float32)
