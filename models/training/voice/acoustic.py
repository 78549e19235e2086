"""From tokens, durations and pitch to the mel spectrogram."""

import torch
from torch import Tensor, nn

from models.training.voice.batches import POSITION_FEATURES, Batch, at_frames
from models.training.voice.layers import Attention, Channels, ConvNeXt
from models.training.voice.recipe import MELS

NOISE_CHANNELS = 8


class TokenEncoder(nn.Module):
    """Tokens to vectors that know their neighbours."""

    def __init__(self, symbols: int, width: int, blocks: int, attentions: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(symbols, width)
        self.first = nn.Conv1d(width, width, 5, padding=2)
        self.blocks = nn.ModuleList(ConvNeXt(width, dropout=dropout) for _ in range(blocks))
        self.attentions = nn.ModuleList(Attention(width, 4, dropout) for _ in range(attentions))

    def forward(self, ids: Tensor, present: Tensor) -> Tensor:
        """[batch, tokens] to [batch, tokens, width]."""
        x = (self.embedding(ids) * present[:, :, None]).transpose(1, 2)
        x = x + self.first(x)
        for block in self.blocks:
            x = block(x) * present[:, None]
        x = x.transpose(1, 2)
        for attention in self.attentions:
            x = attention(x, present)
        return x


class AcousticModel(nn.Module):
    """The encoder of tokens, and a stack of convolutions over frames."""

    level: Tensor
    spread: Tensor

    def __init__(self, symbols: int, width: int = 192, frame_width: int = 256) -> None:
        super().__init__()
        self.encoder = TokenEncoder(symbols, width, blocks=4, attentions=2, dropout=0.1)
        self.place = nn.Linear(POSITION_FEATURES, width)
        self.enter = nn.Conv1d(width + 2 + NOISE_CHANNELS, frame_width, 3, padding=1)
        self.blocks = nn.ModuleList(ConvNeXt(frame_width) for _ in range(6))
        self.norm = Channels(frame_width)
        self.last = nn.Linear(frame_width, MELS)
        self.register_buffer("level", torch.zeros(MELS))
        self.register_buffer("spread", torch.ones(MELS))

    def forward(self, batch: Batch, noise: Tensor) -> Tensor:
        """Return the spectrogram [batch, 80, frames], normalised per band."""
        vectors = self.encoder(batch.ids, batch.present)
        return self.paint(vectors, batch.token_of, batch.position, batch.log_f0, batch.voiced, noise)

    def paint(
        self, vectors: Tensor, token_of: Tensor, position: Tensor, log_f0: Tensor, voiced: Tensor, noise: Tensor
    ) -> Tensor:
        """Frames from token vectors; `noise` is [batch, 8, frames]."""
        x = at_frames(vectors, token_of) + self.place(position)
        pitch = (log_f0 - 5.0) * 4.0 * voiced
        x = self.enter(torch.cat([x.transpose(1, 2), pitch[:, None], voiced[:, None], noise], dim=1))
        for block in self.blocks:
            x = block(x)
        painted: Tensor = self.last(self.norm(x).transpose(1, 2)).transpose(1, 2)
        return painted

    def normalised(self, mel: Tensor) -> Tensor:
        """Natural-log mel to zero mean and unit deviation per band."""
        return (mel - self.level[:, None]) / self.spread[:, None]

    def natural(self, painted: Tensor) -> Tensor:
        """Undo `normalised`."""
        return painted * self.spread[:, None] + self.level[:, None]
