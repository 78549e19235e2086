"""Building blocks of the networks."""

import torch
from torch import Tensor, nn


class Channels(nn.Module):
    """Layer normalisation over the channels of [batch, channels, time]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise each moment."""
        normalised: Tensor = self.norm(x.transpose(1, 2)).transpose(1, 2)
        return normalised


class ConvNeXt(nn.Module):
    """A residual block: depthwise convolution, normalisation, and a pair of pointwise layers."""

    def __init__(self, width: int, kernel: int = 7, expansion: int = 2, dropout: float = 0.0) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.wide = nn.Linear(width, width * expansion)
        self.narrow = nn.Linear(width * expansion, width)
        self.dropout = nn.Dropout(dropout)
        self.scale = nn.Parameter(torch.full((width,), 0.3))

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, time] to the same."""
        inner = self.norm(self.depthwise(x).transpose(1, 2))
        inner = self.narrow(nn.functional.gelu(self.wide(inner), approximate="tanh"))
        changed: Tensor = x + (self.scale * self.dropout(inner)).transpose(1, 2)
        return changed


class Attention(nn.Module):
    """Multi-head self-attention and a feed-forward layer over [batch, time, width], with residuals."""

    def __init__(self, width: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads = heads
        self.before = nn.LayerNorm(width)
        self.mixed = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.between = nn.LayerNorm(width)
        self.wide = nn.Linear(width, 2 * width)
        self.narrow = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """`present` [batch, time] is 1 for real places and 0 for padding."""
        batch, time, width = x.shape
        query, key, value = self.mixed(self.before(x)).reshape(batch, time, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(2, 3) / (width // self.heads) ** 0.5
        scores = scores + (present[:, None, None] - 1) * 1e4
        seen = (torch.softmax(scores, dim=3) @ value).transpose(1, 2).reshape(batch, time, width)
        x = x + self.dropout(self.out(seen))
        inner = self.narrow(nn.functional.gelu(self.wide(self.between(x)), approximate="tanh"))
        changed: Tensor = x + self.dropout(inner)
        return changed
