"""Spectra, pulses and the run-time rules of the voice."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from models.training.voice.batches import positions  # noqa: E402
from models.training.voice.decoder import Decoder  # noqa: E402
from models.training.voice.excitation import pulses  # noqa: E402
from models.training.voice.melody import QUESTION_END, PitchSpread, last_place, raised_at_the_end  # noqa: E402
from models.training.voice.recipe import HOP, SAMPLE_RATE  # noqa: E402
from models.training.voice.spectra import ConvolutionalSpectra, analyse, synthesise  # noqa: E402


def test_analysis_and_synthesis_are_inverse_away_from_the_ends() -> None:
    sound = torch.randn(2, 40 * HOP, generator=torch.Generator().manual_seed(1))
    back = synthesise(analyse(sound))
    assert back.shape == sound.shape
    assert torch.allclose(back[:, 2 * HOP : -2 * HOP], sound[:, 2 * HOP : -2 * HOP], atol=1e-5)


def test_convolutions_give_the_same_spectra_and_sounds() -> None:
    sound = torch.randn(2, 20 * HOP, generator=torch.Generator().manual_seed(2))
    spectra = ConvolutionalSpectra()
    real, imaginary = spectra.analyse(sound)
    assert torch.allclose(torch.complex(real, imaginary), analyse(sound), atol=1e-3)
    assert torch.allclose(spectra.synthesise(real, imaginary), synthesise(analyse(sound)), atol=1e-4)


def test_pulses_have_unit_power_and_harmonics_of_the_pitch_alone() -> None:
    sound = pulses(torch.full((1, 86), 200.0), torch.ones(1, 86))[0]
    assert float((sound**2).mean()) == pytest.approx(1, rel=0.02)
    power = np.abs(np.fft.rfft(sound.numpy() * np.hanning(sound.numel()))) ** 2
    frequency = np.fft.rfftfreq(sound.numel(), 1 / SAMPLE_RATE)
    beside = np.abs(frequency / 200 - np.round(frequency / 200)) > 0.05
    assert power[beside].sum() < 1e-3 * power.sum()


def test_there_are_no_pulses_without_voice() -> None:
    voiced = torch.zeros(1, 20)
    voiced[:, :10] = 1
    sound = pulses(torch.full((1, 20), 150.0), voiced)[0]
    assert float(sound[: 10 * HOP].abs().max()) > 1
    assert not sound[10 * HOP :].any()


def test_both_ways_to_decode_agree() -> None:
    torch.manual_seed(3)
    decoder = Decoder().eval()
    mel, f0 = torch.randn(1, 80, 12) - 5, 120 + 60 * torch.rand(1, 12)
    voiced, noise = (torch.rand(1, 12) > 0.3).float(), torch.randn(1, 12 * HOP)
    with torch.no_grad():
        trained = decoder(mel, f0, voiced, noise).samples
        exported = decoder.sound(mel, f0, voiced, noise, ConvolutionalSpectra())
    assert torch.allclose(trained, exported, atol=1e-4)


def test_a_frame_knows_its_place_in_its_token() -> None:
    durations = torch.tensor([[2, 0, 4]])
    token_of = torch.tensor([[0, 0, 2, 2, 2, 2]])
    place = positions(durations, token_of, torch.arange(6)[None])
    assert torch.allclose(place[0, :, 0], torch.tensor([0.25, 0.75, 0.125, 0.375, 0.625, 0.875]))
    assert place[0, 5, 2] == 0  # the last frame has none after it


def test_flat_pitch_gets_the_spread_of_the_speaker() -> None:
    random = torch.Generator().manual_seed(4)
    predicted = 0.6 * torch.randn(20_000, generator=random)
    recorded = torch.exp(0.5 * torch.randn(20_000, generator=random))
    spread = PitchSpread()
    spread.fit(predicted, recorded)
    mapped = spread(predicted[None])[0]
    for share in (0.05, 0.5, 0.95):
        assert float(mapped.quantile(share)) == pytest.approx(float(recorded.quantile(share)), abs=0.12)
    line = spread(torch.linspace(-4, 4, 50)[None])[0]
    assert (line[1:] > line[:-1]).all()


def test_only_questions_rise_at_the_end() -> None:
    pitch = torch.linspace(1, -1, 100)[None]
    first, last = torch.tensor([[60]]), torch.tensor([[95]])
    stated = raised_at_the_end(pitch, first, last, torch.tensor([[0.0]]), QUESTION_END)
    asked = raised_at_the_end(pitch, first, last, torch.tensor([[1.0]]), QUESTION_END)
    assert torch.equal(stated, pitch)
    assert torch.equal(asked[:, :60], pitch[:, :60])
    assert float(asked[0, 95]) > 1.5
    assert float((asked[0, 1:] - asked[0, :-1]).abs().max()) < 0.4  # no jump


def test_the_last_mark_is_found() -> None:
    assert last_place(torch.tensor([[0, 1, 0, 1, 0]])).item() == 3
    assert last_place(torch.tensor([[0, 0, 0]])).item() == 0
