"""How long each sound lasts, where there is voice, and how high it is."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.training.voice.acoustic import TokenEncoder
from models.training.voice.batches import POSITION_FEATURES, Batch, at_frames
from models.training.voice.layers import Channels, ConvNeXt

STYLES = 3
"""Mean pitch, spread of the pitch, and pace of a whole sentence, each with mean 0 and deviation 1."""
_WIDTH = 96
_DROPOUT = 0.3


@dataclass(frozen=True, slots=True)
class Contour:
    """Per frame: the log odds of voice, and the log pitch in the speaker's deviations from her mean."""

    voice: Tensor
    pitch: Tensor


class ProsodyNet(nn.Module):
    """A small net of its own: inside the acoustic model these heads overfit."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, symbols: int) -> None:
        super().__init__()
        self.encoder = TokenEncoder(symbols, _WIDTH, blocks=3, attentions=1, dropout=_DROPOUT)
        self.style = nn.Linear(STYLES, _WIDTH)
        self.lengths = nn.Sequential(Channels(_WIDTH), nn.Conv1d(_WIDTH, _WIDTH, 3, padding=1), nn.GELU())
        self.length = nn.Conv1d(_WIDTH, 1, 1)
        self.place = nn.Linear(POSITION_FEATURES, _WIDTH)
        self.blocks = nn.ModuleList(ConvNeXt(_WIDTH, kernel=15, dropout=_DROPOUT) for _ in range(4))
        self.norm = Channels(_WIDTH)
        self.last = nn.Conv1d(_WIDTH, 2, 1)
        self.register_buffer("mean", torch.tensor(5.0))
        self.register_buffer("deviation", torch.tensor(0.17))

    def read(self, ids: Tensor, present: Tensor, style: Tensor) -> Tensor:
        """Token vectors [batch, tokens, 96]; `style` is [batch, 3]."""
        vectors: Tensor = self.encoder(ids, present) + self.style(style)[:, None]
        return vectors

    def log_durations(self, vectors: Tensor) -> Tensor:
        """log(1 + frames) of each token [batch, tokens]."""
        logarithms: Tensor = self.length(self.lengths(vectors.transpose(1, 2)))[:, 0]
        return logarithms

    def contour(self, vectors: Tensor, token_of: Tensor, position: Tensor) -> Contour:
        """Voice and pitch of each frame."""
        x = (at_frames(vectors, token_of) + self.place(position)).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        both = self.last(self.norm(x))
        return Contour(both[:, 0], both[:, 1])

    def forward(self, batch: Batch, style: Tensor) -> tuple[Tensor, Contour]:
        """Log durations, and the contour at the batch's real durations."""
        vectors = self.read(batch.ids, batch.present, style)
        return self.log_durations(vectors), self.contour(vectors, batch.token_of, batch.position)
