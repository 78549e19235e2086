"""The whole voice in one network with Piper's inputs: numbers of phonemes in, sound and durations out."""

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from models.training.voice.acoustic import NOISE_CHANNELS, AcousticModel
from models.training.voice.batches import positions
from models.training.voice.decoder import Decoder
from models.training.voice.melody import GOING_ON, QUESTION_END, PitchSpread, last_place, raised_at_the_end
from models.training.voice.phonemes import CONTINUING, PAUSES, QUESTION, STRESS, TIMELESS
from models.training.voice.prosody import STYLES, ProsodyNet
from models.training.voice.recipe import HOP
from models.training.voice.speaker import RECORDED, Speaker
from models.training.voice.spectra import ConvolutionalSpectra

NOISE_SAMPLES: Final = 1 << 17
_NOISE_FRAMES: Final = 1_024
_SHORTEST_PAUSE: Final = 1.5
_LONGEST: Final = 80.0
_BELOW_FLOOR: Final = 0.77
"""How far pitch may fall below what is looked for in recordings."""
_SEMITONE: Final = math.log(2) / 12
_FARTHEST: Final = 12.0
"""Semitones that pitch may be shifted."""
_PEAK: Final = 0.95
_FADE: Final = 128


@dataclass(frozen=True, slots=True)
class Networks:
    """What training yields."""

    prosody: ProsodyNet
    acoustic: AcousticModel
    decoder: Decoder


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything but the sound: whole frames per token, and pitch and voice per frame."""

    durations: Tensor
    """[1, tokens]."""
    token_of: Tensor
    position: Tensor
    log_f0: Tensor
    voiced: Tensor


class VoiceModel(nn.Module):
    """Networks, calibration and stored noise; the same input always gives the same sound."""

    learnt: Tensor
    timeless: Tensor
    pauses: Tensor
    continuing: Tensor
    noise: Tensor
    frame_noise: Tensor
    length_factor: Tensor

    def __init__(
        self, networks: Networks, ids: dict[str, int], learnt: list[int], seed: int, speaker: Speaker = RECORDED
    ) -> None:
        """`learnt` gives for each symbol the one whose sound was trained in its place."""
        super().__init__()
        self.prosody, self.acoustic, self.decoder = networks.prosody, networks.acoustic, networks.decoder
        self.pitch_spread = PitchSpread()
        self.spectra = ConvolutionalSpectra()
        self._lowest, self._highest = _BELOW_FLOOR * speaker.f0_floor, speaker.f0_ceiling
        self._question, self._stress = ids[QUESTION], ids.get(STRESS, -1)
        symbols = sorted(ids, key=ids.__getitem__)
        generator = torch.Generator().manual_seed(seed)
        self.register_buffer("learnt", torch.tensor(learnt))
        self.register_buffer("timeless", torch.tensor([float(symbol in TIMELESS) for symbol in symbols]))
        self.register_buffer("pauses", torch.tensor([float(symbol in PAUSES) for symbol in symbols]))
        self.register_buffer("continuing", torch.tensor([float(symbol in CONTINUING) for symbol in symbols]))
        self.register_buffer("noise", torch.randn(NOISE_SAMPLES, generator=generator).half())
        self.register_buffer("frame_noise", torch.randn(_NOISE_FRAMES, NOISE_CHANNELS, generator=generator).half())
        self.register_buffer("length_factor", torch.ones(()))

    def forward(self, ids: Tensor, lengths: Tensor, scales: Tensor) -> tuple[Tensor, Tensor]:
        """Speak one sentence.

        `ids` [1, symbols] may hold padding (0) anywhere, `lengths` [1] says how many count. `scales` are the noise in
        the spectrogram (1 as trained), the length, the spread of the pitch (1 as recorded) and, where a fourth one is
        given, by how many semitones the whole is higher. Returns samples
        [1, 1, frames * hop] and the frames of each symbol [1, symbols], 0 for padding.
        """
        counted = torch.arange(ids.shape[1], device=ids.device) < lengths[0]
        kept = torch.nonzero((ids[0] != 0) & counted)[:, 0]
        symbols = ids[:, kept]
        # Piper's runtime gives three scales.
        shift = torch.clamp(torch.cat([scales, torch.zeros_like(scales[:1])])[3], -_FARTHEST, _FARTHEST)
        plan = self.plan(symbols, torch.clamp(scales[1], 0.2, 5.0), scales[2], shift * _SEMITONE)
        present = torch.ones_like(symbols, dtype=torch.float32)
        vectors = self.acoustic.encoder(self.learnt[symbols], present)
        frame = torch.arange(plan.token_of.shape[1], device=ids.device)
        rough = (self.frame_noise.float()[frame % _NOISE_FRAMES] * scales[0]).T[None]
        painted = self.acoustic.paint(vectors, plan.token_of, plan.position, plan.log_f0, plan.voiced, rough)
        samples = self.sound(self.acoustic.natural(painted), plan)
        durations = torch.zeros_like(ids, dtype=torch.float32).scatter(1, kept[None], plan.durations.float())
        return samples[:, None], durations

    def plan(self, symbols: Tensor, length: Tensor, spread: Tensor, shift: Tensor) -> Plan:
        """Decide durations, pitch and voice of symbols without padding; `shift` is added to the log pitch."""
        present = torch.ones_like(symbols, dtype=torch.float32)
        vectors = self.prosody.read(self.learnt[symbols], present, torch.zeros(1, STYLES, device=symbols.device))
        frames = self.frames(symbols, self.prosody.log_durations(vectors)) * self.length_factor * length
        # Rounding the ends instead of the durations lets no error add up.
        ends = torch.round(torch.cumsum(frames, dim=1)).long()
        durations = torch.cat([ends[:, :1], ends[:, 1:] - ends[:, :-1]], dim=1)
        frame = torch.arange(ends[0, -1], device=symbols.device)[None]
        token_of = (frame[:, :, None] >= ends[:, None]).long().sum(dim=2)
        position = positions(durations, token_of, frame)
        contour = self.prosody.contour(vectors, token_of, position)
        quiet = torch.gather(self.pauses[symbols], 1, token_of)
        odds = nn.functional.avg_pool1d(contour.voice[:, None], 3, 1, 1, count_include_pad=False)[:, 0]
        voiced = (odds > 0).float() * (1 - quiet)
        pitch = self.pitch_spread(contour.pitch) * spread
        asked = (symbols == self._question).any(dim=1, keepdim=True).float()
        stress = last_place((symbols == self._stress).long())
        first = torch.gather(ends, 1, stress)
        last = last_place(voiced)
        pitch = raised_at_the_end(pitch, first, last, asked, QUESTION_END)
        # Before the closing symbol stands the last mark.
        goes_on = self.continuing[symbols[:, -2:-1]] * (1 - asked)
        pitch = raised_at_the_end(pitch, first, last, goes_on, GOING_ON)
        log_f0 = self.prosody.mean + self.prosody.deviation * pitch
        f0 = torch.clamp(torch.exp(log_f0 + shift), self._lowest, self._highest)
        return Plan(durations, token_of, position, torch.log(f0), voiced)

    def frames(self, symbols: Tensor, logarithms: Tensor) -> Tensor:
        """Frames of each symbol, not yet whole: none for marks, none for pauses too short to be heard."""
        frames = torch.clamp(torch.exp(torch.clamp(logarithms, max=5.0)) - 1.0, 1.0, _LONGEST)
        pause = self.pauses[symbols]
        frames = frames * (1 - pause * (frames < _SHORTEST_PAUSE).float())
        return frames * (1 - self.timeless[symbols])

    def sound(self, mel: Tensor, plan: Plan) -> Tensor:
        """Decode natural-log mel [1, 80, frames] to samples [1, frames * hop], without clicks at the ends."""
        count = mel.shape[2] * HOP
        place = torch.arange(count, device=mel.device)
        noise = self.noise.float()[place % NOISE_SAMPLES][None]
        samples = self.decoder.sound(mel, torch.exp(plan.log_f0), plan.voiced, noise, self.spectra)
        fade = torch.clamp(torch.minimum(place + 1, count - place).float() / _FADE, max=1.0)
        samples = samples * fade
        return samples * torch.clamp(_PEAK / (samples.abs().amax() + 1e-6), max=1.0)
