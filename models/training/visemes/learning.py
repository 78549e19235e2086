"""Learning from lessons."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from engine.layers.replica.performance.articulation import ARTICULATORS, Contact
from engine.layers.replica.performance.hearing import AHEAD, SPECTRA, SPECTRA_PER_MOUTH
from engine.layers.replica.performance.sound_features import BANDS
from models.training.visemes.disguise import disguised
from models.training.visemes.lessons import Lesson
from models.training.visemes.network import MouthNetwork

BATCH: Final = 24
MOUTHS: Final = 96
"""In one excerpt: 1.9 s."""
_RATE: Final = 3e-3
_REPORTS: Final = 200

# The opening of the mouth is seen most, and is a small number; a seal that is missed is seen too.
_WEIGHTS: Final = (12.0, 6.0, 6.0, 3.0, 3.0, 6.0)
_CONTACTS: Final = {Contact.SEAL: 0.3, Contact.TUCK: 0.2, Contact.BETWEEN: 0.1, Contact.RIDGE: 0.1}


@dataclass(frozen=True, slots=True)
class Batch:
    """Excerpts of lessons."""

    spectra: Tensor
    mouths: Tensor


def batch_of(lessons: Sequence[Lesson], random: np.random.Generator, size: int = BATCH) -> Batch:
    """Cut excerpts from anywhere, disguised."""
    spectra, mouths = [], []
    length = SPECTRA + SPECTRA_PER_MOUTH * (MOUTHS - 1)
    back = (SPECTRA - 1 - AHEAD) // SPECTRA_PER_MOUTH
    for _ in range(size):
        lesson = lessons[int(random.integers(len(lessons)))]
        last = min(len(lesson.mouths) - MOUTHS - back, (len(lesson.spectra) - length) // SPECTRA_PER_MOUTH)
        place = int(random.integers(max(1, last + 1)))
        excerpt = lesson.spectra[SPECTRA_PER_MOUTH * place :][:length]
        spectra.append(disguised(excerpt, random))
        mouths.append(lesson.mouths[place + back :][:MOUTHS])
    return Batch(torch.from_numpy(np.stack(spectra)), torch.from_numpy(np.stack(mouths)))


def loss_of(told: Tensor, right: Tensor) -> Tensor:
    """How far the mouths told are from the right ones."""
    weights = torch.tensor(_WEIGHTS)
    places = (weights * (told[..., :ARTICULATORS] - right[..., :ARTICULATORS]) ** 2).mean()
    contacts = torch.tensor([_CONTACTS[contact] for contact in Contact])
    doubt = torch.nn.functional.binary_cross_entropy(
        told[..., ARTICULATORS:].clamp(1e-5, 1.0 - 1e-5), right[..., ARTICULATORS:], reduction="none"
    )
    loss: Tensor = places + 0.5 * (contacts * doubt).mean()
    return loss


def learn(lessons: Sequence[Lesson], steps: int, seed: int, report: Callable[[str], None]) -> MouthNetwork:
    """Teach a network; the same lessons, steps and seed give the same network on the same machine."""
    lessons = [lesson for lesson in lessons if len(lesson.spectra) >= SPECTRA + SPECTRA_PER_MOUTH * (MOUTHS + 1)]
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    every = np.concatenate([lesson.spectra for lesson in lessons])
    network = MouthNetwork(torch.from_numpy(every.mean(0)), torch.from_numpy(every.std(0)))
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps, pct_start=0.1)
    recent: list[float] = []
    for step in range(1, steps + 1):
        batch = batch_of(lessons, random)
        loss = loss_of(network(batch.spectra), batch.mouths)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        recent.append(float(loss.detach()))
        if step % _REPORTS == 0 or step == steps:
            report(f"step {step} of {steps}: loss {np.mean(recent):.4f}")
            recent.clear()
    return network.eval()


def export(network: MouthNetwork, path: Path) -> None:
    """Write the network as ONNX: `spectra` in, `mouths` out, any number of both."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(1, SPECTRA + SPECTRA_PER_MOUTH, BANDS),),
            str(path),
            opset_version=17,
            dynamo=False,
            input_names=["spectra"],
            output_names=["mouths"],
            dynamic_axes={"spectra": {1: "spectra"}, "mouths": {1: "mouths"}},
        )
