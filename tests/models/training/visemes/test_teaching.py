"""Teaching the network that reads mouths from sound."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.layers.replica.performance.articulation import ARTICULATORS, Contact
from engine.layers.replica.performance.hearing import FEATURES, MouthReader
from engine.layers.replica.performance.sound_features import BANDS, SILENCE
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.protocol import SpokenClause
from engine.layers.tts.spans import PhonemeSpan

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from models.training.visemes import learning  # noqa: E402
from models.training.visemes.disguise import disguised  # noqa: E402
from models.training.visemes.judging import flite_clauses, heard, score  # noqa: E402
from models.training.visemes.learning import MOUTHS, batch_of, export, learn, loss_of  # noqa: E402
from models.training.visemes.lessons import Lesson, lesson_of, padded, spoken_lessons  # noqa: E402
from models.training.visemes.texts import sentences  # noqa: E402

SEAL = ARTICULATORS + Contact.SEAL


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    return list(spoken_lessons([BasicVoice()], sentences(4, 1), 1))


def test_sentences_repeat_by_seed_and_are_many() -> None:
    said = sentences(200, 3)
    assert said == sentences(200, 3) != sentences(200, 4)
    assert len(set(said)) > 195
    assert all(text[0].isupper() and text[-1] in ".?!" for text in said)


def test_a_lesson_has_the_mouth_of_each_moment() -> None:
    rate = 16_000
    spans = (PhonemeSpan("m", 0, rate // 5), PhonemeSpan("ɑː", rate // 5, rate // 5))
    hum = np.sin(np.arange(rate // 5) * 0.08).astype(np.float32)
    hiss = np.random.default_rng(1).normal(0.0, 0.2, rate // 5).astype(np.float32)
    lesson = lesson_of(SpokenClause("ma", np.concatenate([hum, hiss]), rate, spans))
    assert len(lesson.mouths) == (len(lesson.spectra) + 1) // 2
    assert (lesson.spectra[60] == np.float32(SILENCE)).all()
    assert lesson.spectra[80, 5] > lesson.spectra[80, 35] + 4.0
    assert lesson.spectra[100, 35] > lesson.spectra[80, 35] + 4.0
    assert lesson.mouths[40, SEAL] == 1.0
    assert lesson.mouths[50, SEAL] == 0.0
    assert lesson.mouths[50, 0] > 0.4
    assert not lesson.mouths[20].any()


def test_stretching_moves_sound_and_mouth_together() -> None:
    clause = BasicVoice().speak("Five brave men.")
    plain, slow = lesson_of(clause), lesson_of(clause, stretch=1.2)
    quiet = 1.4 * 100
    assert (len(slow.spectra) - quiet) / (len(plain.spectra) - quiet) == pytest.approx(1.2, rel=0.02)
    sealed = [np.flatnonzero(lesson.mouths[:, SEAL] == 1.0)[0] - 35 for lesson in (plain, slow)]
    assert sealed[1] / sealed[0] == pytest.approx(1.2, rel=0.1)


def test_disguises_differ_and_leave_the_timing_alone(lessons: list[Lesson]) -> None:
    spectra = lessons[0].spectra
    random = np.random.default_rng(1)
    loud = spectra.mean(1)
    for _ in range(20):
        other = disguised(spectra, random)
        assert other.shape == spectra.shape
        assert other.dtype == np.float32
        assert np.isfinite(other).all()
        assert float(other.min()) >= SILENCE - 0.01
        assert not np.allclose(other, spectra)
        assert np.corrcoef(other.mean(1), loud)[0, 1] > 0.7


def test_excerpts_pair_each_mouth_with_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "disguised", lambda spectra, _: spectra)
    count = 500
    spectra = np.repeat(np.arange(2 * count, dtype=np.float32)[:, None], BANDS, axis=1)
    mouths = np.repeat(np.arange(count, dtype=np.float32)[:, None], FEATURES, axis=1)
    batch = batch_of([Lesson(spectra, mouths)], np.random.default_rng(1))
    # The network's first mouth is 48 spectra after the first that it looks at.
    assert torch.equal(batch.spectra[:, 48::2, 0][:, :MOUTHS], 2.0 * batch.mouths[:, :, 0])


def test_the_loss_is_least_for_the_right_mouths(lessons: list[Lesson]) -> None:
    right = torch.from_numpy(lessons[0].mouths[None])
    best = loss_of(right, right)
    assert best < loss_of((right + 0.05).clamp(0.0, 1.0), right) < loss_of((right + 0.2).clamp(0.0, 1.0), right)


def test_learning_repeats_by_seed_gets_better_and_exports_what_it_learned(
    lessons: list[Lesson], tmp_path: Path
) -> None:
    torch.set_num_threads(1)
    steps = 40
    lines: list[str] = []
    one = learn(lessons, steps, 5, lines.append)
    again = learn(lessons, steps, 5, lines.append)
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), again.state_dict().values(), strict=True))
    assert lines[0] == lines[1]
    batch = batch_of(lessons, np.random.default_rng(7))
    untaught = learn(lessons, 1, 5, lines.append)
    with torch.no_grad():
        assert loss_of(one(batch.spectra), batch.mouths) < 0.7 * loss_of(untaught(batch.spectra), batch.mouths)
        expected = one(batch.spectra[:1])[0].numpy()
    path = tmp_path / "visemes.onnx"
    export(one, path)
    assert path.stat().st_size < 500_000
    read = MouthReader(path).read(batch.spectra[0].numpy())
    np.testing.assert_allclose(read, expected, atol=1e-4)


def test_a_score_tells_right_from_wrong() -> None:
    clause = BasicVoice().speak("My poor brother bought a map.")
    lesson = lesson_of(clause)

    class Oracle(MouthReader):
        def __init__(self, told: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
            self._told, self._next = told, 0

        def read(
            self, spectra: np.ndarray[tuple[int, int], np.dtype[np.float32]]
        ) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
            count = (len(spectra) - 61) // 2 + 1
            self._next += count
            told = self._told[self._next - count : self._next]
            return np.concatenate([told, np.zeros((count - len(told), FEATURES), np.float32)])

    perfect = score(Oracle(lesson.mouths), [clause])
    assert perfect.opening > 0.98
    assert perfect.seals_found == perfect.seals_right == 1.0
    late = score(Oracle(np.roll(lesson.mouths, 12, axis=0)), [clause])
    assert late.opening < 0.5
    assert late.seals_found < 1.0


def test_flite_tells_its_phonemes_where_it_is_installed() -> None:
    clauses = flite_clauses("slt", ["Brave men."])
    if not clauses:
        pytest.skip("flite is not installed")
    (clause,) = clauses
    assert [span.phoneme for span in clause.phonemes if span.phoneme] == ["b", "ɹ", "eɪ", "v", "m", "ɛ", "n"]
    last = clause.phonemes[-1]
    assert last.start + last.length == pytest.approx(clause.samples.size, rel=0.02)


@pytest.mark.slow
def test_the_command_writes_network_and_scores(tmp_path: Path) -> None:
    from models.training.visemes.__main__ import main

    assert main(["--out", str(tmp_path / "visemes"), "--sentences", "2", "--steps", "2"]) == 0
    scores = json.loads((tmp_path / "visemes" / "scores.json").read_text(encoding="utf-8"))
    assert {"en_US-vera-medium", "en_US-hugo-medium", "espeak-ng"} <= set(scores)
    reader = MouthReader(tmp_path / "visemes" / "visemes.onnx")
    assert heard(reader, padded(np.zeros(1600, np.float32), 16_000)).shape[1] == FEATURES
