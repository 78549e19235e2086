"""Pitch at run time: the speaker's own spread, questions that rise, and clauses that go on."""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

_KNOTS = (0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the pitch moves over the last stressed sounds, in deviations from the mean."""

    dip: float
    """How far below the mean it goes first."""
    rise_to: float


QUESTION_END: Final = Ending(dip=0.5, rise_to=2.0)
"""About a fourth above where she usually speaks."""
GOING_ON: Final = Ending(dip=0.3, rise_to=0.6)
"""A clause that ends with a comma: what follows is spoken apart, so the net hears an end where none is."""


class PitchSpread(nn.Module):
    """A rising line through seven points that gives predicted pitch the distribution of the recorded one.

    Nets that learn a mean speak too evenly; this puts back what the mean took away.
    """

    points: Tensor
    values: Tensor

    def __init__(self) -> None:
        super().__init__()
        start = torch.linspace(-2.0, 2.0, len(_KNOTS))
        self.register_buffer("points", start)
        self.register_buffer("values", start.clone())

    def fit(self, predicted: Tensor, recorded: Tensor) -> None:
        """Take the points from the quantiles of predicted and recorded pitch, both in deviations."""
        quantiles = torch.tensor(_KNOTS)
        points = torch.quantile(predicted.float().cpu(), quantiles)
        # Points at least a little apart keep the line from jumping.
        self.points.copy_(points + torch.arange(len(_KNOTS)) * 1e-3)
        self.values.copy_(torch.quantile(recorded.float().cpu(), quantiles))

    def forward(self, pitch: Tensor) -> Tensor:
        """Map [batch, frames]."""
        slopes = (self.values[1:] - self.values[:-1]) / (self.points[1:] - self.points[:-1])
        slopes = torch.clamp(slopes, 0.5, 3.0)
        changes = torch.cat([slopes[:1], slopes[1:] - slopes[:-1]])
        middle = len(_KNOTS) // 2
        bends = torch.clamp(pitch[:, :, None] - self.points[:-1], min=0.0)
        at_middle = (torch.clamp(self.points[middle] - self.points[:-1], min=0.0) * changes).sum()
        above = (bends * changes).sum(dim=2) - at_middle + self.values[middle]
        # Below the first point the line goes on at its first slope.
        return above + slopes[0] * torch.clamp(pitch - self.points[0], max=0.0)


def last_place(marks: Tensor) -> Tensor:
    """The last place that is marked, [batch, 1]; 0 when none is. `marks` is [batch, places], 0 or 1."""
    places = torch.arange(marks.shape[1], device=marks.device)
    return (marks.long() * places).amax(dim=1, keepdim=True)


def raised_at_the_end(pitch: Tensor, first: Tensor, last: Tensor, marked: Tensor, ending: Ending) -> Tensor:
    """Let the pitch dip and then rise over the last stressed sounds.

    `pitch` is [batch, frames] in deviations; `first` and `last` are the frames [batch, 1] of the last stressed vowel's
    beginning and of the last sound's end; `marked` [batch, 1] is 1 where it is to do so.
    """
    frame = torch.arange(pitch.shape[1], device=pitch.device)
    # A rise needs room: at least a quarter of a second, from the last stress on.
    begin = torch.minimum(first, last - 22).float()
    way = torch.clamp((frame - begin) / torch.clamp(last - begin, min=1.0), 0.0, 1.0)
    rising = way * way * (3 - 2 * way)
    target = -ending.dip + (ending.rise_to + ending.dip) * rising
    weight = marked * torch.clamp(way * 4, 0.0, 1.0)
    return pitch + weight * (target - pitch)
