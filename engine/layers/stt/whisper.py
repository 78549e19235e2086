"""Whisper by CTranslate2, on a window as short as the sound.

Whisper was trained on windows of 30 s, to which faster-whisper pads every call. Encoding the sound with a few seconds of
zero samples behind it costs a quarter of that at the same error rate, as long as `guard` watches the decoder and sends
doubtful texts to the full window.
"""

import textwrap
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.cancel import CancelToken
from engine.layers.log_mel import HOP, log_mel
from engine.layers.stt.guard import Attempt, Verdict, judge, judge_full_window, token_limit
from engine.layers.stt.protocol import Transcription
from engine.layers.stt.spoken_language import LanguageQuestion

if TYPE_CHECKING:
    from ctranslate2 import StorageView
    from faster_whisper.tokenizer import Tokenizer

FULL_WINDOW: Final = 30 * HEARING_RATE
LONGEST: Final = 29 * HEARING_RATE
"""Samples of one call; what comes before is left out."""

_FILES: Final = ("model.bin", "config.json", "tokenizer.json")
_QUIET: Final = 0.001
"""RMS of the loudest 20 ms under which nothing was said (-60 dBFS)."""
_SHORTEST: Final = HEARING_RATE // 10
_ENCODER_STEP: Final = 2 * HOP
"""Samples behind one encoder position: its second convolution has stride 2."""
_LENGTH_OF_TEXT: Final = 448
"""Whisper's text context, in tokens; the prompt may take half."""
_HOTWORD_TOKENS: Final = 100
_HOTWORD_CHARACTERS: Final = 400
_STOPS: Final = (".", "?", "!", "。", "？", "！", "؟")
_REPETITION_PENALTY: Final = 1.1


class WhisperRecognizer:
    """A `Recognizer`: one set of weights, one call at a time."""

    def __init__(self, folder: Path, *, threads: int = 1, padding: float = 6.0, device: str = "cpu") -> None:
        """Load a CTranslate2 Whisper of any size.

        `folder`: model.bin, config.json, tokenizer.json and the vocabulary. `padding`: seconds of zero samples behind
        the sound; 30 always takes the full window. `device`: `cpu` (int8) or `cuda` (float16 with int8 weights). Raises
        ModelUnavailableError naming folder or file.
        """
        import ctranslate2
        import tokenizers

        for name in _FILES:
            if not (folder / name).is_file():
                raise ModelUnavailableError(f"{folder / name} is missing; fetch it again with `visavis models pull`")
        try:
            self._model = ctranslate2.models.Whisper(
                str(folder),
                device=device,
                compute_type="int8" if device == "cpu" else "int8_float16",
                inter_threads=1,
                intra_threads=threads,
            )
            self._words = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # both libraries raise bare RuntimeError, ValueError and Exception
            raise ModelUnavailableError(
                f"{folder} does not load as a Whisper model ({error}); check it with `visavis models verify`"
            ) from error
        self._padding = round(padding * HEARING_RATE)
        self._lock = threading.Lock()
        self._tokenizers: dict[str, Tokenizer] = {}

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str = "en",
        others: Collection[str] = (),
        hotwords: str = "",
        partial: bool = False,
        cancel: CancelToken | None = None,
    ) -> Transcription:
        """Transcribe `audio` (16 kHz; anything longer than 29 s is cut at the front).

        `language`: ISO 639-1 code, ignored by a model that knows English only; else raises InvalidInputError for one that
        Whisper lacks. `others`: codes of languages that may be spoken instead; the likeliest one counts when it is clearly likelier.
        `hotwords`: names and terms to listen for, as a text of any form; the first 400 characters count. `partial`: a doubtful text is
        left empty instead of being heard again on the full window. Blocking, thread-safe: calls queue. A cancelled call gives an
        empty text before its next encoding or decoding.
        """
        cancel = cancel or CancelToken()
        asked = LanguageQuestion(language, frozenset(others) if self.multilingual else frozenset())
        self._tokenizer(language)
        heard = audio[-LONGEST:].astype(np.float32, copy=False)
        with self._lock:
            started = time.perf_counter()
            if cancel.cancelled or is_quiet(heard):
                return _nothing(started)
            window = min(FULL_WINDOW, len(heard) + self._padding)
            full = window == FULL_WINDOW
            understood = self._attempt(heard, window, asked, hotwords, cancel)
            if understood is not None and not full and not partial and judge(understood[0]) is Verdict.DOUBTFUL:
                full = True
                again = "" if understood[0].maybe_silent else hotwords
                understood = self._attempt(heard, FULL_WINDOW, asked, again, cancel)
            if understood is None:
                return _nothing(started)
            attempt, spoken = understood
            verdict = judge_full_window(attempt) if full else judge(attempt)
            speech = verdict is Verdict.SPEECH
            return Transcription(
                text=attempt.text if speech else "",
                average_log_probability=attempt.average_log_probability,
                used_full_window=full,
                milliseconds=(time.perf_counter() - started) * 1000,
                language=spoken if speech else "",
            )

    def _attempt(
        self, heard: Samples, window: int, asked: LanguageQuestion, hotwords: str, cancel: CancelToken
    ) -> tuple[Attempt, str] | None:
        """Decode `heard` followed by zeros up to `window` samples, and say in which language; None when cancelled on the way."""
        import ctranslate2
        from faster_whisper.transcribe import get_suppressed_tokens

        frames = -(-window // _ENCODER_STEP) * 2
        features = log_mel(heard, frames, self._model.n_mels)
        if cancel.cancelled:
            return None
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features[None]))
        if cancel.cancelled:
            return None
        spoken = self._spoken(encoded, asked)
        tokenizer = self._tokenizer(spoken)
        prompt = _prompt(tokenizer, hotwords)
        seconds = len(heard) / HEARING_RATE
        limit = min(token_limit(seconds), _LENGTH_OF_TEXT // 2)
        (result,) = self._model.generate(
            encoded,
            [prompt],
            beam_size=1,
            repetition_penalty=_REPETITION_PENALTY,
            # CTranslate2 generates at most half of `max_length`, and no more than the prompt leaves of it.
            max_length=min(max(2 * limit, limit + len(prompt)), _LENGTH_OF_TEXT),
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            return_scores=True,
            return_no_speech_prob=True,
        )
        tokens = result.sequences_ids[0]
        attempt = Attempt(
            text=tokenizer.decode(tokens).strip(),
            seconds=seconds,
            tokens=len(tokens),
            token_limit=limit,
            # The end of the text is a token of its own, which the score does not count.
            average_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            # Behind words that were said before, silence seems less likely than it is.
            no_speech_probability=self._no_speech(encoded, tokenizer) if hotwords else result.no_speech_prob,
            prompted=bool(hotwords),
        )
        return attempt, spoken

    def _no_speech(self, encoded: "StorageView", tokenizer: "Tokenizer") -> float:
        """Return the probability that nobody speaks, as it is without hotwords: one step of the decoder."""
        prompt = _prompt(tokenizer, "")
        (result,) = self._model.generate(
            encoded, [prompt], beam_size=1, max_length=len(prompt) + 1, return_no_speech_prob=True
        )
        return float(result.no_speech_prob)

    @property
    def multilingual(self) -> bool:
        """Whether the model knows other languages than English."""
        return bool(self._model.is_multilingual)

    def _spoken(self, encoded: "StorageView", asked: LanguageQuestion) -> str:
        """Return the language that the sound is in: one step of the decoder, only when there is a choice."""
        if not self.multilingual:
            return "en"
        if not asked.others:
            return asked.expected
        (found,) = self._model.detect_language(encoded)
        return asked.answer((token.strip("<|>"), probability) for token, probability in found)

    def _tokenizer(self, language: str) -> "Tokenizer":
        from faster_whisper.tokenizer import Tokenizer

        known = self._tokenizers.get(language)
        if known is None:
            try:
                known = Tokenizer(self._words, self._model.is_multilingual, task="transcribe", language=language)
            except ValueError:
                raise InvalidInputError("language", language, "an ISO 639-1 code that Whisper knows is") from None
            self._tokenizers[language] = known
        return known


def is_quiet(samples: Samples) -> bool:
    """Return whether the samples (16 kHz) are too few or too quiet to hold a word."""
    if len(samples) < _SHORTEST:
        return True
    step = HEARING_RATE // 50
    pieces = samples[: len(samples) // step * step].reshape(-1, step)
    return not float(np.sqrt((pieces * pieces).mean(axis=1)).max()) > _QUIET


def _prompt(tokenizer: "Tokenizer", hotwords: str) -> list[int]:
    """Return the tokens behind which the text begins, with the hotwords as if they had been said before."""
    words = textwrap.shorten(hotwords, _HOTWORD_CHARACTERS, placeholder="") or hotwords.strip()[:_HOTWORD_CHARACTERS]
    # What looks like a control token in a text would be taken for one; they come after all others.
    said = [token for token in tokenizer.encode(f" {words}") if token < tokenizer.eot][:_HOTWORD_TOKENS]
    before: list[int] = []
    if tokenizer.decode(said).strip():
        # Behind a sentence without its stop every other text has none either, and the stop tells the end of a turn.
        stop = [] if words.endswith(_STOPS) else tokenizer.encode(".")
        before = [tokenizer.sot_prev, *said, *stop]
    return [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]


def _nothing(started: float) -> Transcription:
    return Transcription("", 0.0, False, (time.perf_counter() - started) * 1000)
