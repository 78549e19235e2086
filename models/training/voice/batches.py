"""Utterances of different lengths side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.training.voice.utterances import Utterance

POSITION_FEATURES = 4


@dataclass(frozen=True, slots=True)
class Batch:
    """Tokens are [batch, tokens], frames [batch, frames]; both padded."""

    ids: Tensor
    present: Tensor
    """1 for tokens, 0 for padding."""
    durations: Tensor
    token_of: Tensor
    """For each frame the place of its token."""
    position: Tensor
    """[batch, frames, 4]; see `positions`."""
    mel: Tensor
    """[batch, 80, frames]."""
    log_f0: Tensor
    voiced: Tensor
    filled: Tensor
    """1 for frames, 0 for padding."""


def positions(durations: Tensor, token_of: Tensor, frame: Tensor) -> Tensor:
    """Where each frame lies in its token: relative place, frames since its start, frames to its end, log duration.

    `durations` is [batch, tokens] in frames, `token_of` and `frame` (the number of the frame) are [batch, frames].
    """
    length = torch.gather(durations, 1, token_of).float()
    end = torch.gather(torch.cumsum(durations, dim=1), 1, token_of).float()
    since = frame.float() - (end - length)
    length = torch.clamp(length, min=1.0)
    left = length - 1 - since
    return torch.stack([(since + 0.5) / length, torch.tanh(since / 8), torch.tanh(left / 8), torch.log(length) - 2], 2)


def batch_of(
    utterances: Sequence[Utterance],
    ids: Mapping[str, int],
    device: torch.device,
    crops: Sequence[tuple[int, int]] | None = None,
) -> Batch:
    """Pad utterances to one batch; `crops` takes only frames `first` to `last` of each (the tokens stay whole)."""
    spans = crops or [(0, one.frames) for one in utterances]
    tokens = max(len(one.tokens) for one in utterances)
    frames = max(last - first for first, last in spans)
    count = len(utterances)
    number = np.zeros((count, tokens), np.int64)
    present = np.zeros((count, tokens), np.float32)
    durations = np.zeros((count, tokens), np.int64)
    token_of = np.zeros((count, frames), np.int64)
    frame = np.zeros((count, frames), np.int64)
    mel = np.zeros((count, frames, utterances[0].mel.shape[1]), np.float32)
    log_f0 = np.full((count, frames), 5.0, np.float32)
    voiced = np.zeros((count, frames), np.float32)
    filled = np.zeros((count, frames), np.float32)
    for row, (one, (first, last)) in enumerate(zip(utterances, spans, strict=True)):
        size, length = len(one.tokens), last - first
        number[row, :size] = [ids[token] for token in one.tokens]
        present[row, :size] = 1
        durations[row, :size] = one.durations
        token_of[row, :length] = np.repeat(np.arange(size), one.durations)[first:last]
        frame[row, :length] = np.arange(first, last)
        mel[row, :length] = one.mel[first:last]
        log_f0[row, :length] = one.log_f0[first:last]
        voiced[row, :length] = one.voiced[first:last]
        filled[row, :length] = 1
    duration, place = torch.from_numpy(durations), torch.from_numpy(token_of)
    position = positions(duration, place, torch.from_numpy(frame))
    return Batch(
        torch.from_numpy(number).to(device),
        torch.from_numpy(present).to(device),
        duration.to(device),
        place.to(device),
        position.to(device),
        torch.from_numpy(mel).transpose(1, 2).contiguous().to(device),
        torch.from_numpy(log_f0).to(device),
        torch.from_numpy(voiced).to(device),
        torch.from_numpy(filled).to(device),
    )


def random_crops(
    random: np.random.Generator, utterances: Sequence[Utterance], count: int, frames: int
) -> tuple[list[Utterance], list[tuple[int, int]]]:
    """Choose `count` utterances of at least `frames` frames (or the longest there are) and a stretch of each."""
    frames = min(frames, max(one.frames for one in utterances))
    long = [one for one in utterances if one.frames >= frames]
    chosen = [long[index] for index in random.integers(0, len(long), count)]
    firsts = [int(random.integers(0, one.frames - frames + 1)) for one in chosen]
    return chosen, [(first, first + frames) for first in firsts]


def at_frames(vectors: Tensor, token_of: Tensor) -> Tensor:
    """Repeat token vectors [batch, tokens, width] for their frames [batch, frames, width]."""
    return torch.gather(vectors, 1, token_of[:, :, None].expand(-1, -1, vectors.shape[2]))
