"""Networks that tell real spectra from made ones, and the losses of both sides."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.voice.spectra import magnitude
from models.training.voice.stages import decayed

SIZES = (1_024, 512, 256)


class PictureJudge(nn.Module):
    """Strided convolutions over a picture [batch, 1, bands, frames]; the outputs of all layers."""

    def __init__(self, widths: Sequence[int], strides: Sequence[tuple[int, int]]) -> None:
        super().__init__()
        entering = [1, *widths[:-1]]
        self.layers = nn.ModuleList(
            nn.utils.parametrizations.weight_norm(nn.Conv2d(into, out, (5, 3), stride, (2, 1)))
            for into, out, stride in zip(entering, widths, strides, strict=True)
        )
        self.last = nn.Conv2d(widths[-1], 1, 3, padding=1)

    def forward(self, picture: Tensor) -> list[Tensor]:
        """Outputs from the first layer to the verdict."""
        seen = []
        for layer in self.layers:
            picture = functional.leaky_relu(layer(picture), 0.1)
            seen.append(picture)
        return [*seen, self.last(picture)]


class MelJudge(nn.Module):
    """Judges normalised mel spectrograms."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = PictureJudge((32, 48, 64, 96), ((2, 1), (2, 2), (2, 2), (2, 2)))

    def forward(self, mel: Tensor) -> list[list[Tensor]]:
        """[batch, 80, frames]."""
        return [self.picture(mel[:, None])]


class SpectrumJudge(nn.Module):
    """Judges sound by its log magnitude spectra at three resolutions."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        widths = (width, width + 8, 2 * width, 2 * width)
        self.pictures = nn.ModuleList(PictureJudge(widths, ((2, 1), (2, 2), (2, 2), (2, 1))) for _ in SIZES)

    def forward(self, samples: Tensor) -> list[list[Tensor]]:
        """[batch, samples]."""
        return [
            picture((torch.log(magnitude(samples, size, size // 4) + 1e-3)[:, None] + 2.0) / 3.0)
            for picture, size in zip(self.pictures, SIZES, strict=True)
        ]


def judge_loss(real: Sequence[Sequence[Tensor]], made: Sequence[Sequence[Tensor]]) -> Tensor:
    """Least squares: real to 1, made to 0."""
    terms = [((r[-1].float() - 1) ** 2).mean() + (m[-1].float() ** 2).mean() for r, m in zip(real, made, strict=True)]
    return torch.stack(terms).mean()


def deception_loss(made: Sequence[Sequence[Tensor]]) -> Tensor:
    """Least squares: made to 1."""
    return torch.stack([((m[-1].float() - 1) ** 2).mean() for m in made]).mean()


def feature_loss(real: Sequence[Sequence[Tensor]], made: Sequence[Sequence[Tensor]]) -> Tensor:
    """Mean distance of what the judge's layers see."""
    terms = [
        functional.l1_loss(mine.float(), true.float().detach())
        for r, m in zip(real, made, strict=True)
        for true, mine in zip(r[:-1], m[:-1], strict=True)
    ]
    return torch.stack(terms).mean()


class Contest:
    """A network and its judge, each with an optimiser: they learn in turns."""

    def __init__(self, name: str, learner: nn.Module, judge: nn.Module, *, rate: float, judge_rate: float) -> None:
        """`name` is the learner's in the checkpoint."""
        self._name, self._learner, self.judge = name, learner, judge
        self._rate, self._judge_rate = rate, judge_rate
        self._optimiser = torch.optim.AdamW(learner.parameters(), rate, (0.8, 0.98), weight_decay=0.01)
        self._judge_optimiser = torch.optim.AdamW(judge.parameters(), judge_rate, (0.8, 0.98), weight_decay=0.01)

    def states(self) -> Mapping[str, Any]:
        """Both networks, both optimisers."""
        return {
            self._name: self._learner,
            "judge": self.judge,
            "optimiser": self._optimiser,
            "judge_optimiser": self._judge_optimiser,
        }

    def decay(self, progress: float) -> None:
        """Set both learning rates for this step."""
        decayed(self._optimiser, self._rate, progress, last=0.2)
        decayed(self._judge_optimiser, self._judge_rate, progress, last=0.2)

    def teach_judge(self, on_real: Sequence[Sequence[Tensor]], on_made: Sequence[Sequence[Tensor]]) -> float:
        """The judge's turn; returns its loss."""
        judged = judge_loss(on_real, on_made)
        self._judge_optimiser.zero_grad()
        judged.backward()
        self._judge_optimiser.step()
        return float(judged.item())

    @contextmanager
    def judge_at_rest(self) -> Iterator[None]:
        """While the other side learns, the judge's weights need no gradients."""
        self.judge.requires_grad_(requires_grad=False)
        yield
        self.judge.requires_grad_(requires_grad=True)

    def teach_learner(self, loss: Tensor, longest_gradient: float) -> None:
        """The learner's turn."""
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._learner.parameters(), longest_gradient)
        self._optimiser.step()
